/**
 * What is asked of single steps, for every server in every place: no peer, no field and no size of a cluster is left
 * out.
 */
import { describe, expect, test } from 'vitest';
import { losses } from '../../checkers/chronicle/servers.ts';
import { Violated } from '../../checkers/checker.ts';
import { persistBeforeSend } from '../../checkers/raft/durability.ts';
import { electedByMajority, Elections } from '../../checkers/raft/elections.ts';
import { RaftJudge } from '../../checkers/raft/judge.ts';
import { properties } from '../../checkers/properties.ts';
import type { ClusterStep } from '../../checkers/raft/raft-step.ts';
import {
  committedByMajority, leaderAppendOnly, matchIndexIsDurable, matchIndexMonotonic, nextAboveMatch, refusalIsAConflict,
  snapshotIsTaken,
} from '../../checkers/raft/replication.ts';
import { StepChecks } from '../../checkers/raft/step-checks.ts';
import type { Event, NodeId } from '../../core/protocol.ts';
import { Log } from '../../core/raft/log.ts';
import type { Snapshot } from '../../core/raft/messages.ts';
import { blankPersistent, type Persistent, type Raft, type Role } from '../../core/raft/state.ts';
import { configOf } from '../support/raft-states.ts';
import { accepts, appends, asksVote, installed, installs, refuses, votes } from './support/messages.ts';
import { entryAt, follows, leads } from './support/stage.ts';

const logOf = (...terms: readonly number[]): Log =>
  Log.empty.append(terms.map((term, place) => entryAt(place + 1, term)));
const raftOf = (role: Role, log: Log, commitIndex = 0, currentTerm = 1): Raft => ({
  config: configOf({ clusterSize: 3 }), commitIndex, lastApplied: 0, role,
  persistent: { ...blankPersistent, currentTerm, log },
});
const sizes = [1, 2, 3, 4, 5] as const;
const subsetsOf = (servers: number): readonly (readonly NodeId[])[] =>
  Array.from({ length: 1 << servers }, (_, set) =>
    Array.from({ length: servers }, (__, node) => node).filter((node) => (set & (1 << node)) !== 0),
  );

const stepOf = (given: Partial<ClusterStep>): ClusterStep => ({
  node: 0, before: null, after: raftOf(follows(0), Log.empty), durable: blankPersistent, event: null, effects: [],
  servers: 3, durableOf: () => blankPersistent, lastCommitted: 0, ...given,
});

