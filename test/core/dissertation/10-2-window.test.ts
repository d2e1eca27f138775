/**
 * Ongaro's dissertation, 10.2.1: "Raft's AppendEntries consistency check allows for pipelining"; its two states as in
 * etcd.
 */
import { describe, expect, test } from 'vitest';
import type { AppendEntries } from '../../../core/raft/messages.ts';
import type { Flow } from '../../../core/raft/office.ts';
import { withOffice, type Raft, type RaftStep } from '../../../core/raft/state.ts';
import { noFlows } from '../../../core/raft/window.ts';
import { onMessage, onTimer, propose } from '../../../core/raft/options.ts';
import { across, Cluster, firstClient, type Letter } from '../../support/cluster.ts';
import {
  accepts, entryOf, leader, leadership, proposes, refuses, sent, winsElection, type Given,
} from '../../support/raft-states.ts';

const three = (given: Given = {}): Given => ({
  term: 2, entriesPerMessageMax: 1, ...given, options: { window: 3, ...given.options },
});
const leading = (given: Given = {}): Raft => leader(three(given));
const flowTo = (raft: Raft, peer = 1): Flow => leadership(raft).office!.flows![peer]!;
const asks = (raft: Raft): RaftStep => {
  const { currentTerm, log } = raft.persistent;
  const { command, sizeBytes } = entryOf(currentTerm, log.lastIndex + 1);
  return propose(raft, command, sizeBytes);
};
/** What goes to n1 in a step, each as prevLogIndex and how many entries follow. */
const sends = ({ effects }: RaftStep): readonly (readonly [number, number])[] =>
  effects.flatMap((effect) =>
    effect.kind === 'send' && effect.to === 1 && effect.message.kind === 'appendEntries'
      ? [[effect.message.prevLogIndex, effect.message.entries.length] as const]
      : [],
  );
const heartbeat = (raft: Raft): RaftStep => onTimer(raft, 'heartbeat');
const refusedAt = (raft: Raft, index: number, conflictIndex: number): RaftStep =>
  onMessage(raft, 1, { kind: 'appendEntriesReply', term: 2, success: false, index, conflictTerm: 0, conflictIndex });
/** n1 is known to have the log, and so many entries are on their way to it. */
const sending = (count: number, given: Given = {}): Raft =>
  proposes(accepts(leading({ log: [1, 1], ...given }), 1, 2).raft, count);

describe('a follower is probed until an answer shows where the logs agree', () => {
  test('a new leader sends each one request, and nothing more before its answer', () => {
    const elected = winsElection(three({ log: [1, 1] }));
    expect([sends(elected), flowTo(elected.raft)]).toEqual([[[2, 0]], { state: 'probe', inFlight: [2] }]);
    const proposed = asks(elected.raft);
    expect([sends(proposed), leadership(proposed.raft).nextIndex[1]]).toEqual([[], 3]);
  });

  test('what answers a request of an earlier term sends nothing, whatever there is to send (5.1)', () => {
    const elected = leading({ log: [1, 1] });
    // Nothing is on its way to anybody: with the next occasion a probe goes to each.
    const raft = withOffice(elected, { ...leadership(elected).office!, flows: noFlows(3) });
    expect(sends(accepts(raft, 2, 2))).toEqual([[2, 0]]);
    for (const success of [true, false]) {
      const step = onMessage(raft, 1, {
        kind: 'appendEntriesReply', term: 1, success, index: 2, conflictTerm: 0, conflictIndex: success ? 0 : 1,
      });
      expect([step.raft === raft, step.effects]).toEqual([true, []]);
    }
    // Nor does a vote that comes late (swarm 504420).
    for (const term of [1, 2]) {
      const step = onMessage(raft, 1, { kind: 'requestVoteReply', term, voteGranted: true });
      expect([step.raft === raft, step.effects]).toEqual([true, []]);
    }
  });

  test('the answer that it agrees opens the window: what has come meanwhile goes, each entry on its own', () => {
    const step = accepts(proposes(leading({ log: [1, 1] }), 2), 1, 2);
    expect(sends(step)).toEqual([[2, 1], [3, 1]]);
    expect([flowTo(step.raft), leadership(step.raft).nextIndex[1]]).toEqual([
      { state: 'replicate', inFlight: [3, 4] }, 5,
    ]);
  });

  test('a refusal sends the next probe, from where the hint points', () => {
    const step = refuses(leading({ log: [1, 1, 1] }), 1, 2);
    expect([sends(step), flowTo(step.raft)]).toEqual([[[1, 1]], { state: 'probe', inFlight: [2] }]);
  });

  test('a refusal of another request than the latest probe is old news', () => {
    const raft = leading({ log: [1, 1, 1] });
    expect(refusedAt(raft, 1, 1)).toEqual({ raft, effects: [] });
  });

  test('a heartbeat sends the probe again', () => {
    const { raft } = refuses(leading({ log: [1, 1, 1] }), 1, 2);
    expect(sends(heartbeat(raft))).toEqual([[1, 1]]);
    expect(flowTo(heartbeat(raft).raft)).toEqual(flowTo(raft));
  });
});

