/** The properties of the specification's model: each with a scene or a step that breaks it, and the same one mended. */
import { describe, expect, test } from 'vitest';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { SpecMessage } from '../../../checkers/spec/message.ts';
import {
  extended,
  noHistory,
  noLogDivergence,
  oneLeader,
  sceneProperties,
  type History,
  type ModelServer,
  type Scene,
} from '../../../checkers/spec/properties.ts';
import { quorumOf, settingFor } from '../../../checkers/spec/server.ts';
import { stepProperties } from '../../../checkers/spec/step-properties.ts';

const logOf = (...terms: readonly number[]): PlainLog =>
  new PlainLog(terms.map((term, at) => ({ term, command: `c${at + 1}` })));
const server = (id: number, change: Partial<ModelServer> = {}): ModelServer => ({
  id,
  role: 'follower',
  currentTerm: 2,
  votedFor: null,
  log: logOf(1, 1),
  commitIndex: 0,
  votesGranted: [],
  nextIndex: [1, 1, 1],
  matchIndex: [0, 0, 0],
  ...change,
});
const leader = { role: 'leader' } as const;
const other = new PlainLog([{ term: 1, command: 'another' }]);
const committed = (since: number, ...terms: readonly number[]): History => ({
  leaders: [],
  committed: logOf(...terms).all.map((entry) => ({ entry, since })),
});

/** Servers 0, 1 and 2 with these changes. */
function scene(
  changes: Readonly<Record<number, Partial<ModelServer>>>,
  history: History = noHistory,
  messages: readonly SpecMessage[] = [],
): Scene {
  return { servers: [0, 1, 2].map((id) => server(id, changes[id])), history, messages };
}
const asked = (source: number, dest: number, term: number): SpecMessage => ({
  kind: 'RequestVoteRequest',
  term,
  source,
  dest,
  lastLogIndex: 2,
  lastLogTerm: 1,
});

const led = (id: number): History => ({ leaders: [-1, -1, id], committed: [] });

const scenes: readonly (readonly [name: string, broken: Scene, mended: Scene])[] = [
  ['Election Safety', scene({ 2: leader }, led(1)), scene({ 2: leader }, led(2))],
  ['No Two Leaders In A Term', scene({ 0: leader, 2: leader }), scene({ 0: leader, 2: { ...leader, currentTerm: 3 } })],
  ['Log Matching', scene({ 2: { log: other } }), scene({ 2: { log: logOf(1) } })],
  [
    'Leader Completeness',
    scene({ 2: { ...leader, log: logOf(1) } }, committed(1, 1, 1)),
    scene({ 2: { ...leader, log: logOf(1) } }, committed(2, 1, 1)),
  ],
  [
    'Leader Completeness', scene({ 0: { ...leader, log: other } }, committed(1, 1)),
    scene({ 0: leader }, committed(1, 1)),
  ],
  [
    'State Machine Safety',
    scene({ 2: { commitIndex: 1, log: other } }, committed(2, 1)),
    scene({ 2: { commitIndex: 0, log: other } }, committed(2, 1)),
  ],
  [
    'Committed Entries Are On A Majority',
    scene({ 1: { log: logOf() }, 2: { log: other } }, committed(2, 1)),
    scene({ 2: { log: other } }, committed(2, 1)),
  ],
  ['Indexes In Order', scene({ 2: { commitIndex: 3 } }), scene({ 2: { commitIndex: 2 } })],
  [
    'Indexes In Order',
    scene({ 2: { log: new PlainLog(logOf(1, 1).all, 1), commitIndex: 0 } }),
    scene({ 2: { log: new PlainLog(logOf(1, 1).all, 1), commitIndex: 1 } }),
  ],
  ['Terms In Order', scene({ 2: { log: logOf(2, 1) } }), scene({ 2: { log: logOf(1, 2) } })],
  ['Terms In Order', scene({ 2: { log: logOf(1, 3) } }), scene({ 2: { log: logOf(1, 2) } })],
  [
    'Match Index Is True',
    scene({ 0: { ...leader, matchIndex: [0, 0, 2] }, 2: { log: logOf(1) } }),
    scene({ 0: { ...leader, matchIndex: [0, 0, 1] }, 2: { log: logOf(1) } }),
  ],
  [
    'Match Index Is True',
    scene({ 2: { ...leader, matchIndex: [3, 0, 0] } }),
    scene({ 2: { ...leader, matchIndex: [3, 0, 0] }, 0: { currentTerm: 3 } }),
  ],
  [
    'Votes Are True',
    scene({ 0: { role: 'candidate', votesGranted: [2] }, 2: { votedFor: 1 } }),
    scene({ 0: { role: 'candidate', votesGranted: [2] }, 2: { votedFor: 0 } }),
  ],
  [
    'Votes Are True',
    scene({ 0: { role: 'candidate', votesGranted: [2] }, 2: { currentTerm: 1, votedFor: 0 } }),
    scene({ 0: { role: 'candidate', votesGranted: [2] }, 2: { currentTerm: 3 } }),
  ],
  [
    'Votes Name Candidates',
    scene({ 2: { votedFor: 1 } }, noHistory, [asked(1, 2, 1), asked(0, 2, 2), asked(1, 0, 2)]),
    scene({ 2: { votedFor: 1 } }, noHistory, [asked(1, 2, 2)]),
  ],
  [
    'NoLogDivergence',
    scene({ 0: { commitIndex: 1 }, 2: { commitIndex: 1, log: other } }),
    scene({ 0: { commitIndex: 1 }, 2: { commitIndex: 0, log: other } }),
  ],
];
const properties = [...sceneProperties, oneLeader, noLogDivergence];
const setting = settingFor(3);

