/** A run of a user's system against its invariants: of steps, of moments, of its history, of its end. */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../checkers/checker.ts';
import { OwnObserver, mustAnswer } from '../../../harness/own/observer.ts';
import type { Moment } from '../../../harness/own/define-system.ts';
import { defineSystem } from '../../../harness/own/define-system.ts';
import { register } from '../../../harness/own/service.ts';
import { SystemError } from '../../../harness/system.ts';
import { toyPlan } from '../faults/toys.ts';
import { counter, counters, type Counter } from './counters.ts';

const plan = toyPlan({ system: 'counters', servers: 2, clients: 1, settings: { bug: 'forgets', loud: false } });
const tick = { kind: 'timer', timer: 'tick' } as const;
const observing = (more: Parameters<typeof counters>[0]): OwnObserver => new OwnObserver(counters(more).own, plan);

describe('an answer of an invariant', () => {
  test('null holds, a text is what is wrong', () => {
    expect(() => mustAnswer('Grows', null)).not.toThrow();
    expect(() => mustAnswer('Grows', 'n0 fell')).toThrow(new Violated('Grows', 'n0 fell'));
    expect(() => mustAnswer('Grows', '')).toThrow(Violated);
  });
  test.each([[undefined], [true], [false], [0]])('%j is a mistake of its author', (answer) => {
    expect(() => mustAnswer('Grows', answer)).toThrow(
      new SystemError(
        `the invariant "Grows" answers ${String(answer)}: it must give null when it holds, and say what is wrong when it does not`,
      ),
    );
  });
});

describe('an invariant of steps', () => {
  const steps: unknown[] = [];
  const observer = observing({ invariants: { Grows: { step: (step) => {
    steps.push(step);
    return step.after.count < step.before.count ? `n${step.node} fell to ${step.after.count}` : null;
  } } } });

  test('is asked of each step of a server with what it was, not of a start, not of a client', () => {
    observer.booted(0, counter(5));
    observer.stepped(0, counter(5), counter(6), tick, []);
    observer.stepped(2, counter(5), counter(4), tick, []);
    expect(steps).toEqual([
      { node: 0, before: counter(5), after: counter(6), event: tick, effects: [], settings: plan.settings },
    ]);
    expect(() => observer.stepped(1, counter(6), counter(3), tick, [])).toThrow(new Violated('Grows', 'n1 fell to 3'));
  });

  test('is asked also when the state stays', () => {
    const asked: string[] = [];
    const same = counter(1);
    observing({
      invariants: { Asked: { step: ({ before, after }) => (asked.push(before === after ? 'stays' : 'goes'), null) } },
    }).stepped(0, same, same, tick, []);
    expect(asked).toEqual(['stays']);
  });
});

describe('an invariant of moments', () => {
  const watching = (): { readonly observer: OwnObserver; readonly seen: (readonly (number | null)[])[] } => {
    const seen: (readonly (number | null)[])[] = [];
    const always = ({ servers, settings }: Moment<Counter, unknown>): string | null => {
      expect(settings).toEqual(plan.settings);
      seen.push(servers.map((server) => server?.count ?? null));
      return servers.every((server) => server?.count === 9) ? 'all are nine' : null;
    };
    return { observer: observing({ invariants: { Nine: { always } } }), seen };
  };

  test('is asked of all servers, those that are down too, whenever a server starts or changes', () => {
    const { observer, seen } = watching();
    const [five, six] = [counter(5), counter(6)];
    observer.booted(0, five);
    observer.booted(1, counter(1));
    observer.stepped(0, five, six, tick, []);
    observer.stepped(0, six, six, tick, []);
    observer.stepped(2, five, six, tick, []);
    observer.crashed(1);
    observer.crashed(2);
    observer.stepped(0, six, five, tick, []);
    expect(seen).toEqual([[5, null], [5, 1], [6, 1], [5, null]]);
  });

  test('is broken by the step that makes it so', () => {
    const { observer } = watching();
    observer.booted(0, counter(9));
    expect(() => observer.booted(1, counter(9))).toThrow(new Violated('Nine', 'all are nine'));
  });
});

test('situations are counted by name, also of a start; those never seen are none', () => {
  const observer = observing({
    situations: {
      starts: ({ before }) => before === null, falls: ({ before, after }) => after.count < (before?.count ?? 0),
      never: () => false,
    },
  });
  expect(observer.counts()).toEqual({ starts: 0, falls: 0, never: 0 });
  observer.booted(0, counter(5));
  observer.booted(2, counter(5));
  observer.stepped(0, counter(5), counter(4), tick, []);
  observer.stepped(0, counter(4), counter(3), tick, []);
  expect(observer.counts()).toEqual({ starts: 1, falls: 2, never: 0 });
});

test('the end is as the system says, who is told all servers and who is lost', () => {
  const asked: unknown[] = [];
  const observer = observing({
    settled: (moment) => (asked.push(moment), moment.lost.size > 0 ? 'one is lost' : null),
  });
  observer.booted(0, counter(1));
  expect(observer.unsettled()).toBeNull();
  observer.healed([1]);
  expect(observer.unsettled()).toBe('one is lost');
  expect(asked.at(-1)).toEqual({ servers: [counter(1), null], settings: plan.settings, lost: new Set([1]) });
  expect(observing({}).unsettled()).toBeNull();
});

describe('the history', () => {
  const system = defineSystem<Counter, never>()({ name: 'registers', service: register, servers: () => [] });
  const judged = (act: (observer: OwnObserver) => void): string => {
    const observer = new OwnObserver(system.own, plan);
    act(observer);
    return observer.finish().kind;
  };
  const write = (observer: OwnObserver, value: number, id: number): void =>
    observer.invoked(id, 2, { op: 'write', value });
  const read = (observer: OwnObserver, value: number | null, id: number): void => {
    observer.invoked(id, 2, { op: 'read' });
    observer.returned(id, 2, { value });
  };

  test.each<[string, (observer: OwnObserver) => void, string]>([
    [
      'an answer that fits', (observer) => (write(observer, 1, 0), observer.returned(0, 2, {}), read(observer, 1, 1)),
      'ok',
    ],
    [
      'an answer that does not',
      (observer) => (write(observer, 1, 0), observer.returned(0, 2, {}), read(observer, null, 1)),
      'violation',
    ],
    [
      'what was given up may be done later',
      (observer) => (write(observer, 1, 0), observer.gaveUp(0), read(observer, null, 1), read(observer, 1, 2)),
      'ok',
    ],
    [
      'but not undone',
      (observer) => (write(observer, 1, 0), observer.gaveUp(0), read(observer, 1, 1), read(observer, null, 2)),
      'violation',
    ],
  ])('%s', (_what, act, kind) => expect(judged(act)).toBe(kind));

  test('is not judged where answers need not fit an order', () => {
    const observer = observing({});
    observer.invoked(0, 2, { op: 'add', by: 1 });
    observer.gaveUp(0);
    observer.invoked(1, 2, { op: 'add', by: 1 });
    observer.returned(1, 2, -99);
    expect(observer.finish()).toEqual({ kind: 'ok' });
  });
});
