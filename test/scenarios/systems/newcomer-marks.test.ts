/**
 * What a report says of servers that were taken out and come again (scenarios/systems/newcomer-marks.ts), and which rule
 * a step breaks by itself: core/raft/new-disk.ts and core/stays.ts have the reasons.
 */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../core/raft/log.ts';
import type { Configuration } from '../../../core/raft/members.ts';
import { newDisk } from '../../../core/raft/new-disk.ts';
import type { AnyRaftMessage } from '../../../core/raft/option-messages.ts';
import { withOffice, type Leader, type Persistent } from '../../../core/raft/state.ts';
import { bootServer, type Server, type ServerEvent, type ServerStep } from '../../../core/server.ts';
import { stepWithOptions } from '../../../core/server-process.ts';
import { marksOf } from '../../../scenarios/systems/raft-kv-marks.ts';
import { Cluster, firstClient, serverConfig } from '../../support/cluster.ts';

const nameOf = (node: number): string => (node < firstClient ? `n${node}` : `c${node - firstClient}`);
const from = (node: number, message: AnyRaftMessage): ServerEvent => ({ kind: 'message', from: node, message });
const pair: Configuration = { voters: [0, 1], learners: [] };
const kinds = ['newDisk', 'part', 'stay', 'goesBy'];

type Told = readonly (readonly [says: string, against: string | null])[];

/** What a report says of a step, or of a start; the step may be doctored, as a core with a bug takes it. */
function told(before: Server, event: ServerEvent, doctored: (step: ServerStep) => ServerStep = (step) => step): Told {
  const { state, effects } = doctored(stepWithOptions(before, event));
  return marksOf({ node: before.config.id, before, after: state, event, effects, nameOf })
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ says, against }) => [says, against]);
}

const config = serverConfig(2, 3, { members: [0, 1, 2] });
const start = (disk: Persistent): Server => bootServer(config, disk).state;
const startTold = (disk: Persistent, state = start(disk)): Told =>
  marksOf({ node: 2, before: null, after: state, event: null, effects: [], nameOf })
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ says, against }) => [says, against]);

/** n2 was taken out by entry 3, which is known in term 4. */
const disk = newDisk(2, { term: 4, founding: { index: 3, configuration: pair } });

describe('a new disk', () => {
  test('is told with its term, its vote, and who takes part', () => {
    expect(startTold(disk)).toEqual([
      ['has a new disk: term 4, its vote spent, and by entry 3 {n0 n1} take part', null],
    ]);
  });

  test('that begins in term 0 breaks the rule: others may count on what its server said (Figure 2)', () => {
    expect(startTold({ ...disk, currentTerm: 0, votedFor: null })).toEqual([
      [
        'has a new disk: term 0, a vote to give, and by entry 3 {n0 n1} take part',
        'it was taken out in a later term, in which others may count on what it said: its vote there is spent (Figure 2)',
      ],
    ]);
  });

  test('is new once, and no other disk is', () => {
    const noop: Entry = { term: 1, command: null, sizeBytes: 8 };
    expect([
      startTold({ ...disk, log: disk.log.append([noop]) }), startTold(new Cluster(3, { members: [0, 1, 2] }).disks[2]!),
    ]).toEqual([[], []]);
  });

  test('is gone by, and not who was there at first (4.1)', () => {
    const server = start(disk);
    // As a core has it that forgot what the disk told.
    const log = Object.create(disk.log, { configuration: { value: undefined } }) as Persistent['log'];
    const persistent = { ...disk, log };
    expect(startTold(disk, { ...server, raft: { ...server.raft, persistent } }).at(-1)).toEqual([
      'goes by what the cluster began with', 'the last that its disk tells is {n0 n1} (4.1)',
    ]);
  });
});

describe('who does not know its part grants no vote (5.4.1)', () => {
  const asks = from(0, { kind: 'requestVote', term: 5, lastLogIndex: 9, lastLogTerm: 4 });
  const grant = ({ state }: ServerStep): ServerStep => ({
    state, effects: [{ kind: 'send', to: 0, message: { kind: 'requestVoteReply', term: 5, voteGranted: true } }],
  });

  test('that it says no is told with the reason, and a vote breaks the rule', () => {
    expect([told(start(disk), asks), told(start(disk), asks, grant)]).toEqual([
      [['grants n0 no vote: its new disk does not tell yet that it takes part', null]],
      [
        [
          'grants n0 a vote, and has a new disk that does not tell yet that it takes part',
          'the log of one that was taken out says nothing of what was committed since: it votes when it knows its part (5.4.1)',
        ],
      ],
    ]);
  });

  test('from which entry on it knows is told, and then it votes like others', () => {
    const entry = (term: number, configuration?: Configuration): Entry => ({
      term, command: null, sizeBytes: 8, ...(configuration === undefined ? {} : { configuration }),
    });
    const entries = [entry(1), entry(1), entry(4, pair), entry(4, { voters: [0, 1], learners: [2] })];
    const appends = from(0, {
      kind: 'appendEntries', term: 4, prevLogIndex: 0, prevLogTerm: 0, entries, leaderCommit: 3,
    });
    expect(told(start(disk), appends)).toEqual([
      ['learns from entry 4 that it takes part: {n0 n1; n2 learn}', null],
    ]);
    expect(told(stepWithOptions(start(disk), appends).state, asks, grant)).toEqual([]);
  });
});

describe('answers of an earlier stay (github.com/drmingdrmer/raft-rejoin-bug)', () => {
  /** n0 leads three of three, and its no-op is committed. */
  const led = (): Cluster => {
    const cluster = new Cluster(3, { members: [0, 1, 2] });
    cluster.elect(0);
    cluster.deliver();
    return cluster;
  };
  const answers = from(2, {
    kind: 'appendEntriesReply', term: 1, success: true, index: 1, conflictTerm: 0, conflictIndex: 0,
  });
  const left = (times: number): Server => {
    const server = led().server(0);
    const { office } = server.raft.role as Leader;
    return { ...server, raft: withOffice(server.raft, { ...office!, departures: [0, 0, times] }) };
  };

  test('whom a leader takes out comes again as another one', () => {
    const remove: ServerEvent = {
      kind: 'message', from: firstClient,
      message: { kind: 'clientRequest', sequence: 1, operation: { kind: 'removeServer', server: 2 } },
    };
    expect(told(led().server(0), remove)).toEqual([
      ['takes n2 out: what that one said up to now counts no more', null],
    ]);
  });

  test('one is let go; who takes it breaks the rule', () => {
    expect([told(left(0), answers), told(left(1), answers)]).toEqual([
      [], [['lets an answer of n2 go that is older than its last leaving', null]],
    ]);
    expect(told(left(1), answers, ({ state, effects }) => ({ state: { ...state }, effects }))).toEqual([
      [
        'takes an answer of n2 that is older than its last leaving',
        'who was taken out comes again with another disk perhaps: what it said before tells nothing of that (4.1)',
      ],
    ]);
  });

  test('of an earlier term it is no answer at all (5.1)', () => {
    const earlier = from(2, {
      kind: 'appendEntriesReply', term: 0, success: true, index: 1, conflictTerm: 0, conflictIndex: 0,
    });
    expect(told(left(1), earlier)).toEqual([]);
  });
});
