/** Every kind of fault as data: when it is, under which names it counts, whom it strikes, and in a reader's words. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  accountsOf, faultSchema, isConfinedTo, nodesNamedBy, shapeOfFault, strikesServersOnly, type Fault,
} from '../../../harness/plan/fault.ts';

const span = { fromUs: 2000, untilUs: 9000 };
const nameOf = (node: number): string => `n${node}`;

/** Kinds, whether only servers may be struck, nodes, begin and end, words. */
const rows: readonly (readonly [
  Fault, readonly string[], boolean, readonly number[], readonly [number, number], string,
])[] = [
  [
    { kind: 'partition', ...span, groups: [[0, 1], [2]] }, ['partition'], false, [0, 1, 2], [2000, 9000],
    '{n0 n1} | {n2}',
  ],
  [
    {
      kind: 'partition',
      ...span,
      groups: [
        [0, 1], [1, 2],
      ],
    },
    ['bridge'],
    false,
    [0, 1, 1, 2],
    [2000, 9000],
    '{n0 n1} | {n1 n2}',
  ],
  [
    {
      kind: 'partition',
      ...span,
      groups: [
        [0, 1], [1, 2], [2, 0],
      ],
    },
    ['ring'],
    false,
    [0, 1, 1, 2, 2, 0],
    [2000, 9000],
    '{n0 n1} | {n1 n2} | {n2 n0}',
  ],
  [
    {
      kind: 'partition',
      ...span,
      groups: [
        [0, 1], [1, 2], [2, 3],
      ],
    },
    ['bridge'],
    false,
    [0, 1, 1, 2, 2, 3],
    [2000, 9000],
    '{n0 n1} | {n1 n2} | {n2 n3}',
  ],
  [{ kind: 'cut', ...span, from: 1, to: 2 }, ['cut'], false, [1, 2], [2000, 9000], 'n1 to n2'],
  [
    { kind: 'isolation', ...span, nodes: [1], direction: 'inbound' }, ['isolation'], false, [1], [2000, 9000],
    'n1, inbound',
  ],
  [
    { kind: 'isolation', ...span, nodes: 'leader', direction: 'both', among: 'servers' }, ['isolation'], false, [],
    [2000, 9000], 'n1, both, from the other servers',
  ],
  [
    { kind: 'flapping', ...span, nodes: [1], offUs: 1500, onUs: 3000 }, ['flapping'], false, [1], [2000, 9000],
    'n1, 1.5 ms off, 3 ms on',
  ],
  [
    { kind: 'slowLink', ...span, from: 1, to: 2, byUs: 500 }, ['slowLink'], false, [1, 2], [2000, 9000],
    'n1 to n2, 0.5 ms slower',
  ],
  [{ kind: 'clog', ...span, from: 1, to: 2 }, ['clog'], false, [1, 2], [2000, 9000], 'n1 to n2'],
  [
    { kind: 'swizzle', ...span, nodes: [1, 0], release: [0, 1], everyUs: 500 }, ['swizzle'], false, [1, 0],
    [2000, 10_000], 'n1, 0.5 ms apart, then free in the order n0 n1',
  ],
  [
    { kind: 'crash', atUs: 2000, restartUs: 3000, nodes: [1], moment: 'now' }, ['crash'], true, [1], [2000, 3000],
    'n1, now',
  ],
  [
    { kind: 'crash', atUs: 2000, restartUs: 3000, nodes: [1], moment: 'answered' }, ['crash'], true, [1], [2000, 3000],
    'n1, answered',
  ],
  [
    { kind: 'crash', atUs: 2000, restartUs: 3000, nodes: [1], moment: 'writeLost' }, ['crashWriteLost'], true, [1],
    [2000, 3000], 'n1, writeLost',
  ],
  [
    { kind: 'crash', atUs: 2000, restartUs: 3000, nodes: 'leader', moment: 'writeKept' }, ['crashWriteKept'], true, [],
    [2000, 3000], 'n1, writeKept',
  ],
  [
    { kind: 'crashLoop', ...span, nodes: [1], downUs: 1500, upUs: 1000 }, ['crashLoop'], true, [1], [2000, 9000],
    'n1, 1.5 ms down, 1 ms up',
  ],
  [{ kind: 'pause', ...span, nodes: [1] }, ['pause'], false, [1], [2000, 9000], 'n1'],
  [{ kind: 'gone', atUs: 2000, nodes: [1] }, ['gone'], true, [1], [2000, 2000], 'n1, for good'],
  [
    { kind: 'stall', ...span, nodes: [1], byUs: 1500 }, ['stalledWrite'], true, [1], [2000, 9000],
    'n1, writes take 1.5 ms longer',
  ],
  [{ kind: 'failedWrite', ...span, nodes: [1] }, ['failedWrite'], true, [1], [2000, 9000], 'n1, the next write'],
  [{ kind: 'diskFull', ...span, nodes: [1] }, ['diskFull'], true, [1], [2000, 9000], 'n1'],
  [{ kind: 'lyingFsync', ...span, nodes: [1] }, ['lyingFsync'], true, [1], [2000, 9000], 'n1'],
  [
    { kind: 'damagedDisk', atUs: 2000, restartUs: 3000, nodes: [1], damage: 'staleRead', part: 7 },
    ['staleRead'],
    true,
    [1],
    [2000, 3000],
    'n1, staleRead',
  ],
  [
    { kind: 'clockRate', ...span, nodes: [1], ratePer1000: 500 }, ['clockRate'], false, [1], [2000, 9000],
    'n1, timers at 500/1000',
  ],
  [
    { kind: 'clockDrift', ...span, nodes: [1], ratePer1000: 500 }, ['clockDrift'], false, [1], [2000, 9000],
    'n1, timers drift to 500/1000',
  ],
  [
    { kind: 'clockJump', atUs: 2000, nodes: [1], byUs: -1500 }, ['clockJump'], false, [1], [2000, 2000],
    'n1, by -1.5 ms',
  ],
  [
    { kind: 'holdAcrossLeaderships', ...span, from: 1, to: 2 }, ['holdAcrossLeaderships'], true, [1, 2], [2000, 9000],
    'the next message from n1 to n2, for two leaderships',
  ],
  [{ kind: 'isolateUntilSnapshot', ...span, node: 2 }, ['isolateUntilSnapshot'], true, [2], [2000, 9000], 'n2'],
  [
    { kind: 'handOver', ...span, nodes: 'leader', by: 2 }, ['handOver'], true, [], [2000, 9000],
    'n1, to the second server behind it',
  ],
  [
    { kind: 'replacedDisk', ...span, nodes: [1], downUs: 1500 }, ['replacedDisk'], true, [1], [2000, 9000],
    'n1, when taken out, 1.5 ms down',
  ],
  [
    { kind: 'compactDuringInstall', ...span }, ['compactDuringInstall'], true, [], [2000, 9000],
    'the next snapshot that is sent',
  ],
];

