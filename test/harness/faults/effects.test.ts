/**
 * What each fault does and what it leaves alone, in exact times: whom it cuts off from whom, when a node is down and
 * when it is back, when a timer fires, when a write is durable. And that all of it is over when it should be.
 */
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../harness/plan/fault.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { Nemesis } from '../../../harness/faults/nemesis.ts';
import { run } from '../../../harness/run.ts';
import type { AnyEffect, AnyProcess, AnyStorage, System } from '../../../harness/system.ts';
import type { TraceSink } from '../../../harness/world/trace.ts';
import { World } from '../../../harness/world/world.ts';
import { client, echo, greedy, ms, pinger, toy, toyPlan, writer } from './toys.ts';

/** Each step and crash in one line, such as "21 n1 <n0" or "15 n1 crashes". */
function diary(
  system: System, plan: Parameters<typeof toyPlan>[0], isTold: (line: string) => boolean = () => true,
): readonly string[] {
  const lines: string[] = [];
  const sink: TraceSink = {
    step(_step, atUs, node, event) {
      const what =
        event === null
          ? 'boots'
          : event.kind === 'message'
            ? `<n${event.from}`
            : event.kind === 'timer'
              ? 'timer'
              : event.kind;
      lines.push(`${atUs / ms} n${node} ${what}`);
    },
    crash: (_step, atUs, node, moment) =>
      void lines.push(`${atUs / ms} n${node} crashes${moment === 'now' ? '' : ` ${moment}`}`),
    fault() {},
  };
  run(system, toyPlan(plan), sink);
  return lines.filter(isTold);
}

/** Every 10 ms each node sends to every other one, ten times: what is sent in tick 1 is sent at 10 ms. */
const chatter = (id: number, size: number): AnyProcess => {
  const arm: AnyEffect = { kind: 'setTimer', timer: 'go', afterUs: { min: 10 * ms, max: 10 * ms } };
  return {
    blank: 0,
    boot: () => ({ state: { sent: 0 }, effects: [arm] }),
    step(state, event) {
      if (event.kind !== 'timer') return { state, effects: [] };
      const sent = (state as { sent: number }).sent + 1;
      const others = Array.from({ length: size }, (_, to) => to).filter((to) => to !== id);
      return {
        state: { sent },
        effects: [
          ...others.map((to): AnyEffect => ({ kind: 'send', to, message: { ping: sent } })),
          ...(sent < 10 ? [arm] : []),
        ],
      };
    },
    write: (durable) => durable,
  };
};
const chatting = (size: number, parts: Partial<System> = {}): System =>
  toy(
    Array.from({ length: size }, (_, id) => chatter(id, size)), parts,
  );

/** Which ways did not carry the message of a tick, such as "2: 0>1 1>0". A tick of which all arrived is not told. */
function lostTicks(size: number, fault: Fault, parts: Partial<System> = {}): readonly string[] {
  const heard = new Set(diary(chatting(size, parts), { servers: size, faults: [fault], stormUs: 200 * ms }));
  return Array.from({ length: 10 }, (_, i) => i + 1).flatMap((tick) => {
    const lost: string[] = [];
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++)
        if (from !== to && !heard.has(`${tick * 10 + 1} n${to} <n${from}`)) lost.push(`${from}>${to}`);
    }
    return lost.length === 0 ? [] : [`${tick}: ${lost.join(' ')}`];
  });
}
/** Around tick 2 alone. */
const span = { fromUs: 15 * ms, untilUs: 25 * ms };