describe('"the leader can update nextIndex for the follower immediately after sending the RPC, rather than waiting for the acknowledgment"', () => {
  test('each proposal goes at once, behind the one before', () => {
    const one = asks(sending(0));
    const two = asks(one.raft);
    expect([sends(one), sends(two)]).toEqual([[[2, 1]], [[3, 1]]]);
    expect([leadership(two.raft).nextIndex[1], leadership(two.raft).matchIndex[1], flowTo(two.raft).inFlight]).toEqual([
      5, 2, [3, 4],
    ]);
  });

  test('the window holds so many requests and no more; an answer makes room', () => {
    const full = sending(3);
    const fourth = asks(full);
    expect([flowTo(full).inFlight, sends(fourth)]).toEqual([[3, 4, 5], []]);
    const answered = accepts(fourth.raft, 1, 3);
    expect([sends(answered), flowTo(answered.raft).inFlight]).toEqual([[[5, 1]], [4, 5, 6]]);
  });

  test('an answer to a later request answers those before it', () => {
    const step = accepts(sending(3), 1, 5);
    expect([flowTo(step.raft).inFlight, leadership(step.raft).matchIndex[1]]).toEqual([[], 5]);
  });

  test('a request holds as many entries as a message may', () => {
    const step = accepts(proposes(leading({ log: [1, 1], entriesPerMessageMax: 2 }), 5), 1, 2);
    expect(sends(step)).toEqual([
      [2, 2], [4, 2], [6, 1],
    ]);
  });

  test('an answer that comes late frees nothing that is still under way, and what is acknowledged stays so', () => {
    const { raft } = accepts(sending(3), 1, 4);
    expect(accepts(raft, 1, 3).raft).toBe(raft);
    expect(flowTo(raft).inFlight).toEqual([5]);
  });

  test('entries are counted as stored when they are acknowledged, not when they are sent', () => {
    expect(sending(3).commitIndex).toBe(0);
    expect(accepts(sending(3), 1, 4).raft.commitIndex).toBe(4);
  });
});

describe('"if an RPC is lost, the AppendEntries consistency check fails, and the leader decrements nextIndex and tries again"', () => {
  test('a refusal of any request ends what is under way: the follower is probed from where its log ends', () => {
    const step = refusedAt(sending(3), 4, 4);
    expect([sends(step), flowTo(step.raft), leadership(step.raft).nextIndex[1]]).toEqual([
      [[3, 1]], { state: 'probe', inFlight: [4] }, 4,
    ]);
  });

  test('it never goes back behind what the follower acknowledged', () => {
    expect(sends(refusedAt(sending(3), 4, 1))).toEqual([[2, 1]]);
    const raft = accepts(sending(3), 1, 4).raft;
    expect(refusedAt(raft, 3, 1).raft).toBe(raft);
    expect(refusedAt(raft, 4, 1).raft).toBe(raft);
  });

  test('the rest of the refusals that one loss brings are old news', () => {
    const { raft } = refusedAt(sending(3), 3, 3);
    expect([refusedAt(raft, 4, 3).raft, refusedAt(raft, 5, 3).raft]).toEqual([raft, raft]);
  });

  test('a full window is not stuck: the heartbeat stands behind all that is under way, and its refusal frees it', () => {
    const full = sending(3);
    const beat = heartbeat(full);
    expect([sends(beat), flowTo(beat.raft)]).toEqual([[[5, 0]], flowTo(full)]);
    const freed = refusedAt(full, 5, 3);
    expect([sends(freed), flowTo(freed.raft)]).toEqual([[[2, 1]], { state: 'probe', inFlight: [3] }]);
  });

  test('when the answers were lost and not the requests, the answer to the heartbeat frees it', () => {
    expect(flowTo(accepts(sending(3), 1, 5).raft)).toEqual({ state: 'replicate', inFlight: [] });
  });

  test('a follower whose next entry is compacted gets a snapshot, and is probed behind it', () => {
    const cluster = new Cluster(3, { window: 2, maxRaftState: 60 });
    cluster.elect(0, across([2]));
    for (let sequence = 1; sequence <= 6; sequence++) {
      cluster.ask(0, firstClient, sequence, { kind: 'put', key: `k${sequence}`, value: 'x'.repeat(20) });
      cluster.deliver(across([2]));
    }
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect(cluster.server(2).machine).toEqual(cluster.server(0).machine);
    expect(flowTo(cluster.server(0).raft, 2)).toEqual({ state: 'replicate', inFlight: [] });
  });
});

test.each([1, 2, 4])(
  'a window of %i: whatever is lost and whatever order letters come in, a heartbeat mends it',
  (window) => {
    const cluster = new Cluster(3, { window, entriesPerMessageMax: 1 });
    cluster.elect(0);
    for (let sequence = 1; sequence <= 9; sequence++) {
      cluster.ask(0, firstClient, sequence, { kind: 'append', key: 'k', value: `${sequence};` });
      if (sequence % 3 === 0) cluster.letters.reverse();
      cluster.deliver(
        ({ to, message }: Letter) =>
          to === 2 &&
          message.kind === 'appendEntries' &&
          ((message as AppendEntries).prevLogIndex + sequence) % 2 === 0,
      );
    }
    for (let beat = 0; beat < 3; beat++) {
      cluster.timer(0, 'heartbeat');
      cluster.deliver();
    }
    expect(cluster.server(2).machine).toEqual(cluster.server(0).machine);
    expect(cluster.server(0).machine.store.values.get('k')).toBe('1;2;3;4;5;6;7;8;9;');
  },
);

test('without the option a leader sends all that is not acknowledged with each proposal', () => {
  const raft = proposes(accepts(leader({ term: 2, log: [1, 1] }), 1, 2).raft, 2);
  expect([sent(asks(raft), 'appendEntries').get(1)?.entries.length, leadership(raft).office]).toEqual([3, undefined]);
});