describe.each(sizes)('of %i servers', (servers) => {
  const majorities = subsetsOf(servers).map((set) => [set, set.length * 2 > servers] as const);
  const nodes = Array.from({ length: servers }, (_, node) => node);
  const zeros = nodes.map(() => 0);

  test('more than half must hold what a leader commits, whoever they are', () => {
    const [full, lacking] = [logOf(1, 1), logOf(1)];
    for (const node of nodes) {
      const [before, after] = [raftOf(leads(zeros), full, 1), raftOf(leads(zeros), full, 2)];
      for (const [holders, isEnough] of majorities) {
        const durableOf = (server: NodeId): Persistent => ({
          ...blankPersistent, log: holders.includes(server) ? full : lacking,
        });
        const told = committedByMajority.check(stepOf({ node, before, after, servers, durableOf }));
        expect(told === null, `n${node}, ${holders.join(' ')}`).toBe(isEnough);
      }
    }
  });

  test('and what a follower was told to be committed, where a leader may speak ahead of what is seen of it', () => {
    const [full, lacking] = [logOf(1, 1), logOf(1)];
    for (const pipelined of [true, false]) {
      const following = (commitIndex: number): Raft => ({
        ...raftOf(follows(0), full, commitIndex), config: configOf({ clusterSize: servers, options: { pipelined } }),
      });
      for (const [holders, isEnough] of majorities) {
        const durableOf = (server: NodeId): Persistent => ({
          ...blankPersistent, log: holders.includes(server) ? full : lacking,
        });
        const told = committedByMajority.check(
          stepOf({ node: 0, before: following(1), after: following(2), servers, durableOf }),
        );
        expect(told === null, `${pipelined}, ${holders.join(' ')}`).toBe(isEnough || !pipelined);
      }
    }
  });

  test('more than half must have voted for who leads, whoever they are', () => {
    for (let count = 0; count <= servers; count++)
      expect(electedByMajority.check({ term: 1, leader: 0, votes: count, servers }) === null).toBe(count * 2 > servers);
    for (const leader of nodes) {
      for (const [voters, isEnough] of majorities) {
        const elections = new Elections(servers);
        for (const voter of nodes) {
          const votedFor = voters.includes(voter) ? leader : servers;
          elections.read(voter, null, {
            ...raftOf(follows(0), Log.empty), persistent: { ...blankPersistent, currentTerm: 1, votedFor },
          });
        }
        const granted = (): void => elections.mustBeGranted({ term: 1, leader, log: Log.empty });
        if (isEnough) expect(granted).not.toThrow();
        else expect(granted).toThrow(Violated);
        expect(() => elections.mustBeGranted({ term: 2, leader, log: Log.empty })).toThrow(Violated);
      }
    }
  });

  test('a majority is down with the crash that makes it one, and all with the last', () => {
    const [majorityDown, allDown] = ['majorityDown', 'allDown'].map((wanted) =>
      losses.find(({ name }) => name === wanted)!,
    );
    const seenAt = (which: typeof majorityDown): readonly number[] =>
      nodes.map((node) => node + 1).filter((down) => which!.seen({ down, servers, channelLength: 0 }));
    expect(seenAt(majorityDown)).toEqual([Math.floor(servers / 2) + 1]);
    expect(seenAt(allDown)).toEqual([servers]);
  });

  test('of every peer what a leader believes is looked at, and of the leader itself nothing', () => {
    const log = logOf(1, 1);
    const at = (peer: NodeId, index: number): readonly number[] => zeros.with(peer, index);
    for (const node of nodes) {
      for (const peer of nodes) {
        const isPeer = peer !== node;
        const after = (role: Role): ClusterStep =>
          stepOf({ node, before: raftOf(leads(at(peer, 1)), log), after: raftOf(role, log), servers });
        expect(nextAboveMatch.check(after(leads(at(peer, 1), zeros.map(() => 1)))) !== null).toBe(isPeer);
        expect(
          nextAboveMatch.check(
            after(
              leads(
                at(peer, 1), at(peer, 2).map((next) => Math.max(next, 1)),
              ),
            ),
          ),
        ).toBeNull();
        expect(matchIndexMonotonic.check(after(leads(zeros))) !== null).toBe(isPeer);
        expect(matchIndexMonotonic.check(after(leads(at(peer, 1))))).toBeNull();
        // It counted entry 1 before, so it is asked of entry 2 only.
        for (const [match, held, isSound] of [[2, 2, true], [2, 1, false], [1, 0, true]] as const) {
          const durableOf = (server: NodeId): Persistent => ({
            ...blankPersistent, currentTerm: 1, log: server === peer ? logOf(...[1, 1].slice(0, held)) : Log.empty,
          });
          const told = matchIndexIsDurable.check({ ...after(leads(at(peer, match))), durableOf });
          expect(told === null).toBe(isSound || !isPeer);
        }
      }
    }
  });
});

describe('the disk holds every field', () => {
  const sized = (base: number, ...entries: readonly (readonly [term: number, sizeBytes: number])[]): Log =>
    Log.startingAfter(base, base === 0 ? 0 : 1).append(
      entries.map(([term, sizeBytes]) => ({ term, command: null, sizeBytes })),
    );
  const snapshot = (lastIncludedIndex: number): Snapshot => ({
    lastIncludedIndex, lastIncludedTerm: 1, data: null, sizeBytes: 1,
  });
  const held: Persistent = { currentTerm: 3, votedFor: 1, log: sized(1, [1, 10], [2, 10]), snapshot: snapshot(1) };
  const tells = (durable: Persistent): string | null =>
    persistBeforeSend.check(stepOf({ after: { ...raftOf(follows(0), held.log), persistent: held }, durable }));

  test.each<readonly [string, Partial<Persistent>]>([
    ['currentTerm', { currentTerm: 2 }], ['votedFor', { votedFor: null }], ['votedFor', { votedFor: 2 }],
    ['snapshot', { snapshot: null }], ['snapshot', { snapshot: snapshot(2) }],
    ['log', { log: sized(0, [1, 0], [1, 10], [2, 10]) }], ['log', { log: sized(1, [2, 20]) }],
    ['log', { log: sized(1, [1, 10], [1, 10]) }], ['log', { log: sized(1, [1, 9], [2, 10]) }],
  ])('%s: %j', (field, change) => {
    expect(tells({ ...held, ...change })).toMatch(
      new RegExp(`^n0 went on although its disk does not hold ${field} [^(]+\\(it has [^)]+\\)$`),
    );
  });

  test('the same in another object is the same', () => {
    expect(tells({ currentTerm: 3, votedFor: 1, log: sized(1, [1, 10], [2, 10]), snapshot: snapshot(1) })).toBeNull();
  });
});

