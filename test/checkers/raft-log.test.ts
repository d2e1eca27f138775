/** Lab 2's observer beside its properties: when a cluster is settled, and what is counted. */
import { describe, expect, test } from 'vitest';
import { RaftLogObserver } from '../../checkers/raft-log.ts';
import { Vector } from '../../core/immutable/vector.ts';
import type { LogCommand, LogServer } from '../../core/log-server.ts';
import { Log } from '../../core/raft/log.ts';
import type { Persistent, Raft, Role } from '../../core/raft/state.ts';
import { configOf } from '../support/raft-states.ts';

const follower: Role = { kind: 'follower', leaderId: null };
const leads: Role = { kind: 'leader', nextIndex: [1, 1, 1], matchIndex: [0, 0, 0] };
const entries = [10, 20, 30].map((command) => ({ term: 1, command, sizeBytes: 8 }));

interface Given {
  readonly term?: number;
  readonly role?: Role;
  readonly log?: number;
  readonly applied?: number;
  readonly compacted?: number;
  readonly vote?: number | null;
}

/** What a service holds behind so many entries: one object for all servers, as long as nothing changes. */
const held = [0, 1, 2, 3].map((count) => ({
  commands: Vector.startingAt<LogCommand | null>(1).append(entries.slice(0, count).map(({ command }) => command)),
  sizeBytes: 8 * count,
}));

/** A server with so many entries, of which so many are applied, and so many of these compacted. */
function server(
  id: number, { term = 1, role = follower, log = 0, applied = 0, compacted = 0, vote = 0 }: Given = {},
): LogServer {
  const persistent: Persistent = {
    currentTerm: term,
    votedFor: vote,
    log: Log.startingAfter(compacted, compacted > 0 ? 1 : 0).append(entries.slice(compacted, log)),
    snapshot:
      compacted > 0
        ? { lastIncludedIndex: compacted, lastIncludedTerm: 1, data: held[compacted] as never, sizeBytes: 8 }
        : null,
  };
  const config = { ...configOf({ id }), snapshotEvery: 0 };
  return {
    config, raft: { config, persistent, commitIndex: applied, lastApplied: applied, role } as Raft,
    applied: held[applied]!,
  };
}

function watched() {
  const states = [0, 1, 2].map((id) => server(id, { term: 0, vote: null }));
  const observer = new RaftLogObserver(3, (node) => states[node]!.raft.persistent);
  const to = (node: number, given: Given): void => {
    const before = states[node]!;
    states[node] = server(node, given);
    observer.stepped(node, before, states[node]!, { kind: 'timer', timer: 'election' }, []);
  };
  const boot = (node: number): void => observer.booted(node, states[node]!, states[node]!.raft.persistent);
  for (const node of [0, 1, 2]) boot(node);
  return { observer, to, boot, states };
}

/** n0 leads, and has three entries that all have; n0 and n1 have applied them. */
function led() {
  const all = watched();
  all.to(0, { role: { kind: 'candidate', votes: [0] } });
  all.to(1, {});
  all.to(0, { role: leads });
  all.to(0, { role: leads, log: 3 });
  all.to(1, { log: 3 });
  all.to(2, { log: 3 });
  for (const node of [0, 1])
    for (const applied of [1, 2, 3]) all.to(node, { role: node === 0 ? leads : follower, log: 3, applied });
  return all;
}

describe('is settled', () => {
  test('when one leads and all have applied what any has', () => {
    const { observer, to } = led();
    expect(observer.unsettled()).toBe('n2 has applied up to 0 of 3');
    to(2, { log: 3, applied: 2 });
    expect(observer.unsettled()).toBe('n2 has applied up to 2 of 3');
    to(2, { log: 3, applied: 3 });
    expect(observer.unsettled()).toBeNull();
  });
  test('not when two lead, each in a term of its own', () => {
    const { observer, to } = led();
    to(2, { term: 2, vote: 1, log: 3, applied: 3 });
    expect(observer.unsettled()).toBeNull();
    to(1, { term: 2, vote: 1, role: { kind: 'candidate', votes: [1] }, log: 3, applied: 3 });
    to(1, {
      term: 2, vote: 1, role: { kind: 'leader', nextIndex: [4, 4, 4], matchIndex: [0, 0, 0] }, log: 3, applied: 3,
    });
    expect(observer.unsettled()).toBe('2 servers lead');
  });
  test('not when nobody leads, or when one is down', () => {
    expect(watched().observer.unsettled()).toBe('0 servers lead');
    const { observer, to } = led();
    to(2, { log: 3, applied: 3 });
    observer.crashed(1, 'no');
    expect(observer.unsettled()).toBe('n1 is down');
    observer.crashed(0, 'no');
    expect(observer.unsettled()).toBe('0 servers lead');
  });
});

test('elections, snapshots that are taken and entries that are committed are counted', () => {
  const { observer, to } = led();
  expect(observer.counts()).toMatchObject({ leadersElected: 1, entriesCommitted: 3, snapshotsTaken: 0 });
  to(0, { role: leads, log: 3, applied: 3, compacted: 2 });
  to(1, { log: 3, applied: 3, compacted: 3 });
  expect(observer.counts()).toMatchObject({ leadersElected: 1, entriesCommitted: 3, snapshotsTaken: 2 });
  expect(observer.finish()).toEqual({ kind: 'ok' });
});

describe('a snapshot', () => {
  test('of what is committed is what was committed', () => {
    const { observer, states } = led();
    const before = states[1]!;
    const { raft, ...rest } = server(1, { log: 3, applied: 3, compacted: 2 });
    const snapshot = {
      ...raft.persistent.snapshot!,
      data: { commands: Vector.startingAt<LogCommand | null>(1).append([10, 99]), sizeBytes: 16 } as never,
    };
    states[1] = { ...rest, raft: { ...raft, persistent: { ...raft.persistent, snapshot } } };
    expect(() => observer.stepped(1, before, states[1]!, { kind: 'timer', timer: 'apply' }, [])).toThrow(
      'the snapshot of n1 holds command 99 at index 2, where 20 is committed',
    );
  });

  test('says the term of the entry that it ends with', () => {
    const { observer, states } = led();
    const before = states[1]!;
    const { raft, ...rest } = server(1, { log: 3, applied: 3, compacted: 2 });
    states[1] = {
      ...rest,
      raft: {
        ...raft,
        persistent: { ...raft.persistent, snapshot: { ...raft.persistent.snapshot!, lastIncludedTerm: 9 } },
      },
    };
    expect(() => observer.stepped(1, before, states[1]!, { kind: 'timer', timer: 'apply' }, [])).toThrow(
      'n1 committed an entry of term 9 at index 2, where an entry of term 1 was committed before',
    );
  });

  test('of what nobody was seen to commit commits it, and one that was sent is none that was taken', () => {
    const { observer, to, states } = watched();
    to(0, { role: { kind: 'candidate', votes: [0] } });
    to(1, {});
    to(0, { role: leads });
    to(0, { role: leads, log: 3 });
    to(1, { log: 3 });
    const before = states[2]!;
    states[2] = server(2, { log: 3, compacted: 3 });
    const { raft } = states[2];
    states[2] = { ...states[2], raft: { ...raft, commitIndex: 3 } };
    const message = { kind: 'installSnapshot', term: 1, snapshot: raft.persistent.snapshot! } as const;
    observer.stepped(2, before, states[2], { kind: 'message', from: 0, message }, []);
    expect(observer.counts()).toMatchObject({ entriesCommitted: 3, snapshotsTaken: 0 });
  });
});