describe('ways that are cut, from the beginning of the fault to its end', () => {
  test.each<readonly [string, number, Fault, readonly string[]]>([
    [
      'a partition: both ways between its groups', 3, { kind: 'partition', ...span, groups: [[0], [1, 2]] },
      ['2: 0>1 0>2 1>0 2>0'],
    ],
    [
      'a node in no group talks with all', 4, { kind: 'partition', ...span, groups: [[0], [1, 2]] },
      ['2: 0>1 0>2 1>0 2>0'],
    ],
    [
      'a bridge: the node in both groups hears both',
      3,
      {
        kind: 'partition',
        ...span,
        groups: [
          [0, 1], [1, 2],
        ],
      },
      ['2: 0>2 2>0'],
    ],
    ['a cut: one way', 3, { kind: 'cut', ...span, from: 0, to: 1 }, ['2: 0>1']],
    [
      'an isolation: both ways', 3, { kind: 'isolation', ...span, nodes: [1], direction: 'both' },
      ['2: 0>1 1>0 1>2 2>1'],
    ],
    [
      'of two nodes: from each other as well', 3, { kind: 'isolation', ...span, nodes: [1, 2], direction: 'both' },
      ['2: 0>1 0>2 1>0 1>2 2>0 2>1'],
    ],
    [
      'inbound: it hears nothing, and is heard', 3, { kind: 'isolation', ...span, nodes: [1], direction: 'inbound' },
      ['2: 0>1 2>1'],
    ],
    [
      'outbound: it is not heard, and hears', 3, { kind: 'isolation', ...span, nodes: [1], direction: 'outbound' },
      ['2: 1>0 1>2'],
    ],
    [
      'flapping: off, on, off, on',
      2,
      { kind: 'flapping', fromUs: 15 * ms, untilUs: 65 * ms, nodes: [1], offUs: 10 * ms, onUs: 20 * ms },
      ['2: 0>1 1>0', '5: 0>1 1>0'],
    ],
    [
      'flapping ends when it is off, too',
      2,
      { kind: 'flapping', fromUs: 15 * ms, untilUs: 25 * ms, nodes: [1], offUs: 90 * ms, onUs: 20 * ms },
      ['2: 0>1 1>0'],
    ],
  ])('%s', (_, size, fault, lost) => expect(lostTicks(size, fault)).toEqual(lost));

  test('among the servers alone: a client still reaches it, and is heard', () => {
    const fault: Fault = { kind: 'isolation', ...span, nodes: [1], direction: 'both', among: 'servers' };
    expect(lostTicks(3, fault)).toEqual(['2: 0>1 1>0 1>2 2>1']);
    const heard = new Set(diary(chatting(3), { servers: 2, clients: 1, faults: [fault], stormUs: 200 * ms }));
    expect(['21 n1 <n0', '21 n0 <n1', '21 n1 <n2', '21 n2 <n1'].map((line) => heard.has(line))).toEqual([
      false, false, true, true,
    ]);
  });

  test('aimed at the leader: whoever leads when its time has come', () => {
    expect(
      lostTicks(3, { kind: 'isolation', ...span, nodes: 'leader', direction: 'outbound' }, { leader: () => 2 }),
    ).toEqual(['2: 2>0 2>1']);
  });

  test('aimed at the leader when nobody leads: as soon as somebody does', () => {
    const leader: System['leader'] = (states) => ((states[0] as { sent: number }).sent >= 3 ? 1 : null);
    expect(
      lostTicks(
        2,
        { kind: 'isolation', fromUs: 15 * ms, untilUs: 55 * ms, nodes: 'leader', direction: 'outbound' },
        { leader },
      ),
    ).toEqual(['4: 1>0', '5: 1>0']);
  });

  test('two faults on one way: it is open when both are over', () => {
    const faults: Fault[] = [
      { kind: 'cut', fromUs: 5 * ms, untilUs: 35 * ms, from: 0, to: 1 },
      { kind: 'isolation', fromUs: 15 * ms, untilUs: 25 * ms, nodes: [1], direction: 'inbound' },
    ];
    expect(diary(toy([pinger(), greedy]), { faults }, (line) => line.includes('<n0'))).toEqual([
      '41 n1 <n0', '51 n1 <n0',
    ]);
  });
});

const arrivals = (
  faults: readonly Fault[], parts: Parameters<typeof toyPlan>[0] = {}, system = toy([pinger(), greedy]),
): readonly string[] =>
  diary(system, { faults, ...parts }, (line) => line.includes(' n1 <n0')).map((line) => line.split(' ')[0]!);