describe('a fault', () => {
  test.each(rows)('%j', (fault, kinds, isForServers, nodes, [fromUs, untilUs], words) => {
    expect(v.is(faultSchema, fault)).toBe(true);
    expect({ kinds: accountsOf(fault), isForServers: strikesServersOnly(fault), nodes: nodesNamedBy(fault) }).toEqual({
      kinds, isForServers, nodes,
    });
    expect(shapeOfFault(fault).span(fault)).toEqual([fromUs, untilUs]);
    expect(shapeOfFault(fault).describe(fault, ['n1'], nameOf)).toBe(words);
  });

  test('of every kind is in the table', () => {
    const message = v.safeParse(faultSchema, { kind: 'none' }).issues![0].message;
    expect(new Set(rows.map(([{ kind }]) => kind))).toEqual(
      new Set(message.replace('expected a fault of kind ', '').split(', ')),
    );
  });
});

describe('a field just beyond what it may be is told', () => {
  const says = (fault: object): string => v.safeParse(faultSchema, fault).issues?.[0].message ?? 'valid';
  const loop = { kind: 'crashLoop', ...span, nodes: [1], downUs: 1000, upUs: 1000 };
  const flaps = { kind: 'flapping', ...span, nodes: 'leader', offUs: 1000, onUs: 1000 };
  const rate = { kind: 'clockRate', ...span, nodes: [1], ratePer1000: 100 };
  const jump = { kind: 'clockJump', atUs: 0, nodes: [1], byUs: -60_000_000 };
  const damage = {
    kind: 'damagedDisk', atUs: 0, restartUs: 3_600_000_000, nodes: [0], damage: 'bitRot', part: 0xffffffff,
  };
  const swizzles = { kind: 'swizzle', ...span, nodes: [1, 0], release: [0, 1], everyUs: 0 };
  test.each<[object, string]>([
    [loop, 'valid'],
    [{ ...loop, downUs: 999 }, 'expected at least 1000'],
    [{ ...loop, upUs: 999 }, 'expected at least 1000'],
    [flaps, 'valid'],
    [{ ...flaps, offUs: 999 }, 'expected at least 1000'],
    [{ ...flaps, onUs: 999 }, 'expected at least 1000'],
    [rate, 'valid'],
    [{ ...rate, ratePer1000: 99 }, 'expected at least 100'],
    [{ ...rate, ratePer1000: 10_000 }, 'valid'],
    [{ ...rate, ratePer1000: 10_001 }, 'expected at most 10000'],
    [jump, 'valid'],
    [{ ...jump, byUs: -60_000_001 }, 'Invalid value: Expected >=-60000000 but received -60000001'],
    [{ ...jump, byUs: 60_000_001 }, 'Invalid value: Expected <=60000000 but received 60000001'],
    [damage, 'valid'],
    [{ ...damage, restartUs: 3_600_000_001 }, 'expected at most an hour'],
    [{ ...damage, part: -1 }, 'Invalid value: Expected >=0 but received -1'],
    [{ ...damage, part: 0x100000000 }, 'Invalid value: Expected <=4294967295 but received 4294967296'],
    [swizzles, 'valid'],
    [{ ...swizzles, release: [0, 2] }, 'expected `release` to list the same nodes as `nodes`'],
    [{ ...swizzles, release: [0] }, 'expected `release` to list the same nodes as `nodes`'],
    [
      { kind: 'replacedDisk', ...span, nodes: 'leader', downUs: 0 },
      'Invalid type: Expected Array but received "leader"',
    ],
    [{ kind: 'pause', ...span, nodes: [-1] }, 'expected at least 0'],
    [{ kind: 'pause', ...span, nodes: 'all' }, 'expected node ids or "leader"'],
    [{ kind: 'isolateUntilSnapshot', ...span, node: 0.5 }, 'expected a node id'],
  ])('%j: %s', (fault, message) => expect(says(fault)).toBe(message));
});

describe('a fault is confined to some nodes', () => {
  const both = [0, 1];
  test.each<[string, Fault, boolean]>([
    ['when it strikes these', { kind: 'pause', ...span, nodes: [0, 1] }, true],
    ['but not when it strikes another as well', { kind: 'pause', ...span, nodes: [0, 2] }, false],
    ['nor when it strikes whoever leads', { kind: 'pause', ...span, nodes: 'leader' }, false],
    ['when it is about a way from one of them', { kind: 'cut', ...span, from: 0, to: 2 }, true],
    ['or to one of them', { kind: 'clog', ...span, from: 2, to: 1 }, true],
    ['but not about a way between others', { kind: 'cut', ...span, from: 2, to: 3 }, false],
  ])('%s', (_what, fault, is) => expect(isConfinedTo(fault, both)).toBe(is));
});