describe('a leader only appends', () => {
  const changes = (before: Log, after: Log): boolean =>
    leaderAppendOnly.check(stepOf({ before: raftOf(leads([0]), before), after: raftOf(leads([0]), after) })) !== null;
  const compacted = (log: Log, base: number): Log =>
    Log.startingAfter(base, log.termAt(base)).append(
      Array.from({ length: log.lastIndex - base }, (_, at) => log.at(base + 1 + at)),
    );
  const log = logOf(1, 1, 1);

  test('behind a snapshot, too', () => {
    for (const base of [0, 1, 2, 3]) {
      const old = compacted(log, base);
      for (const later of [0, 1, 2, 3].filter((index) => index >= base))
        expect(changes(old, compacted(log, later)), `${base} to ${later}`).toBe(false);
      expect(changes(old, compacted(logOf(1, 1, 1, 1), base))).toBe(false);
      if (base < 3) expect(changes(old, compacted(logOf(1, 1), Math.min(base, 2)))).toBe(true);
      if (base < 3) expect(changes(old, compacted(logOf(1, 1, 0, 1), base))).toBe(true);
    }
  });

  test('also when it gives up leading in that step, but not in another term', () => {
    const gaveUp = (term: number): string | null =>
      leaderAppendOnly.check(stepOf({ before: raftOf(leads([0]), log), after: raftOf(follows(1), logOf(1), 0, term) }));
    expect(gaveUp(1)).not.toBeNull();
    expect(gaveUp(2)).toBeNull();
  });
});

describe('what a follower says to its leader is looked at', () => {
  const raft = raftOf(follows(1), logOf(1, 1), 2);
  const hears = (message: unknown, replies: readonly (readonly [to: NodeId, message: unknown])[]): ClusterStep =>
    stepOf({
      before: raft,
      after: raft,
      event: { kind: 'message', from: 1, message } as Event<unknown, unknown>,
      effects: [
        { kind: 'setTimer', timer: 'election', afterUs: 1 } as never,
        ...replies.map(([to, said]) => ({ kind: 'send', to, message: said }) as const),
      ],
    });

  test('behind other effects, and not what is said to somebody else', () => {
    const [refusal, answer] = [refuses(1, 1), installed(1, 1)];
    expect(refusalIsAConflict.check(hears(appends(1, 1), [[1, votes(1)], [1, refusal]]))).not.toBeNull();
    expect(refusalIsAConflict.check(hears(appends(1, 1), [[2, refusal], [1, accepts(1, 1)]]))).toBeNull();
    expect(snapshotIsTaken.check(hears(installs(1, 2), [[1, votes(1)], [1, answer]]))).not.toBeNull();
    expect(snapshotIsTaken.check(hears(installs(1, 2), [[2, answer], [1, installed(1, 2)]]))).toBeNull();
  });

  test('at the very index that is committed and no further', () => {
    expect(
      [0, 1, 2, 3].map(
        (index) => refusalIsAConflict.check(hears(appends(1, index), [[1, refuses(1, index)]])) === null,
      ),
    ).toEqual([false, false, false, true]);
    expect(
      [1, 2, 3].map((index) => snapshotIsTaken.check(hears(installs(1, index), [[1, installed(1, index)]])) === null),
    ).toEqual([true, true, false]);
  });

  test('when it knew nothing before, too', () => {
    const before = raftOf(follows(1), Log.empty);
    expect(refusalIsAConflict.check({ ...hears(appends(1, 0), [[1, refuses(1, 0)]]), before })).not.toBeNull();
    expect(refusalIsAConflict.check({ ...hears(appends(1, 1), [[1, refuses(1, 1)]]), before })).toBeNull();
  });
});