describe('ways that are slow or stand still lose nothing', () => {
  test('without a fault', () => expect(arrivals([])).toEqual(['11', '21', '31', '41', '51']));
  test('a slow link', () =>
    expect(arrivals([{ kind: 'slowLink', ...span, from: 0, to: 1, byUs: 3 * ms }])).toEqual([
      '11', '24', '31', '41', '51',
    ]));
  test('the other direction is as quick as ever', () =>
    expect(arrivals([{ kind: 'slowLink', ...span, from: 1, to: 0, byUs: 3 * ms }])).toEqual([
      '11', '21', '31', '41', '51',
    ]));
  test('a clog lets go at its end', () =>
    expect(arrivals([{ kind: 'clog', fromUs: 15 * ms, untilUs: 33 * ms, from: 0, to: 1 }])).toEqual([
      '11', '34', '34', '41', '51',
    ]));
  test('a swizzle clogs node after node and frees them one after the other', () => {
    const fault: Fault = {
      kind: 'swizzle', fromUs: 5 * ms, untilUs: 33 * ms, nodes: [0, 1], release: [0, 1], everyUs: 10 * ms,
    };
    // n0 from 5 ms and n1 from 15 ms; n0 is free at 33 ms, n1 at 43 ms, and the way when both are.
    expect(arrivals([fault])).toEqual(['44', '44', '44', '44', '51']);
  });
  test('a swizzle clogs the later nodes later', () => {
    const fault: Fault = {
      kind: 'swizzle', fromUs: 5 * ms, untilUs: 33 * ms, nodes: [2, 1], release: [1, 2], everyUs: 10 * ms,
    };
    expect(arrivals([fault], { servers: 3 }, toy([pinger(), greedy, greedy]))).toEqual(['11', '34', '34', '41', '51']);
  });
});

const lifeOf = (
  faults: readonly Fault[], parts: Parameters<typeof toyPlan>[0] = {}, system = toy([pinger(), greedy]),
): readonly string[] => diary(system, { faults, ...parts }, (line) => /n1 (boots|crashes)/.test(line)).slice(1);

