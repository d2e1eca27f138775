/** How a search by levels ends, whoever expands them. */
import { expect, test } from 'vitest';
import { search } from '../../../harness/explore/breadth-first.ts';
import type { Crew, CrewCounts, LevelEnd } from '../../../harness/explore/crew.ts';
import { Findings } from '../../../harness/explore/findings.ts';
import type { Model } from '../../../harness/explore/model.ts';
import { Visited } from '../../../harness/explore/visited.ts';

const model: Model<number, number> = {
  initialStates: () => [0], actions: () => [], next: () => null, fingerprint: (state, hasher) => hasher.int(state),
  properties: [], describeAction: String, describeState: (state) => state,
};

/** Levels that end as is said; `following`: how many states the next one has by then. */
function crewOf(
  ...levels: readonly (readonly [end: LevelEnd, following: number])[]
): Crew & { readonly log: string[] } {
  let counts: CrewCounts = { distinct: 1, generated: 1, following: 0, queue: 1 };
  const left = [...levels];
  const log: string[] = [];
  return {
    log,
    visited: Visited.create(false),
    findings: new Findings(),
    counts: () => counts,
    async expandLevel() {
      const [end, following] = left.shift()!;
      counts = { ...counts, following, queue: following };
      log.push(`expanded ${end}`);
      return end;
    },
    async beginNextLevel() {
      log.push('next');
    },
    async close() {
      log.push('closed');
    },
  };
}

test.each<[string, readonly (readonly [LevelEnd, number])[], string, number, readonly string[]]>([
  [
    'when a level is empty',
    [
      ['done', 3], ['done', 0],
    ],
    'closed',
    2,
    ['expanded done', 'next', 'expanded done', 'closed'],
  ],
  [
    'in the middle of a level when it is interrupted, although nothing follows yet', [['interrupted', 0]],
    'interrupted', 1, ['expanded interrupted', 'closed'],
  ],
  [
    'in the middle of a later level when it is interrupted',
    [
      ['done', 3], ['interrupted', 5],
    ],
    'interrupted',
    3,
    ['expanded done', 'next', 'expanded interrupted', 'closed'],
  ],
  [
    'when there are as many states as there may be, although nothing follows yet', [['max-states', 0]], 'max-states', 1,
    ['expanded max-states', 'closed'],
  ],
])('%s', async (_when, levels, end, depth, log) => {
  const crew = crewOf(...levels);
  expect(await search(model, crew, { clock: () => 0 }, 1)).toMatchObject({ end, depth });
  expect(crew.log).toEqual(log);
});
