/** The way to what was found: to the very state, and by the very step. */
import { describe, expect, test } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { Hasher } from '../../../harness/explore/fingerprint.ts';
import type { Finding } from '../../../harness/explore/findings.ts';
import type { Model, Property } from '../../../harness/explore/model.ts';
import { completePath } from '../../../harness/explore/path.ts';

function modelOf(
  edges: Readonly<Record<number, readonly number[]>>, properties: readonly Property<number, number>[],
  initial: readonly number[] = [0],
): Model<number, number> {
  return {
    initialStates: () => initial,
    actions: (state) => (edges[state] ?? []).map((_, at) => at),
    next: (state, action) => edges[state]![action]!,
    fingerprint: (state, hasher) => hasher.int(state),
    properties,
    describeAction: String,
    describeState: (state) => state,
  };
}

/** Two states of whose fingerprints one half is the same, by search: of 2^32 halves, 200,000 states share some. */
function halfTwins(half: 'lo' | 'hi'): readonly [number, number] {
  const seen = new Map<number, number>();
  const hasher = new Hasher();
  for (let state = 1; state < 1_000_000; state++) {
    hasher.reset();
    hasher.int(state);
    hasher.finish();
    const twin = seen.get(hasher[half]);
    if (twin !== undefined) return [twin, state];
    seen.set(hasher[half], state);
  }
  throw new Error('no two share a half');
}

describe.each(['lo', 'hi'] as const)('states that share half of a fingerprint (%s)', (half) => {
  const [one, other] = halfTwins(half);
  const badAt = (place: number): Property<number, number> => ({
    kind: 'always', name: 'bad', check: (state) => (state === place ? { verdict: 'violation', detail: 'there' } : null),
  });
  test.each([
    ['as the next state', modelOf({ 0: [one, other] }, [badAt(other)]), [0, other]],
    ['as the first state', modelOf({}, [badAt(other)], [one, other]), [other]],
    ['on the way', modelOf({ 0: [one, other], [one]: [0], [other]: [other, 7] }, [badAt(7)]), [0, other, 7]],
  ])('are not taken for each other, %s', async (_where, model, states) => {
    const { properties } = await breadthFirst(model, { clock: () => 0 });
    expect(properties.find(({ name }) => name === 'bad')!.path?.states).toEqual(states);
  });
});

describe('the last step', () => {
  const finding = (verdict: Finding['verdict']): Finding => ({
    property: 0, verdict, detail: '', lo: 1, hi: 1, level: 0, actionIndex: 0,
  });
  const edges = { 0: [1, 2, 3] };

  test('is one that breaks the property in the way that was found', () => {
    const model = modelOf(edges, [
      {
        kind: 'always-step',
        name: 'p',
        check: (_before, action) =>
          action === 0 ? null : { verdict: action === 1 ? 'unknown' : 'violation', detail: `by ${action}` },
      },
    ]);
    expect(completePath(model, [0], [], finding('violation'))).toEqual({
      states: [0, 3], actions: [2], detail: 'by 2',
    });
    expect(completePath(model, [0], [], finding('unknown'))).toEqual({ states: [0, 2], actions: [1], detail: 'by 1' });
  });

  test('is the first that reaches what was to be reached', () => {
    const model = modelOf(edges, [{ kind: 'sometimes-step', name: 'p', reached: (_before, action) => action > 0 }]);
    expect(completePath(model, [0], [], finding('reached'))).toEqual({ states: [0, 2], actions: [1], detail: '' });
  });

  test('that is not there any more tells of a property that is not the same for renamed states', () => {
    for (const property of [
      { kind: 'always', name: 'p', check: () => null }, { kind: 'always-step', name: 'p', check: () => null },
      { kind: 'sometimes-step', name: 'p', reached: () => false },
    ] as const) {
      expect(() => completePath(modelOf(edges, [property]), [0], [], finding('violation'))).toThrow(
        'p: the property does not hold for a renamed state as it did for the first',
      );
    }
  });
});