describe('processes', () => {
  test('a crash takes a node down, and it starts again at the end', () => {
    expect(lifeOf([{ kind: 'crash', atUs: 15 * ms, restartUs: 35 * ms, nodes: [1], moment: 'now' }])).toEqual([
      '15 n1 crashes', '35 n1 boots',
    ]);
    expect(arrivals([{ kind: 'crash', atUs: 15 * ms, restartUs: 35 * ms, nodes: [1], moment: 'now' }])).toEqual([
      '11', '41', '51',
    ]);
  });
  test('a crash loop: down, up, down, and up at the end', () => {
    expect(
      lifeOf([{ kind: 'crashLoop', fromUs: 15 * ms, untilUs: 50 * ms, nodes: [1], downUs: 10 * ms, upUs: 20 * ms }]),
    ).toEqual(['15 n1 crashes', '25 n1 boots', '45 n1 crashes', '50 n1 boots']);
  });
  test('whoever is gone never comes back', () => {
    expect(
      lifeOf([
        { kind: 'gone', atUs: 15 * ms, nodes: [1] },
        { kind: 'crash', atUs: 20 * ms, restartUs: 30 * ms, nodes: [1], moment: 'now' },
      ]),
    ).toEqual(['15 n1 crashes']);
  });
  test('the storm ends: whoever is down and not gone starts then', () => {
    expect(
      lifeOf([{ kind: 'crash', atUs: 15 * ms, restartUs: 900 * ms, nodes: [1], moment: 'now' }], { stormUs: 40 * ms }),
    ).toEqual(['15 n1 crashes', '40 n1 boots']);
    expect(
      lifeOf([{ kind: 'crashLoop', fromUs: 15 * ms, untilUs: 900 * ms, nodes: [1], downUs: 90 * ms, upUs: 1 * ms }], {
        stormUs: 40 * ms,
      }),
    ).toEqual(['15 n1 crashes', '40 n1 boots']);
  });
  test('who is down when the storm ends, by no fault that is left, starts then: all that can is up', () => {
    const world = new World(toy([pinger(), greedy]), toyPlan(), null);
    world.boot(0);
    world.boot(1);
    world.crash(1, 'now');
    new Nemesis(toyPlan(), world, () => {}).heal();
    expect(world.machines.map(({ isUp }) => isUp)).toEqual([true, true]);
  });
  test('with a minority down for good, those and no others stay down', () => {
    const plan = { stormUs: 40 * ms, healing: { kind: 'minorityDown', nodes: [1] } } as const;
    expect(lifeOf([], plan)).toEqual(['40 n1 crashes']);
    expect(lifeOf([], { ...plan, healing: { kind: 'minorityDown', nodes: [0] } })).toEqual([]);
  });
  test('a paused node handles nothing, and then all, in its order', () => {
    expect(arrivals([{ kind: 'pause', fromUs: 15 * ms, untilUs: 35 * ms, nodes: [1] }])).toEqual([
      '11', '35', '35', '41', '51',
    ]);
  });
  test('so do its timers: none fires while it is paused', () => {
    expect(arrivals([{ kind: 'pause', fromUs: 15 * ms, untilUs: 35 * ms, nodes: [0] }])).toEqual([
      '11', '36', '46', '56', '66',
    ]);
  });
  test.each<readonly [string, AnyProcess, Parameters<typeof toyPlan>[0]]>([
    ['paused', greedy, { faults: [{ kind: 'pause', fromUs: 15 * ms, untilUs: 45 * ms, nodes: [1] }] }],
    [
      'writing',
      {
        ...greedy,
        step: (state, event) => ({
          state: greedy.step(state, event).state, effects: [{ kind: 'persist', writes: [0] }],
        }),
      },
      { disk: { writeUs: { min: 25 * ms, max: 25 * ms } }, stormUs: 200 * ms },
    ],
  ])('what came for a %s node is handled in the order in which it came', (_, process, plan) => {
    const got: number[] = [];
    run(toy([pinger(), process]), toyPlan(plan), {
      step: (_step, _atUs, node, event, _before, after) =>
        void (node === 1 && event !== null && got.push((after as { got: number }).got)),
      crash() {},
      fault() {},
    });
    expect(got).toEqual([1, 2, 3, 4, 5]);
  });
  test('a timer that is cancelled by what came before it does not fire when a paused node goes on', () => {
    const arm: AnyEffect = { kind: 'setTimer', timer: 'a', afterUs: { min: 20 * ms, max: 20 * ms } };
    const process: AnyProcess = {
      ...greedy, boot: () => ({ state: {}, effects: [arm] }),
      step: (state) => ({ state, effects: [{ kind: 'cancelTimer', timer: 'a' }] }),
    };
    const told = (faults: readonly Fault[]) =>
      diary(toy([pinger(), process]), { faults }, (line) => line.includes('n1 timer'));
    expect(told([{ kind: 'pause', fromUs: 5 * ms, untilUs: 30 * ms, nodes: [1] }])).toEqual([]);
    expect(told([{ kind: 'cut', fromUs: 5 * ms, untilUs: 30 * ms, from: 0, to: 1 }])).toEqual(['20 n1 timer']);
  });
  test('a node that crashes while it is paused starts unpaused', () => {
    expect(
      arrivals([
        { kind: 'pause', fromUs: 15 * ms, untilUs: 95 * ms, nodes: [1] },
        { kind: 'crash', atUs: 22 * ms, restartUs: 25 * ms, nodes: [1], moment: 'now' },
      ]),
    ).toEqual(['11', '31', '41', '51']);
  });
});

