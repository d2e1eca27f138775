/** What a server sends, held against what it is: each message is sent by one role only. */
import { describe, expect, test } from 'vitest';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { SpecMessage } from '../../../checkers/spec/message.ts';
import type { Role, SpecServer } from '../../../checkers/spec/server.ts';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { StepJudge } from '../../../checkers/spec/step.ts';

const entries = [{ term: 2, command: 'a' }, { term: 2, command: 'b' }, { term: 2, command: 'c' }];
/** With a snapshot up to index 1, and n1 behind it. */
const server = (role: Role): SpecServer => ({
  id: 0, role, currentTerm: 2, votedFor: 0, log: new PlainLog(entries, 1), commitIndex: 3, votesGranted: [0],
  nextIndex: [1, 1, 4], matchIndex: [0, 0, 3],
});
const snapshot: SpecMessage = {
  kind: 'InstallSnapshotRequest', term: 2, source: 0, dest: 1, lastIncludedIndex: 1, lastIncludedTerm: 2,
};
const heartbeat: SpecMessage = {
  kind: 'AppendEntriesRequest', term: 2, source: 0, dest: 2, prevLogIndex: 3, prevLogTerm: 2, entries: [],
  leaderCommit: 3,
};
const judged = (role: Role, message: SpecMessage): string | null => {
  const event: SpecEvent = { kind: 'timer' };
  return (
    new StepJudge({ servers: 3, isPrompt: true }).judge({
      before: server(role), event, after: server(role), sent: [message],
    })?.detail ?? null
  );
};

describe('a leader', () => {
  test('sends entries, and a snapshot to who is behind it', () => {
    expect([judged('leader', heartbeat), judged('leader', snapshot)]).toEqual([null, null]);
  });
  test.each<[string, SpecMessage, string]>([
    [
      'another snapshot than it has', { ...snapshot, lastIncludedIndex: 2 },
      'it ends at index 2 of term 2, and the snapshot at index 1 of term 2',
    ],
    [
      'its snapshot with another term', { ...snapshot, lastIncludedTerm: 1 },
      'it ends at index 1 of term 1, and the snapshot at index 1 of term 2',
    ],
    [
      'a snapshot to who needs none', { ...snapshot, dest: 2 },
      'nextIndex is 4, behind the snapshot, which ends at index 1',
    ],
    [
      'entries before its snapshot', { ...heartbeat, dest: 1, prevLogIndex: 0, prevLogTerm: 0 },
      'prevLogIndex is 0, and the snapshot ends at index 1',
    ],
    [
      'entries behind one that has another term', { ...heartbeat, prevLogTerm: 1 },
      'prevLogTerm is 1, and log[3].term is 2',
    ],
    [
      'entries that it does not have', { ...heartbeat, entries: [{ term: 2, command: 'd' }] },
      'it reaches to index 4, and the log ends at index 3',
    ],
    [
      'with a commitIndex that it does not have', { ...heartbeat, leaderCommit: 2 },
      'leaderCommit is 2, and commitIndex is 3',
    ],
  ])('does not send %s', (_what, message, says) => expect(judged('leader', message)).toContain(says));
});

describe('a request for votes', () => {
  const ask: SpecMessage = { kind: 'RequestVoteRequest', term: 2, source: 0, dest: 1, lastLogIndex: 3, lastLogTerm: 2 };
  test.each<Role>(['follower', 'leader'])('is not sent by a %s', (role) =>
    expect(judged(role, ask)).toContain(`the server is a ${role}`),
  );
  test('is sent by a candidate, and says how its log ends', () => {
    expect(judged('candidate', ask)).toBeNull();
    expect(judged('candidate', { ...ask, lastLogIndex: 4 })).toContain(
      'lastLogIndex is 4, and the log ends at index 3',
    );
    expect(judged('candidate', { ...ask, lastLogTerm: 3 })).toContain('lastLogTerm is 3, and the log ends with term 2');
  });
});

describe.each<Role>(['follower', 'candidate'])('a %s', (role) => {
  test('sends neither entries nor snapshots', () => {
    expect(judged(role, heartbeat)).toContain(`to 2, and the server is a ${role}`);
    expect(judged(role, snapshot)).toContain(`to 1, and the server is a ${role}`);
  });
});
