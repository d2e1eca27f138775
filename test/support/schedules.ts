/** Random schedules of a small cluster: what a network and its timers may do, in any order. */
import fc from 'fast-check';
import { Cluster, firstClient } from './cluster.ts';

export type Action =
  /** A letter arrives; `stays` leaves it under way, so that it arrives again. */
  | { readonly kind: 'arrive'; readonly letter: number; readonly stays: boolean }
  | { readonly kind: 'lose'; readonly letter: number }
  | { readonly kind: 'timeout'; readonly server: number }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'ask'; readonly client: number }
  | { readonly kind: 'restart'; readonly server: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('arrive' as const), letter: fc.nat(), stays: fc.nat(9).map((n) => n === 0),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('lose' as const), letter: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('timeout' as const), server: fc.nat() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('heartbeat' as const) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('ask' as const), client: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), server: fc.nat() }) },
);

export interface Schedule {
  readonly size: number;
  readonly maxRaftState: number;
  readonly entriesPerMessageMax: number;
  readonly actions: readonly Action[];
}

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  maxRaftState: fc.constantFrom(-1, 0, 100, 300),
  entriesPerMessageMax: fc.constantFrom(1, 3, 1000),
  actions: fc.array(action, { minLength: 20, maxLength: 250, size: 'max' }),
});

/** Plays a schedule and calls `after` behind each action that befell a server. */
export function play(
  { size, maxRaftState, entriesPerMessageMax, actions }: Schedule, after: (cluster: Cluster, server: number) => void,
): Cluster {
  const cluster = new Cluster(size, { maxRaftState, entriesPerMessageMax });
  cluster.timer(0, 'election');
  const sequences = [0, 0, 0];
  for (const one of actions) {
    const touched = act(cluster, one, sequences);
    if (touched !== null) after(cluster, touched);
  }
  return cluster;
}

/** Which server was touched, if any. */
function act(cluster: Cluster, action: Action, sequences: number[]): number | null {
  const { letters, servers } = cluster;
  const leader = servers.findLastIndex((server) => server?.raft.role.kind === 'leader');
  switch (action.kind) {
    case 'arrive':
    case 'lose': {
      const letter = letters[action.letter % Math.max(1, letters.length)];
      if (letter === undefined) return null;
      if (action.kind === 'lose' || !action.stays) cluster.letters = letters.filter((other) => other !== letter);
      if (action.kind === 'lose') return null;
      cluster.handle(letter.to, { kind: 'message', from: letter.from, message: letter.message });
      return letter.to;
    }
    case 'timeout':
      cluster.timer(action.server % servers.length, 'election');
      return action.server % servers.length;
    case 'heartbeat':
      if (leader < 0) return null;
      cluster.timer(leader, 'heartbeat');
      return leader;
    case 'ask': {
      if (leader < 0) return null;
      sequences[action.client]! += 1;
      const number = sequences[action.client]!;
      cluster.ask(leader, firstClient + action.client, number, {
        kind: 'append', key: `k${action.client}`, value: `${number};`,
      });
      return leader;
    }
    case 'restart':
      cluster.boot(action.server % servers.length);
      return action.server % servers.length;
  }
}
