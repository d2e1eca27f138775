/** What a report says of leases (scenarios/systems/lease-marks.ts), and which rule of the dissertation a step breaks. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import type { AnyRaftMessage } from '../../../core/raft/option-messages.ts';
import type { Leader, Raft } from '../../../core/raft/state.ts';
import { bootServer, type Server, type ServerConfig, type ServerEffect, type ServerEvent } from '../../../core/server.ts';
import { stepWithOptions } from '../../../core/server-process.ts';
import { marksOf } from '../../../scenarios/systems/raft-kv-marks.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';

/** The least election timeout is 150 ms, and clocks may be wrong by a quarter: 90 ms. */
const options: Partial<ServerConfig> = {
  reads: ['lease'], checkQuorum: true, lease: { promiseUs: 150_000, driftPer1000: 250 },
};
const get: Operation = { kind: 'get', key: 'k' };
const heartbeat: ServerEvent = { kind: 'timer', timer: 'heartbeat' };
const asks: ServerEvent = {
  kind: 'message', from: firstClient, message: { kind: 'clientRequest', sequence: 1, operation: get },
};
const reads: ServerEvent = { kind: 'timer', timer: 'leaseRead' };
const from = (node: number, message: AnyRaftMessage): ServerEvent => ({ kind: 'message', from: node, message });
const answers = (node: number, round: number): ServerEvent =>
  from(node, { kind: 'heartbeatReply', term: 1, round });
const nameOf = (node: number): string => (node < firstClient ? `n${node}` : `c${node - firstClient}`);

/** n0 leads, and its no-op is committed; no round has begun. */
function led(size = 3, changed: Partial<ServerConfig> = {}): Cluster {
  const cluster = new Cluster(size, { ...options, ...changed });
  cluster.elect(0);
  cluster.deliver();
  return cluster;
}

type Told = readonly (readonly [says: string, against: string | null])[];

/** What a report says of the step that leases are about; the step may be doctored, as a core with a bug takes it. */
function told(
  before: Server, event: ServerEvent, doctored: (after: Server) => Server = (after) => after,
  effectsOf: (effects: readonly ServerEffect[]) => readonly ServerEffect[] = (effects) => effects,
): Told {
  const { state, effects } = stepWithOptions(before, event);
  const step = { node: before.config.id, before, after: doctored(state), event, effects: effectsOf(effects), nameOf };
  return marksOf(step)
    .filter(({ kind }) => ['lease', 'leased', 'promise'].includes(kind))
    .map(({ says, against }) => [says, against]);
}

function taken(cluster: Cluster, event: ServerEvent): Told {
  const before = cluster.server(0);
  cluster.handle(0, event);
  return told(before, event);
}

/** As a core takes a step that goes by another configuration than its report. */
const withConfig = (server: Server, changed: Partial<ServerConfig>): Server => {
  const config = { ...server.config, ...changed };
  return { ...server, config, raft: { ...server.raft, config } };
};
const withRaft = (server: Server, changed: Partial<Raft>): Server => ({ ...server, raft: { ...server.raft, ...changed } });
const deposed = (server: Server): Server => {
  const role = server.raft.role as Leader;
  return withRaft(server, { role: { ...role, office: { ...role.office!, mayBeDeposed: true } } });
};

describe('a lease is counted from the beginning of its round, and shorter by as much as clocks differ (6.4.1)', () => {
  test('its round is told with how long it would last', () => {
    expect(taken(led(), heartbeat)).toEqual([
      ['begins round 1, by which a lease lasts 90 ms of its clock from here', null],
    ]);
  });

  test('one that is longer breaks the rule, and so does one that begins with an answer', () => {
    const cluster = led();
    const later = (effects: readonly ServerEffect[]): readonly ServerEffect[] => [
      { kind: 'setTimer', timer: 'lease1', afterUs: { min: 150_000, max: 150_000 } },
      ...effects.filter((effect) => effect.kind !== 'setTimer' || effect.timer !== 'lease1'),
    ];
    expect(told(cluster.server(0), heartbeat, undefined, later)).toEqual([
      [
        'begins round 1, by which a lease lasts 150 ms of its clock from here',
        'servers keep from voting for 150 ms of their clocks, which may be wrong by 250 in 1000: 90 ms are safe (6.4.1)',
      ],
    ]);
    cluster.handle(0, heartbeat);
    expect(told(cluster.server(0), answers(1, 1), undefined, later)[0]).toEqual([
      'begins a lease for 150 ms, and no round',
      'a lease begins when its round does: the servers promised when they heard it, not when they answered (6.4.1)',
    ]);
  });

  test('where nobody keeps from voting there is none', () => {
    const cluster = led();
    const unpromised = (server: Server): Server => withConfig(server, { checkQuorum: false });
    expect(told(cluster.server(0), heartbeat, unpromised)).toEqual([
      [
        'begins round 1, by which a lease lasts 90 ms of its clock from here',
        'without CheckQuorum no server keeps from voting for a leader: there is no lease (6.4.1)',
      ],
    ]);
  });
});

