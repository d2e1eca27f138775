/** What a report says that servers hold: the changes of the rows lead to it, and it is held against what it must be. */
import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../../core/protocol.ts';
import { blankPersistent } from '../../../core/raft/state.ts';
import type { Server } from '../../../core/server.ts';
import { accountOf, type Account } from '../../../harness/report/account.ts';
import { causeOf } from '../../../harness/report/cause.ts';
import { joined, type ContentsChange } from '../../../harness/report/contents.ts';
import type { Contents, System } from '../../../harness/system.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { failingPlan, staleReads } from '../../support/broken-raft-kv.ts';
import { fc, prop } from '../../support/property.ts';

/** What was read last of every server that is up at the end. */
function watched(seed: number): { readonly account: Account; readonly last: ReadonlyMap<NodeId, Contents> } {
  const last = new Map<NodeId, Contents>();
  const system: System = {
    ...raftKv,
    contents(plan) {
      const reader = raftKv.contents!(plan);
      return {
        read(node, state) {
          const contents = reader.read(node, state);
          last.set(node, contents);
          return contents;
        },
      };
    },
  };
  return { account: accountOf(system, swarm.draw(seed)).account, last };
}

/** A server's changes since it was last started. */
function changesOf({ rows }: Account, node: NodeId): readonly ContentsChange[] {
  const crash = rows.findLastIndex((row) => row.node === node && row.kind === 'crash');
  return rows.slice(crash + 1).filter((row) => row.node === node).map((row) => row.contents ?? {});
}

const seeds = fc.integer({ min: 1, max: 60 });

describe('what servers hold, as changes', () => {
  const cases = [seeds, fc.integer({ min: 0, max: 100 })] as [fc.Arbitrary<number>, fc.Arbitrary<number>];
  prop(cases, { numRuns: 8 })(
    'all changes together are what was read last, however many are joined first',
    (seed, percent) => {
      const { account, last } = watched(seed);
      for (const [node, { log, held }] of last) {
        const changes = changesOf(account, node);
        if (changes.length === 0) continue;
        const cut = Math.floor((changes.length * percent) / 100);
        const all = joined([joined(changes.slice(0, cut)), ...changes.slice(cut)]);
        expect(all.log?.base).toEqual([log.baseIndex, log.baseTerm]);
        const length = log.lastIndex - log.baseIndex;
        expect(all.log?.entries).toEqual(Array.from({ length }, (_, i) => log.tell(log.at(log.baseIndex + 1 + i))));
        const values = Object.entries(all.held ?? {}).filter(([, value]) => value !== null);
        const read = new Map([...held].map(([name, value]) => [name, value.held]));
        expect(new Map(values.map(([name, value]) => [name, value![0]]))).toEqual(read);
      }
    },
  );

  test('a sound server holds what it must, at every step of every run', () => {
    for (const seed of [2, 6, 22]) {
      const { account } = watched(seed);
      const values = account.rows.flatMap((row) => Object.entries(row.contents?.held ?? {}));
      expect(values.length).toBeGreaterThan(20);
      expect(values.filter(([, value]) => value !== null && value.length !== 1)).toEqual([]);
    }
  });

  test('a key that nobody wrote, a session that nobody has and an index ahead of what is committed are told', () => {
    const plan = swarm.draw(2);
    const reader = raftKv.contents!(plan);
    const server = raftKv.processes(plan)[0]!.boot(blankPersistent).state as Server;
    const { machine } = server;
    const wrong = {
      ...server,
      machine: {
        lastExecuted: 3,
        store: { ...machine.store, values: machine.store.values.set('k9', 'x') },
        sessions: {
          ...machine.sessions, byClient: machine.sessions.byClient.set(plan.servers, { sequence: 4, result: null }),
        },
      },
    };
    expect(Object.fromEntries(reader.read(0, wrong).held)).toEqual({
      'last executed': { held: '3', expected: 'at most 0' },
      'store k9': { held: '"x"', expected: null },
      'session c0': { held: '#4 gave done', expected: null },
    });
  });
});

describe('the first cause', () => {
  const { account } = accountOf(staleReads, failingPlan(staleReads));

  test('of what a client heard, it is the step that said it', () => {
    const fatal = account.rows[account.fatal!]!;
    expect(fatal.node).toBeGreaterThanOrEqual(account.servers);
    const cause = account.rows[causeOf(account, null)!]!;
    expect(cause.node).toBeLessThan(account.servers);
    expect(account.messages[fatal.message!]!.sentBy).toBe(causeOf(account, null));
  });

  test('of what a server did, it is that very step; of nothing, nothing', () => {
    const at = account.rows.findLastIndex(
      (row) => row.node !== null && row.node < account.servers && row.kind === 'step',
    );
    expect(causeOf({ ...account, fatal: at }, null)).toBe(at);
    expect(causeOf({ ...account, fatal: null }, null)).toBe(null);
  });

  test('of a run judged as a whole: the last turn of events, or where the operation without a place was answered', () => {
    const end = { ...account.rows[0]!, kind: 'fault' as const, node: null, event: 'the run is judged', message: null };
    const judged = { ...account, rows: [...account.rows, end], fatal: account.rows.length };
    const last = judged.rows[causeOf(judged, null)!]!;
    expect([last.node! < account.servers, last.weight >= 3]).toEqual([true, true]);
    const heard = account.rows.find((row) => row.operation !== null && row.message !== null)!;
    const story = { key: 'k', why: '', clash: [], longest: [], blocked: heard.operation };
    const answer = account.rows.findLast((row) => row.operation === heard.operation && row.message !== null)!;
    expect(causeOf(judged, story)).toBe(account.messages[answer.message!]!.sentBy);
  });
});

test('faults name nodes as readers know them, whatever they strike', () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 14; seed++) {
    const { rows, faults, nodes } = accountOf(raftKv, swarm.draw(seed)).account;
    const begun = rows.filter(({ kind, event }) => kind === 'fault' && event.includes(' begins: '));
    const told = [...begun.map(({ event }) => event.split(' begins: ')[1]!), ...faults.map(({ what }) => what)];
    for (const { kind } of faults) kinds.add(kind);
    for (const text of told) {
      // What is left without the names, and without numbers that have a unit or are a rate, holds no number.
      const nameless = text.replaceAll(/\b[nc]\d+\b/g, (name) => (nodes.includes(name) ? '' : name));
      const rest = nameless.replaceAll(/-?\d+(\.\d+)? ms|\d+\/1000/g, '');
      expect(rest, text).not.toMatch(/\d/);
    }
  }
  expect(kinds.size).toBeGreaterThan(9);
});