describe('clocks', () => {
  const rate = (ratePer1000: number): Fault => ({
    kind: 'clockRate', fromUs: 5 * ms, untilUs: 25 * ms, nodes: [0], ratePer1000,
  });
  test('a quick clock: timers that are set by it take half of their time', () =>
    expect(arrivals([rate(500)])).toEqual(['11', '16', '21', '26', '36']));
  test('a slow clock: twice', () => expect(arrivals([rate(2000)])).toEqual(['11', '31', '41', '51', '61']));
  test('of another node: nothing', () =>
    expect(arrivals([{ ...rate(500), nodes: [1] } as Fault])).toEqual(['11', '21', '31', '41', '51']));
  test('a drift goes from right to its rate by equal steps of 50 ms', () => {
    // 1000 at the beginning, half of it from 100 ms on: 750, then 500. A timer of 10 ms that is set at 10 ms and so on.
    const fault: Fault = { kind: 'clockDrift', fromUs: 5 * ms, untilUs: 105 * ms, nodes: [0], ratePer1000: 500 };
    expect(arrivals([fault])).toEqual(['11', '18.5', '26', '33.5', '41']);
    const late = { ...fault, fromUs: 0, untilUs: 50 * ms } as Fault;
    expect(arrivals([late])).toEqual(['11', '16', '21', '26', '31']);
  });
  test('a drift goes on to its last step', () => {
    // 2000 from the beginning, behind the boot, and 3000 from 50 ms on: timers are set at 0, 10, 30, 50 and 80 ms.
    expect(
      arrivals([{ kind: 'clockDrift', fromUs: 0, untilUs: 100 * ms, nodes: [0], ratePer1000: 3000 }], {
        stormUs: 200 * ms,
      }),
    ).toEqual(['11', '31', '51', '81', '111']);
  });
  test('a jump forward brings armed timers nearer, one back puts them off; not those set later', () => {
    const jump = (byUs: number): Fault => ({ kind: 'clockJump', atUs: 15 * ms, nodes: [0], byUs });
    expect(arrivals([jump(2 * ms)])).toEqual(['11', '19', '29', '39', '49']);
    expect(arrivals([jump(-2 * ms)])).toEqual(['11', '23', '33', '43', '53']);
    expect(arrivals([jump(50 * ms)])).toEqual(['11', '16', '26', '36', '46']);
  });
});

/** Keeps how many pings it got, and answers with its number once that is durable. */
const keeper: AnyProcess = {
  blank: 0,
  boot: (durable) => ({ state: { kept: durable }, effects: [{ kind: 'send', to: 0, message: { ping: durable } }] }),
  step(state, event) {
    if (event.kind !== 'message') return { state, effects: [] };
    const kept = (state as { kept: number }).kept + 1;
    return {
      state: { kept },
      effects: [
        { kind: 'send', to: 0, message: { ping: -1 } }, { kind: 'persist', writes: [1] },
        { kind: 'send', to: 0, message: { ping: kept } },
      ],
    };
  },
  write: (durable, write) => (durable as number) + (write as number),
};

/**
 * What n0 is told by the keeper, each with its time: -1 before the write, the count behind it, and at a boot what was
 * durable.
 */
function heardOfKeeper(parts: Parameters<typeof toyPlan>[0], process = keeper): string {
  const lines: string[] = [];
  run(toy([pinger(), process]), toyPlan(parts), {
    step: (_step, atUs, node, event) =>
      void (
        node === 0 &&
        event?.kind === 'message' &&
        lines.push(`${atUs / ms}:${(event.message as { ping: number }).ping}`)
      ),
    crash() {},
    fault() {},
  });
  return lines.join(' ');
}
const slowDisk = { disk: { writeUs: { min: 4 * ms, max: 4 * ms } } };
const crashAt = (atUs: number, moment: 'now' | 'writeLost' | 'writeKept' = 'now'): Fault => ({
  kind: 'crash', atUs, restartUs: 28 * ms, nodes: [1], moment,
});