describe('a leader has a lease while a round counts that a majority has answered', () => {
  test('it is told once, and when it is over', () => {
    const cluster = led();
    cluster.handle(0, heartbeat);
    expect(taken(cluster, answers(2, 1))).toEqual([['has a lease from when round 1 began, which n0 n2 answered', null]]);
    expect(taken(cluster, answers(1, 1))).toEqual([]);
    expect(taken(cluster, { kind: 'timer', timer: 'lease1' })).toEqual([
      ['has no lease any more: no majority has answered a round that counts still', null],
    ]);
  });

  test('of four, two answers beside its own make it', () => {
    const cluster = led(4);
    cluster.handle(0, heartbeat);
    expect([taken(cluster, answers(3, 1)), taken(cluster, answers(2, 1))]).toEqual([
      [], [['has a lease from when round 1 began, which n0 n2 n3 answered', null]],
    ]);
  });

  test('who is alone has it with its round', () => {
    expect(taken(led(1), heartbeat)).toEqual([
      ['begins round 1, by which a lease lasts 90 ms of its clock from here', null],
      ['has a lease from when round 1 began, which n0 answered', null],
    ]);
  });

  test('it is given up when another server is told to stand for election (3.10)', () => {
    const cluster = led(3, { transfer: true });
    cluster.handle(0, heartbeat);
    cluster.handle(0, answers(1, 1));
    expect(taken(cluster, from(0, { kind: 'transferLeadership', term: 0, to: 1 }))).toEqual([
      ['has no lease any more: it has told another server to stand for election', null],
    ]);
    expect(told(cluster.server(0), answers(2, 1))).toEqual([]);
  });
});

describe('a read under a lease is told with what the lease rests on', () => {
  const asked = (size?: number): Cluster => {
    const cluster = led(size);
    cluster.handle(0, heartbeat);
    cluster.handle(0, answers(1, 1));
    cluster.handle(0, asks);
    return cluster;
  };
  const says = 'answers the read 1 of c0 at index 1 under its lease: n0 n1 answered a round that counts still';

  /** By a core that answers all the same. */
  const answered = (before: Server, after: Server): Told =>
    told(before, reads, () => after, () => []).filter(([what]) => what.startsWith('answers'));

  test('with a majority it breaks no rule', () => {
    expect(told(asked().server(0), reads)).toEqual([[says, null]]);
  });

  test('with none it does', () => {
    const server = asked().server(0);
    const role = server.raft.role as Leader;
    const rounds = { ...role.office!.rounds!, answered: [0, 0, 0] };
    const before = withRaft(server, { role: { ...role, office: { ...role.office!, rounds } } });
    // As if it had been asked of the server with the lease.
    const { state } = stepWithOptions(server, reads);
    expect(answered(before, state)).toEqual([
      [
        'answers the read 1 of c0 at index 1 under its lease: n0 answered a round that counts still',
        '1 of 3 who have a vote are no majority (6.4.1)',
      ],
    ]);
  });

  test('nor may one answer so who has told another server to stand for election, or whom nobody promised anything', () => {
    const server = asked().server(0);
    const { state } = stepWithOptions(server, reads);
    expect(answered(deposed(server), deposed(state))).toEqual([
      [says, 'it has told another server to stand for election, which lets its voters off (6.4.1)'],
    ]);
    const unpromised = { checkQuorum: false };
    expect(answered(withConfig(server, unpromised), withConfig(state, unpromised))).toEqual([
      [says, 'without CheckQuorum no server keeps from voting for a leader: there is no lease (6.4.1)'],
    ]);
  });

  test('one that goes on to a round is none', () => {
    const cluster = asked();
    cluster.handle(0, { kind: 'timer', timer: 'lease1' });
    expect(told(cluster.server(0), reads)).toEqual([
      ['begins round 2, by which a lease lasts 90 ms of its clock from here', null],
    ]);
  });
});

describe('servers keep what they promised', () => {
  const start = (cluster: Cluster, doctored: (server: Server) => Server = (server) => server): Told => {
    const { state, effects } = bootServer(cluster.server(1).config, cluster.disks[1]!);
    return marksOf({ node: 1, before: null, after: doctored(state), event: null, effects, nameOf })
      .filter(({ kind }) => kind === 'promise')
      .map(({ says, against }) => [says, against]);
  };

  test('over a restart', () => {
    expect(start(led())).toEqual([['keeps from voting: it may have promised to before it fell', null]]);
    const forgets = (server: Server): Server => withRaft(server, { role: { kind: 'follower', leaderId: null } });
    expect(start(led(), forgets)).toEqual([
      [
        'would vote at once',
        'it was in term 1 before it fell, and may have promised a leader to keep from voting (6.4.1)',
      ],
    ]);
  });

  test('who was in no term, and whose plan has no leases, promised nothing', () => {
    expect([start(new Cluster(3, options)), start(led(3, { lease: undefined as never, reads: ['index'] }))]).toEqual([
      [], [],
    ]);
  });

  test('into a later term', () => {
    const server = led().server(1);
    const later = from(2, { kind: 'heartbeatReply', term: 3, round: 0 });
    expect(told(server, later)).toEqual([]);
    expect(told(server, later, (after) => withRaft(after, { role: { kind: 'follower', leaderId: null } }))).toEqual([
      [
        'hears of term 3, and keeps from voting no more',
        'who has heard a leader keeps from voting until its time is over, in a later term as well (6.4.1)',
      ],
    ]);
  });
});
