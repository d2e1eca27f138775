/** A small system of the kit for its tests: servers that count what they are told to add. */
import { defineSystem, type SystemDefinition } from '../../../harness/own/define-system.ts';
import { service } from '../../../harness/own/service.ts';
import { flag, oneOf } from '../../../harness/own/settings.ts';

export interface Counter {
  readonly count: number;
  readonly term: number;
  readonly isLeader: boolean;
}

export interface Add {
  readonly kind: 'add';
  readonly by: number;
}

export const adding = service<{ readonly op: 'add'; readonly by: number }, number>();
const settings = { bug: oneOf('none', 'forgets'), loud: flag() };

type Definition = SystemDefinition<
  Counter,
  Add,
  number,
  number,
  typeof settings,
  { readonly op: 'add'; readonly by: number },
  number
>;

export const counter = (count: number, term = 1, isLeader = false): Counter => ({ count, term, isLeader });

/** With more or other words than the plain one has. */
export const counters = (more: Partial<Definition> = {}) =>
  defineSystem<Counter, Add, number, number>()({
    name: 'counters',
    settings,
    service: adding,
    servers: ({ servers }) =>
      Array.from({ length: servers }, () => ({
        blank: 100,
        boot: (durable: number) => ({
          state: counter(durable), effects: [{ kind: 'setTimer', timer: 'tick', afterUs: { min: 1, max: 2 } }],
        }),
        step: (state: Counter, event) =>
          event.kind === 'timer' || event.message.kind !== 'add'
            ? { state, effects: [] }
            : {
                state: { ...state, count: state.count + event.message.by },
                effects: [
                  { kind: 'persist', writes: [state.count + event.message.by] },
                  { kind: 'setTimer', timer: 'tick', afterUs: { min: 3, max: 4 } },
                ],
              },
      })),
    ...more,
  });
