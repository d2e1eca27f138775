/** Each kind of message is held against the situations that are about it, whether it changed something or not. */
import { describe, expect, test } from 'vitest';
import { noteChange, noteNoChange, type RaftStepName } from '../../../checkers/chronicle/raft-steps.ts';
import { Tally } from '../../../checkers/chronicle/situation.ts';
import { situations } from '../../../checkers/chronicle/situations.ts';
import type { RaftMessage } from '../../../core/raft/messages.ts';
import { blankPersistent, bootRaft, withRole, type Raft } from '../../../core/raft/state.ts';

const heard = (message: Partial<RaftMessage>) => ({ kind: 'message', from: 1, message } as const);
const config = {
  id: 0, clusterSize: 3, electionTimeoutUs: { min: 1, max: 2 }, heartbeatUs: 1, entriesPerMessageMax: 1,
  noopOnElection: true,
};
const inTerm = (currentTerm: number): Raft => bootRaft(config, { ...blankPersistent, currentTerm });
const seen = (note: (tally: Tally<RaftStepName>) => void): readonly string[] => {
  const tally = new Tally<RaftStepName>(situations as readonly string[] as readonly RaftStepName[]);
  note(tally);
  return Object.entries(tally.counts).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
};

describe('a reply from which a server learns of a later term', () => {
  test.each(['requestVoteReply', 'appendEntriesReply', 'installSnapshotReply'] as const)('%s', (kind) => {
    expect(seen((tally) => noteChange(tally, inTerm(1), inTerm(3), heard({ kind, term: 3 }), []))).toEqual([
      'termsAdoptedFromReplies 1',
    ]);
  });
  test.each(['requestVote', 'timer'])('is no %s', (kind) => {
    const event =
      kind === 'timer' ? ({ kind: 'timer', timer: 'election' } as const) : heard({ kind: 'requestVote', term: 3 });
    expect(seen((tally) => noteChange(tally, inTerm(1), inTerm(3), event, []))).toEqual([]);
  });
});

test('only a leader is deposed', () => {
  const roles = [
    { kind: 'follower', leaderId: null }, { kind: 'candidate', votes: [] },
    { kind: 'leader', nextIndex: [], matchIndex: [] },
  ] as const;
  const shown = roles.flatMap((one) =>
    roles.map(
      (other) =>
        `${one.kind} ${other.kind}: ${seen((tally) => noteChange(tally, withRole(inTerm(1), one), withRole(inTerm(1), other), { kind: 'timer', timer: 'a' }, [])).join()}`,
    ),
  );
  expect(shown.filter((line) => line.includes('leadersDeposed'))).toEqual([
    'leader follower: leadersDeposed 1,leadersWithoutQuorum 1', 'leader candidate: leadersDeposed 1',
  ]);
});

describe('a reply of an earlier term that changes nothing', () => {
  test.each(['appendEntriesReply', 'installSnapshotReply'] as const)('%s', (kind) => {
    expect(seen((tally) => noteNoChange(tally, inTerm(3), heard({ kind, term: 2 }), []))).toEqual([
      'staleRepliesIgnored 1',
    ]);
    expect(seen((tally) => noteNoChange(tally, inTerm(3), heard({ kind, term: 3 }), []))).toEqual([
      'repliesToFormerLeader 1',
    ]);
  });
  test('of a vote is no news', () =>
    expect(seen((tally) => noteNoChange(tally, inTerm(3), heard({ kind: 'requestVoteReply', term: 2 }), []))).toEqual(
      [],
    ));
});

test("what is said of a message, in a step that changes something and in one that does not; and answers to clients are not Raft's", () => {
  const refusal = { kind: 'send', to: 1, message: { kind: 'requestVoteReply', term: 3, voteGranted: false } } as const;
  const answer = { kind: 'send', to: 9, message: { kind: 'clientReply' } } as const;
  const request = heard({ kind: 'requestVote', term: 3 });
  expect(seen((tally) => noteChange(tally, inTerm(1), inTerm(3), request, [answer, refusal]))).toEqual([
    'votesRefusedForStaleLog 1',
  ]);
  expect(seen((tally) => noteNoChange(tally, inTerm(3), request, [answer, refusal, refusal]))).toEqual([
    'votesRefusedForStaleLog 2',
  ]);
});