describe('of scenes', () => {
  test.each(scenes)('%s', (name, broken, mended) => {
    const { check } = properties.find((one) => one.name === name)!;
    expect(check(broken, setting)).not.toBeNull();
    expect(check(mended, setting)).toBeNull();
  });

  test('each has one', () => {
    const names = new Set(scenes.map(([name]) => name));
    expect(properties.filter(({ name }) => !names.has(name)).map(({ name }) => name)).toEqual([]);
  });
});

const of = (change: Partial<ModelServer>): ModelServer => server(1, change);
type Pair = readonly [before: ModelServer, after: ModelServer];
const steps: readonly (readonly [name: string, broken: Pair, mended: Pair])[] = [
  ['Term Monotonic', [of({}), of({ currentTerm: 1 })], [of({}), of({ currentTerm: 3 })]],
  [
    'One Vote Per Term', [of({ votedFor: 0 }), of({ votedFor: 2 })],
    [of({ votedFor: 0 }), of({ votedFor: 2, currentTerm: 3 })],
  ],
  ['One Vote Per Term', [of({ votedFor: 0 }), of({ votedFor: null })], [of({ votedFor: null }), of({ votedFor: 0 })]],
  [
    'Leader Append-Only', [of(leader), of({ ...leader, log: logOf(1) })],
    [of(leader), of({ ...leader, log: logOf(1, 1, 2) })],
  ],
  [
    'Leader Append-Only', [of(leader), of({ ...leader, log: logOf(0, 1) })],
    [of({}), of({ ...leader, log: logOf(0, 1) })],
  ],
  [
    'Commit Index Monotonic', [of({ commitIndex: 2 }), of({ commitIndex: 1 })],
    [of({ commitIndex: 1 }), of({ commitIndex: 2 })],
  ],
  [
    'Snapshot Index Monotonic',
    [of({ log: new PlainLog(logOf(1, 1).all, 2) }), of({ log: new PlainLog(logOf(1, 1).all, 1) })],
    [of({ log: new PlainLog(logOf(1, 1).all, 1) }), of({ log: new PlainLog(logOf(1, 1).all, 2) })],
  ],
  [
    'Match Index Monotonic',
    [of({ ...leader, matchIndex: [0, 0, 2] }), of({ ...leader, matchIndex: [1, 0, 1] })],
    [of({ ...leader, matchIndex: [0, 0, 2] }), of({ ...leader, matchIndex: [1, 0, 2] })],
  ],
];

describe('of steps', () => {
  test.each(steps)('%s', (name, broken, mended) => {
    const { check } = stepProperties.find((one) => one.name === name)!;
    expect(check(broken[0], 'Receive', broken[1])).not.toBeNull();
    expect(check(mended[0], 'Receive', mended[1])).toBeNull();
  });

  test('each has one, and a restart may forget what is committed', () => {
    const names = new Set(steps.map(([name]) => name));
    expect(stepProperties.filter(({ name }) => !names.has(name)).map(({ name }) => name)).toEqual([]);
    for (const { check } of stepProperties) expect(check(of({ commitIndex: 2 }), 'Restart', of({}))).toBeNull();
  });
});

test('a quorum is more than half', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((servers) => quorumOf(settingFor(servers)))).toEqual([1, 2, 2, 3, 3, 4, 4]);
});

test('the history keeps who led first and what was committed first, with the term in which it was known', () => {
  const first = extended(noHistory, server(1, { ...leader, commitIndex: 1 }));
  expect(first).toEqual({ leaders: [-1, -1, 1], committed: [{ entry: { term: 1, command: 'c1' }, since: 2 }] });
  expect(extended(first, server(2, { ...leader, commitIndex: 1 }))).toBe(first);
  const later = extended(first, server(2, { currentTerm: 4, ...leader, commitIndex: 2 }));
  expect(later.leaders).toEqual([-1, -1, 1, -1, 2]);
  expect(later.committed.map(({ since }) => since)).toEqual([2, 4]);
});
