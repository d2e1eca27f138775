/** What an operator is told, held against what was committed since it asked. */
import { expect, test } from 'vitest';
import { kinds, play, steps, type Happening } from './support/stage.ts';
import { n0LeadsOf, puts } from './tripwires/membership.ts';

const simulator = kinds.find(({ name }) => name === 'simulator')!;
const asks = (kind: 'addServer' | 'removeServer' | 'addLearner', server: number): Happening => ({
  kind: 'ask', operation: 0, request: { kind, server },
});
const told: Happening = { kind: 'tell', operation: 0, reply: true };
const verdict = (members: readonly number[], ...history: readonly Happening[]): string =>
  play(simulator, [...n0LeadsOf(members, 1), ...history], { members }).verdict;

test('what is so already is done', () => {
  expect(verdict([0, 1, 2], asks('addServer', 2), told)).toBe('ok');
  expect(verdict([0, 1], asks('removeServer', 2), told)).toBe('ok');
  expect(verdict([0, 1, 2], asks('addLearner', 2), told)).toBe('ok');
});

test('what was done and undone in the meantime was done', () => {
  const log = [1, puts([0, 1]), puts([0, 1], [2])];
  const done = [
    asks('removeServer', 2),
    ...[2, 3].flatMap((upTo) => [
      ...[0, 1].map((node) => steps(node, { log: log.slice(0, upTo) })), steps(0, { commit: upTo }),
    ]),
  ];
  expect(verdict([0, 1, 2], ...done, told)).toBe('ok');
});

test('what was so before it asked is not', () => {
  const log = [1, puts([0, 1]), puts([0, 1], [2])];
  const done = [2, 3].flatMap((upTo) => [
    ...[0, 1].map((node) => steps(node, { log: log.slice(0, upTo) })), steps(0, { commit: upTo }),
  ]);
  expect(verdict([0, 1, 2], ...done, asks('removeServer', 2), told)).toBe('Acknowledged Change Is Committed');
});