describe('a write is a barrier', () => {
  test('what stands before it is said at once, what stands behind it when it is durable', () => {
    expect(heardOfKeeper({})).toBe('1:0 12:-1 12:1 22:-1 22:2 32:-1 32:3 42:-1 42:4 52:-1 52:5');
    expect(heardOfKeeper(slowDisk)).toBe('1:0 12:-1 16:1 22:-1 26:2 32:-1 36:3 42:-1 46:4 52:-1 56:5');
  });
  test('while it is on its way, what comes waits in its order', () => {
    expect(heardOfKeeper({ disk: { writeUs: { min: 25 * ms, max: 25 * ms } }, stormUs: 200 * ms })).toBe(
      '1:0 12:-1 37:1 37:-1 62:2 62:-1 87:3 87:-1 112:4 112:-1 137:5',
    );
  });
  test('a crash before it is durable undoes the step: after the start only what was durable is there', () => {
    expect(heardOfKeeper({ ...slowDisk, faults: [crashAt(23 * ms)] })).toBe(
      '1:0 12:-1 16:1 22:-1 29:1 32:-1 36:2 42:-1 46:3 52:-1 56:4',
    );
  });
  test('a crash behind it loses nothing that was durable', () => {
    expect(heardOfKeeper({ ...slowDisk, faults: [crashAt(27 * ms)] })).toBe(
      '1:0 12:-1 16:1 22:-1 26:2 29:2 32:-1 36:3 42:-1 46:4 52:-1 56:5',
    );
  });
  test.each([
    ['writeLost', '29:1 32:-1 32:2 42:-1 42:3 52:-1 52:4'], ['writeKept', '29:2 32:-1 32:3 42:-1 42:4 52:-1 52:5'],
  ] as const)('%s: at the next write, and nothing behind it is said', (moment, after) => {
    expect(heardOfKeeper({ faults: [crashAt(15 * ms, moment)] })).toBe(`1:0 12:-1 12:1 22:-1 ${after}`);
  });
  test('a crash that waits for a write comes no more when the node was started again', () => {
    expect(heardOfKeeper({ faults: [{ ...crashAt(12.5 * ms, 'writeLost'), restartUs: 14 * ms } as Fault] })).toBe(
      heardOfKeeper({}),
    );
  });
  test('a write of a life that is over does not become durable in the next', () => {
    const faults: Fault[] = [{ kind: 'crash', atUs: 22 * ms, restartUs: 22.5 * ms, nodes: [1], moment: 'now' }];
    expect(heardOfKeeper({ ...slowDisk, faults })).toBe('1:0 12:-1 16:1 22:-1 23.5:1 32:-1 36:2 42:-1 46:3 52:-1 56:4');
  });
});

describe('a crash in the middle of', () => {
  // n1 hears at 11, 21, 31, ...; what it writes is at once on its disk.
  const counting: AnyStorage = {
    format: () => ({ cursor: 0, operations: [{ kind: 'create', file: 'a.log', bytes: new Uint8Array(0) }] }),
    store: (cursor) => ({
      cursor: (cursor as number) + 1, operations: [{ kind: 'append', file: 'a.log', bytes: Uint8Array.of(1) }],
    }),
    recover: (files) => ({
      kind: 'recovered', durable: files.get('a.log')!.length, cursor: files.get('a.log')!.length,
      repairs: [{ kind: 'rewrite', file: 'a.log' }], isTorn: false,
    }),
    isLater: (one, than) => (one as number) > (than as number),
  };
  const heard = (faults: readonly Fault[], recoverMs: number): string =>
    diary(
      toy([pinger(), keeper], { storage: counting }),
      { faults, disk: { bytes: true, recoverUs: { min: recoverMs * ms, max: recoverMs * ms } } },
      (line) => line.includes(' n1 '),
    )
      .map((line) => line.replace(' n1 ', ':'))
      .join(' ');
  const falls = (atUs: number, restartUs: number, moment: 'now' | 'recovering'): Fault => ({
    kind: 'crash', atUs, restartUs, nodes: [1], moment,
  });

  test('a recovery: what comes while it lasts is not heard, and the node starts when it is told to', () => {
    expect(heard([falls(15 * ms, 16 * ms, 'now')], 0)).toBe(
      '0:boots 11:<n0 15:crashes 16:boots 21:<n0 31:<n0 41:<n0 51:<n0',
    );
    expect(heard([falls(15 * ms, 16 * ms, 'now')], 8)).toBe('0:boots 11:<n0 15:crashes 24:boots 31:<n0 41:<n0 51:<n0');
    expect(heard([falls(15 * ms, 26 * ms, 'recovering')], 8)).toBe('0:boots 11:<n0 15:crashes 34:boots 41:<n0 51:<n0');
    // Another crash comes first; and one that is told to start once more while it starts goes on with that.
    expect(heard([falls(15 * ms, 16 * ms, 'now'), falls(12 * ms, 20 * ms, 'recovering')], 8)).toBe(
      '0:boots 11:<n0 12:crashes 24:boots 31:<n0 41:<n0 51:<n0',
    );
  });

  test('its sends: as many leave as chance says, at least one and not all, and what the step did is done', () => {
    const all: string[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const talker: AnyProcess = {
        ...echo,
        step: (_state, event) => ({
          state: event,
          effects:
            event.kind === 'message' ? [1, 2, 3].map((ping) => ({ kind: 'send', to: 0, message: { ping } })) : [],
        }),
      };
      const lines = diary(toy([pinger(), talker]), {
        seed: `sends ${seed}`,
        faults: [{ kind: 'crash', atUs: 15 * ms, restartUs: 60 * ms, nodes: [1], moment: 'sending' }],
      });
      all.push(lines.filter((line) => /^2[0-9] /.test(line)).join(', '));
    }
    expect(new Set(all)).toEqual(
      new Set([
        '20 n0 timer, 21 n1 <n0, 21 n1 crashes, 22 n0 <n1',
        '20 n0 timer, 21 n1 <n0, 21 n1 crashes, 22 n0 <n1, 22 n0 <n1',
      ]),
    );
  });
});