describe('what is asked when', () => {
  const ofWhen = (...whens: readonly string[]): readonly string[] =>
    properties.filter((one) => 'when' in one && whens.includes(one.when)).map(({ name }) => name);
  /** The names of the checks that look at a step. */
  function asked(kind: 'spoken' | 'written' | 'moved', step: ClusterStep, leavesOut = {}): readonly string[] {
    const seen: string[] = [];
    const all = StepChecks.ofBoth(leavesOut);
    const groups = (all as unknown as { ofWhen: Record<string, readonly { name: string; on?: readonly string[] }[]> })
      .ofWhen;
    const watched = Object.fromEntries(
      Object.entries(groups).map(([when, checks]) => [
        when,
        checks.map(({ name, on }) => ({
          name,
          on,
          check: () => {
            seen.push(name);
            return null;
          },
        })),
      ]),
    );
    (all as unknown as { ofWhen: unknown }).ofWhen = watched;
    all[kind](step);
    return seen;
  }
  const follower = raftOf(follows(0), Log.empty);
  const leading = raftOf(leads([0]), Log.empty);
  const message = { kind: 'message', from: 1, message: asksVote(1) } as Event<unknown, unknown>;
  const hears = (kind: string): Event<unknown, unknown> => ({ kind: 'message', from: 1, message: { kind, term: 1 } });
  /** Of transfers, which any message may begin or end. */
  const ofAny = ['Told When Up To Date', 'Transfer Is Bounded'];

  test('a message heard or a timer that fired, whether it changed anything or not; and nothing else', () => {
    expect(asked('spoken', stepOf({ before: follower, after: follower, event: message }))).toEqual([
      'Leader In Contact Is Kept', 'Newcomer Grants No Vote', ...ofAny,
    ]);
    expect(
      asked(
        'spoken',
        stepOf({ before: follower, after: leading, event: { kind: 'timer', timer: 'election' } as never }),
      ),
    ).toEqual(['Leader Without Quorum Steps Down']);
    expect(
      asked(
        'spoken',
        stepOf({ before: follower, after: leading, event: { kind: 'request', id: 1, request: null } as never }),
      ),
    ).toEqual([]);
  });

  const byMessage: readonly (readonly [kind: string, names: readonly string[]])[] = [
    ['requestVote', ['Leader In Contact Is Kept', 'Newcomer Grants No Vote', ...ofAny]],
    ['requestVoteReply', ['Stale Replies Change Nothing', ...ofAny]],
    [
      'requestPreVote',
      [
        'Pre-Vote Changes Nothing', 'Leader In Contact Is Kept', 'Pre-Vote Tells Of The Vote',
        'Newcomer Grants No Vote', ...ofAny,
      ],
    ],
    ['requestPreVoteReply', ofAny],
    [
      'requestTransferVote',
      ['Newcomer Grants No Vote', 'Told When Up To Date', "Leader's Wish Is Done", 'Transfer Is Bounded'],
    ],
    ['appendEntries', ['Refusal Is A Conflict', 'Refusal Tells Of Its Conflict', 'Leader In Contact Is Kept', ...ofAny]],
    ['appendEntriesReply', ['Stale Replies Change Nothing', 'Quorum Renews The Timer', ...ofAny]],
    ['installSnapshot', ['Snapshot Is Taken', 'Leader In Contact Is Kept', ...ofAny]],
    ['installSnapshotReply', ['Stale Replies Change Nothing', 'Quorum Renews The Timer', ...ofAny]],
    ['installChunk', ['Leader In Contact Is Kept', ...ofAny]],
    ['installChunkReply', ['Quorum Renews The Timer', ...ofAny]],
    ['heartbeat', ['Leader In Contact Is Kept', ...ofAny]],
    ['heartbeatReply', ['Quorum Renews The Timer', ...ofAny]],
    ['readIndex', ofAny],
    ['readIndexReply', ofAny],
    ['transferLeadership', ofAny],
    ['timeoutNow', ['Told When Up To Date', "Leader's Wish Is Done", 'Transfer Is Bounded']],
    ['clientRequest', ofAny],
  ];

  test.each(byMessage)('of %s', (kind, names) =>
    expect(asked('spoken', stepOf({ before: follower, after: leading, event: hears(kind) }))).toEqual(names),
  );

  test.each([
    ['election', ['Leader Without Quorum Steps Down']], ['transfer', ['Transfer Is Given Up']],
    ['leaseRead', ['Read Under Lease']], ['lease3', ['Lease Is Over By Its Timer']],
    ['heartbeat', ['Leader Without Quorum Steps Down']], ['catchUp', ['Caught Up Is Let In']], ['any', []],
  ] as const)('of timer %s', (timer, names) =>
    expect(asked('spoken', stepOf({ before: follower, after: leading, event: { kind: 'timer', timer } }))).toEqual(
      names,
    ),
  );

  test('of what it is not asked about a property has nothing to say, whatever the step does', () => {
    const config = configOf({ clusterSize: 3, options: { preVote: true, checkQuorum: true } });
    const inTerm = (role: Role, currentTerm: number): Raft => ({
      ...raftOf(role, logOf(1, 1), 1, currentTerm), config,
    });
    const rafts = [follows(1), leads([0, 0, 0])].flatMap((role) => [1, 2, 3].map((term) => inTerm(role, term)));
    const replies = ['appendEntriesReply', 'installSnapshotReply', 'requestPreVoteReply'].map((kind) => ({
      kind: 'send' as const, to: 1, message: { kind, term: 1, success: false, voteGranted: true, lastIncludedIndex: 0 },
    }));
    for (const one of properties) {
      if (!('when' in one) || one.on === undefined) continue;
      const others =
        one.when === 'woken' ? ['election', 'transfer', 'leaseRead', 'heartbeat'] : byMessage.map(([kind]) => kind);
      for (const other of others.filter((name) => !one.on!.includes(name))) {
        const event =
          one.when === 'woken'
            ? { kind: 'timer' as const, timer: other }
            : {
                kind: 'message' as const,
                from: 1,
                message: { kind: other, term: 2, prevLogIndex: 0, snapshot: { lastIncludedIndex: 9 } },
              };
        for (const before of rafts)
          for (const after of rafts)
            expect(
              one.check({ ...stepOf({ before, after, event, effects: replies }) }), `${one.name} of ${other}`,
            ).toBeNull();
      }
    }
  });

  test('another persistent state, or a boot', () => {
    expect(asked('written', stepOf({ before: null, after: follower }))).toEqual(ofWhen('written'));
    expect(
      asked('written', stepOf({ before: follower, after: { ...follower, persistent: { ...follower.persistent } } })),
    ).toEqual(ofWhen('written'));
    expect(asked('written', stepOf({ before: follower, after: { ...follower, commitIndex: 1 } }))).toEqual([]);
  });

  test('another view of a leader, and any change', () => {
    expect(asked('moved', stepOf({ before: follower, after: leading }))).toEqual(
      ofWhen('led', 'moved').toSorted((a, b) => order(a) - order(b)),
    );
    expect(asked('moved', stepOf({ before: null, after: leading }))).toEqual(
      ofWhen('led', 'moved').toSorted((a, b) => order(a) - order(b)),
    );
    expect(asked('moved', stepOf({ before: leading, after: { ...leading, commitIndex: 1 } }))).toEqual(ofWhen('moved'));
    expect(asked('moved', stepOf({ before: null, after: follower }))).toEqual(ofWhen('moved'));
  });

  const order = (name: string): number => (ofWhen('led').includes(name) ? 0 : 1);

  test('what is left out is not asked, and all else is; steps and pairs are all', () => {
    const [out] = ofWhen('moved');
    expect(
      asked('moved', stepOf({ before: leading, after: { ...leading, commitIndex: 1 } }), { [out!]: 'why' }),
    ).toEqual(ofWhen('moved').slice(1));
    const names = (checks: object): readonly string[] =>
      Object.values((checks as { ofWhen: Record<string, readonly { name: string }[]> }).ofWhen)
        .flat()
        .map(({ name }) => name)
        .toSorted();
    const both = ofWhen('spoken', 'woken', 'written', 'led', 'moved').toSorted();
    expect(names(StepChecks.ofBoth({}))).toEqual(both);
    expect([...names(StepChecks.ofSteps({})), ...names(StepChecks.ofPairs({}))].toSorted()).toEqual(both);
    expect(names(StepChecks.ofPairs({}))).toEqual(['Committed By Majority', 'Match Index Is Durable']);
  });
});

describe('the judge of Raft', () => {
  const judgeOf = (leavesOut = {}): RaftJudge => new RaftJudge(3, () => blankPersistent, leavesOut);
  const said = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof Violated) return error.property;
      throw error;
    }
    return 'ok';
  };

  test('reads the votes that are granted in a step which changes nothing', () => {
    const judge = judgeOf();
    const raft = { ...raftOf(follows(0), Log.empty), persistent: { ...blankPersistent, currentTerm: 1, votedFor: 1 } };
    const grants = (to: NodeId): string =>
      said(() =>
        judge.stepped(0, raft, raft, { kind: 'message', from: to, message: asksVote(1) }, [
          { kind: 'send', to, message: votes(1) },
        ]),
      );
    expect([grants(1), grants(2)]).toEqual(['ok', 'One Vote Per Term']);
  });
});
