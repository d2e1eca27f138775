/** What a system is asked to explain: calls and returns by a clock that ticks at each, as the checker has them. */
import { expect, test } from 'vitest';
import type { Account, CalledOperation } from '../../../harness/report/account.ts';
import { historyStoryOf } from '../../../harness/report/history-story.ts';
import type { HistoryCall, HistoryStory } from '../../../harness/system.ts';
import { toy } from '../faults/toys.ts';

const operation = (id: number, client: number, calledUs: number, returnedUs: number | null): CalledOperation => ({
  id, client, what: '', request: `ask ${id}`, calledUs, returnedUs,
  reply: returnedUs === null ? 'no reply' : `reply ${id}`, answer: null,
});
const story: HistoryStory = { key: null, why: 'w', clash: [], longest: [], blocked: null };

function asked(...operations: readonly CalledOperation[]): readonly HistoryCall[] {
  let calls: readonly HistoryCall[] = [];
  const system = toy([], { explainHistory(given) {
    calls = given;
    return story;
  } });
  expect(historyStoryOf(system, { operations } as unknown as Account)).toBe(story);
  return calls;
}

test('each with its request, its reply if it has one, and the ticks of its call and its return', () => {
  expect(asked(operation(0, 3, 10, 30), operation(1, 4, 20, null), operation(2, 3, 40, 50))).toEqual([
    { id: 0, client: 3, request: 'ask 0', reply: { value: 'reply 0' }, callTime: 0, returnTime: 2 },
    { id: 1, client: 4, request: 'ask 1', reply: null, callTime: 1, returnTime: null },
    { id: 2, client: 3, request: 'ask 2', reply: { value: 'reply 2' }, callTime: 3, returnTime: 4 },
  ]);
});

test('of one moment: returns before calls, and the lower id before the higher', () => {
  const times = asked(
    operation(5, 3, 20, 30), operation(4, 4, 10, 20), operation(7, 5, 10, 20), operation(6, 6, 20, 30),
  ).map(({ id, callTime, returnTime }) => [id, callTime, returnTime]);
  expect(times).toEqual([[5, 4, 6], [4, 0, 2], [7, 1, 3], [6, 5, 7]]);
});

test('a system that explains nothing tells no story', () =>
  expect(historyStoryOf(toy([]), { operations: [] } as unknown as Account)).toBe(null));
