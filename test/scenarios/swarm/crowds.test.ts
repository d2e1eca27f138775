/** What a crowd of clients is not given (scenarios/swarm/crowds.ts). */
import { expect, test } from 'vitest';
import { bearable } from '../../../scenarios/swarm/crowds.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const { members: _members, preVote: _preVote, versions: _versions, ...drawn } =
  swarm.draw(1).settings as RaftKvSettings;
const plain: RaftKvSettings = {
  ...drawn, electionTimeoutUs: { min: 1000, max: 8000 }, entriesPerMessageMax: 8,
};
const members = [0, 1];
const hasWindow = (more: Partial<RaftKvSettings>, clients: number, writeUsMax: number): boolean =>
  bearable({ ...plain, window: 2, ...more }, clients, { writeUs: { min: 1, max: writeUsMax } }).window === 2;

test.each([
  ['16 clients whose writes take longer than an election timeout', 16, 1001, { members }, false],
  ['16 clients whose writes take as long', 16, 1000, { members }, true],
  ['15 clients', 15, 2000, { members }, true],
  ['a crowd with PreVote: nobody stands whose log is behind', 16, 2000, { members, preVote: true as const }, true],
  ['a crowd where all servers take part for good', 16, 2000, {}, true],
])('a window where servers come and go or not, for %s', (_, clients, writeUsMax, more, expected) => {
  expect(hasWindow(more, clients, writeUsMax)).toBe(expected);
});

test.each([
  ['few clients', 15, 2, true, true], ['a crowd', 16, 2, false, false], ['a narrow window', 15, 1, false, true],
])('sessions that end, and versions, for %s', (_, clients, window, hasSessions, hasVersions) => {
  const settings: RaftKvSettings = { ...plain, window, sessionExpiryUs: 1000, versions: true };
  const { sessionExpiryUs, versions } = bearable(settings, clients, { writeUs: { min: 1, max: 2 } });
  expect([sessionExpiryUs === 1000, versions === true]).toEqual([hasSessions, hasVersions]);
});

test.each([
  ['few clients with versions', 15, 2, { versions: true as const }, true],
  ['few clients with versions, a narrow one', 15, 1, { versions: true as const }, false],
  ['a crowd, which has no versions, a narrow one', 16, 1, { versions: true as const }, true],
  ['few clients, a narrow one', 15, 1, {}, true],
])('a window for %s (seed 11000919)', (_, clients, window, more, expected) => {
  const settings: RaftKvSettings = { ...plain, window, ...more };
  expect(bearable(settings, clients, { writeUs: { min: 1, max: 2 } }).window === window).toBe(expected);
});
