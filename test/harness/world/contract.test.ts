/** The contract of core/protocol.ts, field by field: what just keeps it, and what just breaks it. */
import { describe, expect, test } from 'vitest';
import { mustBeStep } from '../../../harness/world/contract.ts';

const says = (step: unknown): string => {
  try {
    mustBeStep(step, 3);
    return 'kept';
  } catch (error) {
    return (error as Error).message;
  }
};
const effect = (one: unknown): string => says({ state: 0, effects: [one] });
const timer = (min: unknown, max: unknown): string => effect({ kind: 'setTimer', timer: 't', afterUs: { min, max } });

test.each<readonly [string, string, string]>([
  ['send to the first node', effect({ kind: 'send', to: 0, message: null }), 'kept'],
  ['send to the last node', effect({ kind: 'send', to: 2, message: null }), 'kept'],
  [
    'send to nobody', effect({ kind: 'send', to: 3, message: null }),
    'effects[0].to: expected a node from 0 to 2, got 3',
  ],
  ['send below', effect({ kind: 'send', to: -1, message: null }), 'effects[0].to: expected a node from 0 to 2, got -1'],
  [
    'send between', effect({ kind: 'send', to: 0.5, message: null }),
    'effects[0].to: expected a node from 0 to 2, got 0.5',
  ],
  ['send nothing', effect({ kind: 'send', to: 0 }), 'effects[0].message: expected a message, got undefined'],
  ['setTimer', timer(0, 0), 'kept'],
  ['setTimer backwards', timer(2, 1), 'effects[0].afterUs.max: expected whole microseconds, at least min (2), got 1'],
  ['setTimer below', timer(-1, 1), 'effects[0].afterUs.min: expected whole microseconds, 0 or more, got -1'],
  ['setTimer between', timer(0, 1.5), 'effects[0].afterUs.max: expected whole microseconds, at least min (0), got 1.5'],
  [
    'setTimer of no range', effect({ kind: 'setTimer', timer: 't', afterUs: 5 }),
    'effects[0].afterUs: expected { min, max } in microseconds, got 5',
  ],
  [
    'setTimer of no name', effect({ kind: 'setTimer', timer: 1, afterUs: { min: 0, max: 0 } }),
    'effects[0].timer: expected the name of a timer, got 1',
  ],
  ['cancelTimer', effect({ kind: 'cancelTimer', timer: 't' }), 'kept'],
  [
    'cancelTimer of no name', effect({ kind: 'cancelTimer' }),
    'effects[0].timer: expected the name of a timer, got undefined',
  ],
  ['persist', effect({ kind: 'persist', writes: [] }), 'kept'],
  ['persist of no list', effect({ kind: 'persist', writes: 1 }), 'effects[0].writes: expected an array, got 1'],
  ['reply', effect({ kind: 'reply', id: 0, reply: undefined }), 'kept'],
  ['reply to nothing', effect({ kind: 'reply' }), 'effects[0].id: expected the id of an operation, got undefined'],
  [
    'an effect of unknown kind', effect({ kind: 'sned' }),
    'effects[0].kind: expected persist, send, setTimer, cancelTimer or reply, got "sned"',
  ],
  ['no effect', effect(null), 'effects[0]: expected an effect, got null'],
  [
    'one behind others',
    says({ state: 0, effects: [{ kind: 'cancelTimer', timer: 't' }, { kind: 'persist', writes: [] }, 5] }),
    'effects[2]: expected an effect, got 5',
  ],
  ['a step', says({ state: 0, effects: [] }), 'kept'],
  ['a step without a state', says({ effects: [] }), 'state: expected a state, got undefined'],
  ['a step of no state', says({ state: null, effects: [] }), 'state: expected a state, got null'],
  ['a step without effects', says({ state: 0 }), 'effects: expected an array, got undefined'],
  ['no step', says(undefined), 'it returned undefined, expected { state, effects }'],
])('%s', (_, said, expected) => expect(said).toBe(expected));

describe('a promise', () => {
  test('is told as one', () => expect(says(Promise.resolve())).toContain('it returned a Promise'));
});