describe('disks', () => {
  test('a stall adds its time to each write, and to no later one', () => {
    expect(heardOfKeeper({ faults: [{ kind: 'stall', ...span, nodes: [1], byUs: 5 * ms }] })).toBe(
      '1:0 12:-1 12:1 22:-1 27:2 32:-1 32:3 42:-1 42:4 52:-1 52:5',
    );
  });
  test('a failed write stops the node, keeps nothing, and the node starts at the end', () => {
    expect(heardOfKeeper({ faults: [{ kind: 'failedWrite', ...span, nodes: [1] }] })).toBe(
      '1:0 12:-1 12:1 22:-1 26:1 32:-1 32:2 42:-1 42:3 52:-1 52:4',
    );
  });
  test('a node that goes on has one failed write, and of a full disk all to its end', () => {
    const bold: AnyProcess = { ...keeper, onFailedWrite: 'goOn' };
    const crash: Fault = { kind: 'crash', atUs: 53 * ms, restartUs: 54 * ms, nodes: [1], moment: 'now' };
    const fault = { fromUs: 15 * ms, untilUs: 45 * ms, nodes: [1] };
    expect(heardOfKeeper({ faults: [{ kind: 'failedWrite', ...fault }, crash] }, bold).split(' ').at(-1)).toBe('55:4');
    expect(heardOfKeeper({ faults: [{ kind: 'diskFull', ...fault }, crash] }, bold).split(' ').at(-1)).toBe('55:2');
  });
  test('a node that believes that a failed write left nothing goes on where it was, and its timers run on', () => {
    const arming: AnyProcess = {
      ...keeper, onFailedWrite: 'undo',
      step: (state, event) => {
        const { state: after, effects } = keeper.step(state, event);
        return {
          state: after,
          effects:
            event.kind === 'message'
              ? [...effects, { kind: 'setTimer', timer: 'after', afterUs: { min: 3 * ms, max: 3 * ms } }]
              : effects,
        };
      },
    };
    const lines = diary(toy([pinger(), arming]), { faults: [{ kind: 'failedWrite', ...span, nodes: [1] }] }, (line) =>
      line.includes('n1'),
    );
    expect(lines.filter((line) => line.includes('crash'))).toEqual([]);
    expect(lines.filter((line) => line.endsWith('timer')).map((line) => line.split(' ')[0])).toEqual([
      '14', '24', '34', '44', '54',
    ]);
  });
  test('a disk that lies loses what it acknowledged at a crash', () => {
    expect(
      heardOfKeeper({
        faults: [
          { kind: 'lyingFsync', fromUs: 15 * ms, untilUs: 45 * ms, nodes: [1] },
          { kind: 'crash', atUs: 43 * ms, restartUs: 43.5 * ms, nodes: [1], moment: 'now' },
        ],
      }),
    ).toBe('1:0 12:-1 12:1 22:-1 22:2 32:-1 32:3 42:-1 42:4 44.5:1 52:-1 52:2');
  });
});

