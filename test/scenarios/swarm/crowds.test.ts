/** What a crowd of clients is not given (scenarios/swarm/crowds.ts). */
import { expect, test } from 'vitest';
import { bearable, type Burden } from '../../../scenarios/swarm/crowds.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const { members: _members, preVote: _preVote, versions: _versions, ...drawn } =
  swarm.draw(1).settings as RaftKvSettings;
const plain: RaftKvSettings = {
  ...drawn, electionTimeoutUs: { min: 1000, max: 8000 }, entriesPerMessageMax: 8, retryUs: { min: 100, max: 200 },
};
const members = [0, 1];
const burden = (clients: number, writeUsMax = 2, hasLargeValues = false): Burden => ({
  clients, disk: { writeUs: { min: 1, max: writeUsMax } }, hasLargeValues,
});
const hasWindow = (more: Partial<RaftKvSettings>, clients: number, writeUsMax: number): boolean =>
  bearable({ ...plain, window: 2, ...more }, burden(clients, writeUsMax)).window === 2;

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
  const { sessionExpiryUs, versions } = bearable(settings, burden(clients));
  expect([sessionExpiryUs === 1000, versions === true]).toEqual([hasSessions, hasVersions]);
});

test.each([
  ['few clients with versions', 15, 2, { versions: true as const }, true],
  ['few clients with versions, a narrow one', 15, 1, { versions: true as const }, false],
  ['a crowd, which has no versions, a narrow one', 16, 1, { versions: true as const }, true],
  ['few clients, a narrow one', 15, 1, {}, true],
])('a window for %s (seed 11000919)', (_, clients, window, more, expected) => {
  const settings: RaftKvSettings = { ...plain, window, ...more };
  expect(bearable(settings, burden(clients)).window === window).toBe(expected);
});

test.each([
  ['10 clients whose writes take as long as they wait', 10, 20, true], ['longer than that', 10, 21, false],
])('versions for %s (seed 159875)', (_, clients, writeUsMax, expected) => {
  const { versions } = bearable({ ...plain, versions: true }, burden(clients, writeUsMax));
  expect(versions === true).toBe(expected);
});

test.each([
  ['a window that carries them', 2, true], ['a narrow window', 1, false], ['no window', undefined, true],
])('several operations in flight with %s (seeds 125197, 179946)', (_, window, expected) => {
  const settings: RaftKvSettings = { ...plain, clientWindow: 8, ...(window === undefined ? {} : { window }) };
  expect(bearable(settings, burden(5)).clientWindow === 8).toBe(expected);
});

test('a session lasts until all have written twice, one behind the other (seed 140126)', () => {
  const lasts = (clients: number): unknown =>
    bearable({ ...plain, sessionExpiryUs: 1000 }, burden(clients, 50)).sessionExpiryUs;
  expect([lasts(10), lasts(11)]).toEqual([1000, 1100]);
});

test('snapshots with large values go in chunks of 64 bytes at least (seed 96973)', () => {
  const chunks = (bytes: number, hasLargeValues: boolean): unknown =>
    bearable({ ...plain, snapshotChunkBytes: bytes }, burden(5, 2, hasLargeValues)).snapshotChunkBytes;
  expect([chunks(8, true), chunks(63, true), chunks(256, true), chunks(8, false)]).toEqual([64, 64, 256, 8]);
});
