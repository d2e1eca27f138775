/**
 * The key/value system with versions (MIT 6.5840): what a plan may ask, what tells two runs apart, and what a person is
 * told.
 */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../../core/kv/machine.ts';
import { bootVersionClerk } from '../../../core/kv/version-clerk.ts';
import { Digest } from '../../../harness/digest.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { describeOperation } from '../../../scenarios/systems/raft-kv-story.ts';
import { refusalMarks, versionMark } from '../../../scenarios/systems/version-marks.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';

const key = 'k';
const put = (version: number) => ({ kind: 'putVersion' as const, key, value: 'v', version });

describe('what a plan asks goes with its settings', () => {
  const problem = (kind: string, settings: object) => raftKv.requestProblem!({ kind, key }, settings);
  test('versions are asked for with the setting, and nothing else is', () => {
    for (const kind of ['getVersion', 'putVersion', 'putSeen'])
      expect([problem(kind, { versions: true }), problem(kind, {})]).toEqual([
        null, `${kind} needs the setting "versions": true`,
      ]);
    for (const kind of ['get', 'put', 'append', 'cas']) {
      expect([problem(kind, {}), problem(kind, { versions: true })]).toEqual([
        null,
        `a plan with the setting "versions" asks by getVersion, putVersion and putSeen, and not by ${kind}`,
      ]);
    }
  });
  test('an operator\'s change is asked with or without it', () => {
    for (const settings of [{}, { versions: true }])
      expect(raftKv.requestProblem!({ kind: 'removeServer', server: 1 }, settings)).toBeNull();
  });
});

describe('the digest tells apart', () => {
  const digestOf = (tell: (digest: Digest) => void): string => {
    const digest = new Digest();
    tell(digest);
    return digest.hex();
  };
  test('requests by their version, and answers by all that they say', () => {
    const asks = (operation: Operation) => ({ kind: 'clientRequest', sequence: 1, operation });
    const tells = (result: object) => ({ kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result } });
    const messages = [
      asks(put(0)), asks(put(1)), asks({ kind: 'getVersion', key }), asks({ kind: 'getVersion', key: 'l' }),
      ...(['OK', 'ErrVersion', 'ErrNoKey'] as const).map((told) => tells({ told, version: 0 })),
      tells({ told: 'OK', version: 1 }), tells({ told: 'OK', version: 1, value: 'v' }),
      tells({ told: 'OK', version: 1, value: 'w' }),
    ];
    expect(new Set(messages.map((message) => digestOf((digest) => raftKv.digestMessage(digest, message)))).size).toBe(
      messages.length,
    );
  });
  test('servers by the versions that they hold, and clerks by how often they have asked', () => {
    const server = new Cluster(1).server(0);
    const withVersion = (machine: Machine, version: number): Machine => ({
      ...machine, store: { ...machine.store, versions: machine.store.versions!.set(key, version) },
    });
    const machine = apply(newMachine, 1, { client: 1, sequence: 1, operation: put(0) });
    const clerk = bootVersionClerk({ clusterSize: 3, retryUs: { min: 1, max: 1 }, backoffUs: { min: 1, max: 1 } });
    const states = [
      { ...server, machine: withVersion(machine, 1) }, { ...server, machine: withVersion(machine, 2) }, clerk,
      { ...clerk, attempts: 1 },
    ];
    expect(new Set(states.map((state) => digestOf((digest) => raftKv.digestState(digest, state)))).size).toBe(4);
  });
});

test('a person is told of versions', () => {
  expect(
    [{ kind: 'getVersion' as const, key }, put(3), { kind: 'putSeen' as const, key, value: 'v' }].map(
      describeOperation,
    ),
  ).toEqual(['get(k) with its version', 'put(k, "v", version 3)', 'put(k, "v", the version seen last)']);
  const cluster = new Cluster(1);
  cluster.elect(0);
  const before = cluster.server(0);
  cluster.ask(0, firstClient, 1, put(0));
  const step = {
    node: 0,
    before,
    after: cluster.server(0),
    event: {
      kind: 'message' as const, from: firstClient, message: { kind: 'clientRequest', sequence: 1, operation: put(0) },
    },
    effects: cluster.lastEffects,
    nameOf: (node: number) => `n${node}`,
  };
  expect(raftKv.tellStep!(step)!.text).toContain('tells n100 OK');
  const marks = raftKv.marksOf!(step);
  expect(marks.map(({ says }) => says)).toEqual(
    expect.arrayContaining([expect.stringContaining('k had version 0 and has 1')]),
  );
  expect(marks.filter(({ against }) => against !== null)).toEqual([]);
});

test('a clerk that tells ErrVersion has asked once (6.5840); else it is named', () => {
  const clerk = {
    ...bootVersionClerk({ clusterSize: 3, retryUs: { min: 1, max: 1 }, backoffUs: { min: 1, max: 1 } }),
    pending: { id: 1, operation: put(0), refusals: 0 },
  };
  const against = (attempts: number, told: string) =>
    refusalMarks({ ...clerk, attempts }, [{ kind: 'reply', id: 1, reply: { told, version: 0 } }], {
      client: 5, sequence: 1,
    }).map((mark) => mark.against);
  expect([against(1, 'ErrVersion'), against(2, 'ErrMaybe'), against(2, 'OK')]).toEqual([[null], [null], [null]]);
  expect(against(2, 'ErrVersion')).toEqual([
    'a put that was sent again may have taken effect before: ErrMaybe (6.5840)',
  ]);
  expect([
    refusalMarks(clerk, [], { client: 5, sequence: 1 }),
    refusalMarks({ ...clerk, pending: null }, [{ kind: 'reply', id: 1, reply: { told: 'OK', version: 0 } }], {
      client: 5, sequence: 1,
    }),
  ]).toEqual([[], []]);
});

describe('what executing a put left of its version is held against the rule', () => {
  const held = (version: number): Machine =>
    version === 0
      ? newMachine
      : {
          ...newMachine,
          store: {
            ...newMachine.store,
            versions: apply(newMachine, 1, { client: 1, sequence: 1, operation: put(0) }).store.versions!.set(
              key, version,
            ),
          },
        };
  const against = (
    operation: Operation & { kind: 'getVersion' | 'putVersion' }, from: number, to: number, isOnlyOfKey = true,
  ) =>
    versionMark({
      before: held(from), after: held(to), index: 4, command: { client: 1, sequence: 1, operation }, text: 'it',
      isOnlyOfKey,
    }).against;
  test('it is the next one where it matched, and the same else', () => {
    expect([against(put(2), 2, 3), against(put(1), 2, 2), against({ kind: 'getVersion', key }, 2, 2)]).toEqual([
      null, null, null,
    ]);
    for (const [version, from, to] of [
      [2, 2, 2], [0, 2, 1], [0, 2, 3], [2, 2, 4],
    ] as const)
      expect(against(put(version), from, to), `${version} ${from} ${to}`).toContain(
        'a put takes effect where its version matches',
      );
    expect(against({ kind: 'getVersion', key }, 2, 3)).not.toBeNull();
  });
  test('where another command of the step touches the key nothing can be seen', () =>
    expect(against(put(0), 2, 3, false)).toBeNull());
});