test('an answer behind which it crashes is given, and that to nobody else', () => {
  const operations: Plan['operations'] = [
    { client: 0, atUs: 10 * ms, request: null }, { client: 0, atUs: 30 * ms, request: null },
  ];
  const plan = {
    servers: 1,
    clients: 1,
    operations,
    faults: [{ kind: 'crash', atUs: 5 * ms, restartUs: 25 * ms, nodes: [0], moment: 'answered' }],
  } as const;
  expect(diary(toy([echo, client]), plan, (line) => !line.includes('boots'))).toEqual([
    '10 n1 request', '11 n0 <n1', '11 n0 crashes', '12 n1 <n0', '30 n1 request', '31 n0 <n1', '32 n1 <n0',
  ]);
});

describe('timers', () => {
  const arm = (timer: string, afterMs: number): AnyEffect => ({
    kind: 'setTimer', timer, afterUs: { min: afterMs * ms, max: afterMs * ms },
  });
  const fires = (
    boot: readonly AnyEffect[], on: (timer: string) => readonly AnyEffect[], faults: readonly Fault[] = [],
  ): readonly string[] => {
    const lines: string[] = [];
    const process: AnyProcess = {
      blank: 0,
      boot: () => ({ state: {}, effects: boot }),
      write: (durable) => durable,
      step: (state, event) => ({ state, effects: event.kind === 'timer' ? on(event.timer) : [] }),
    };
    run(toy([process, greedy]), toyPlan({ faults }), {
      step: (_step, atUs, _node, event) => void (event?.kind === 'timer' && lines.push(`${atUs / ms} ${event.timer}`)),
      crash() {},
      fault() {},
    });
    return lines;
  };

  test('fire once', () => expect(fires([arm('a', 5), arm('b', 3)], () => [])).toEqual(['3 b', '5 a']));
  test('one that is set again fires at the later time only, or at the sooner one', () => {
    expect(fires([arm('a', 5), arm('b', 3)], (timer) => (timer === 'b' ? [arm('a', 9)] : []))).toEqual(['3 b', '12 a']);
    expect(fires([arm('a', 50), arm('b', 3)], (timer) => (timer === 'b' ? [arm('a', 1)] : []))).toEqual(['3 b', '4 a']);
  });
  test('one that is cancelled does not', () => {
    expect(
      fires([arm('a', 5), arm('b', 3)], (timer) => (timer === 'b' ? [{ kind: 'cancelTimer', timer: 'a' }] : [])),
    ).toEqual(['3 b']);
    expect(
      fires([arm('a', 5), arm('b', 3)], (timer) =>
        timer === 'b' ? [{ kind: 'cancelTimer', timer: 'a' }, arm('a', 1)] : [],
      ),
    ).toEqual(['3 b', '4 a']);
  });
  test('those of a life that is over do not', () => {
    expect(
      fires([arm('a', 20)], () => [], [
        { kind: 'crash', atUs: 12 * ms, restartUs: 15 * ms, nodes: [0], moment: 'now' },
      ]),
    ).toEqual(['35 a']);
  });
  test('one that is cancelled while the node waits for its disk does not fire', () => {
    const process: AnyProcess = {
      blank: 0,
      boot: () => ({ state: {}, effects: [arm('a', 10), arm('b', 12)] }),
      write: (durable) => durable,
      step: (state, event) => ({
        state,
        effects:
          event.kind === 'timer' && event.timer === 'a'
            ? [
                { kind: 'persist', writes: [1] },
                { kind: 'cancelTimer', timer: 'b' },
              ]
            : [],
      }),
    };
    expect(diary(toy([process, greedy]), slowDisk, (line) => line.includes('timer'))).toEqual(['14 n0 timer']);
  });
});

test('a writer that crashes at a write says nothing behind it (section 5.1: stable storage before responding)', () => {
  const told = diary(toy([pinger(), writer(true)]), { faults: [crashAt(15 * ms, 'writeKept')] }, (line) =>
    line.includes('n0 <n1'),
  );
  expect(told).toEqual(['12 n0 <n1', '32 n0 <n1', '42 n0 <n1', '52 n0 <n1']);
});
