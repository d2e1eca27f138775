/**
 * A node that goes on while its writes are on their way: what it says when, what checkers see when, and what a crash
 * takes.
 */
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../../checkers/checker.ts';
import type { Fault } from '../../../harness/plan/fault.ts';
import { run } from '../../../harness/run.ts';
import type { AnyEffect, AnyProcess } from '../../../harness/system.ts';
import { World } from '../../../harness/world/world.ts';
import { ms, pinger, toy, toyPlan } from '../faults/toys.ts';

/** Counts pings and writes the count; says `ahead` in front of the write and `behind` behind it, as 100 and more. */
const counter = (parts: Partial<AnyProcess> = {}, ahead = 1): AnyProcess => ({
  blank: 0,
  persistence: 'pipelined',
  boot: (durable) => ({ state: { got: durable }, effects: [] }),
  step(state, event) {
    if (event.kind !== 'message') return { state, effects: [] };
    const got = (state as { got: number }).got + 1;
    const say = (ping: number): AnyEffect => ({ kind: 'send', to: event.from, message: { ping } });
    return {
      state: { got },
      effects: [...Array.from({ length: ahead }, () => say(got)), { kind: 'persist', writes: [1] }, say(100 + got)],
    };
  },
  write: (durable, write) => (durable as number) + (write as number),
  ...parts,
});

/** n0 sends at 10, 20, ... 50 ms and hears what n1 says; what n1 does is written down as it happens. */
function told(
  writeMs: number, process = counter(), faults: readonly Fault[] = [], isToldAhead = false,
): readonly string[] {
  const lines: string[] = [];
  const listening: AnyProcess = {
    ...pinger(), boot: pinger().boot,
    step: (state, event) => pinger().step(state, event),
  };
  const observer = (_plan: unknown, durableOf: (node: number) => unknown): Observer => ({
    booted: (node, state) => void (node === 1 && lines.push(`boots ${JSON.stringify(state)}`)),
    stepped(node, before, after) {
      if (node === 1)
        lines.push(
          `${(before as { got: number }).got}>${(after as { got: number }).got} disk ${durableOf(1) as number}`,
        );
    },
    wentAhead(node, after, event, effects, left) {
      if (node !== 1 || !isToldAhead) return;
      const pings = left.map((effect) => (effect as { message: { ping: number } }).message.ping);
      lines.push(`${event?.kind} to ${(after as { got: number }).got} of ${effects.length}, left ${pings.join(' ')}`);
    },
    crashed: () => void lines.push('crashes'),
    invoked() {}, returned() {}, healed() {}, unsettled: () => null, finish: () => ({ kind: 'ok' }), counts: () => ({}),
  });
  const system = toy([listening, process], { observer });
  run(
    { ...system, describeMessage: () => '' },
    toyPlan({ faults, disk: { writeUs: { min: writeMs * ms, max: writeMs * ms } } }),
    {
      step(_step, atUs, node, event) {
        if (node === 0 && event?.kind === 'message')
          lines.push(`${atUs / ms}: heard ${(event.message as { ping: number }).ping}`);
      },
      crash() {},
      fault() {},
    },
  );
  return lines;
}

describe('a pipelined node', () => {
  test('says what stands in front of a write at once, and what stands behind it when that is durable', () => {
    expect(told(4).slice(0, 6)).toEqual([
      'boots {"got":0}', '12: heard 1', '0>1 disk 1', '16: heard 101', '22: heard 2', '1>2 disk 2',
    ]);
  });

  test('goes on from its new state while the write is on its way; writes keep their order, and checkers see each with its disk', () => {
    // Of 25 ms each: the second ping comes at 21 ms, in the first write, which is durable at 36 ms.
    // At 100 ms the run is over.
    expect(told(25)).toEqual([
      'boots {"got":0}', '12: heard 1', '22: heard 2', '32: heard 3', '0>1 disk 1', '37: heard 101', '42: heard 4',
      '52: heard 5', '1>2 disk 2', '62: heard 102', '2>3 disk 3', '87: heard 103',
    ]);
  });

  test('is what it has become, for those who look at it', () => {
    const world = new World(
      toy([pinger(), counter()]), toyPlan({ disk: { writeUs: { min: 4 * ms, max: 4 * ms } } }), null,
    );
    world.boot(0);
    world.boot(1);
    world.runUntil(11 * ms);
    expect([world.machines[1]!.state, world.machines[1]!.disk.durable, world.machines[1]!.isWriting]).toEqual([
      { got: 1 }, 0, true,
    ]);
    world.runUntil(15 * ms);
    expect([world.machines[1]!.disk.durable, world.machines[1]!.isWriting]).toEqual([1, false]);
  });

  test('no disk is replaced while steps have not taken effect: they go by the old one (swarm seed 9009793)', () => {
    const asked: unknown[] = [];
    const newDisk = (node: number, servers: unknown): unknown => {
      asked.push(servers);
      return `of ${node}`;
    };
    const system = { ...toy([pinger(), counter()]), operator: { handOver: () => null, newDisk } };
    const world = new World(system, toyPlan({ disk: { writeUs: { min: 4 * ms, max: 4 * ms } } }), null);
    world.boot(0);
    world.boot(1);
    world.runUntil(11 * ms);
    expect([world.newDisk(0), asked]).toEqual([null, []]);
    world.runUntil(15 * ms);
    expect([world.newDisk(0), asked]).toEqual([
      'of 0', [[{ state: world.machines[0]!.state, durable: 0 }, { state: { got: 1 }, durable: 1 }]],
    ]);
  });

  test('loses at a crash all steps that are not durable, and no checker has seen them', () => {
    const crash: Fault = { kind: 'crash', atUs: 37 * ms, restartUs: 39 * ms, nodes: [1], moment: 'now' };
    expect(told(25, counter(), [crash]).slice(0, 8)).toEqual([
      'boots {"got":0}', '12: heard 1', '22: heard 2', '32: heard 3', '0>1 disk 1', 'crashes', '37: heard 101',
      'boots {"got":1}',
    ]);
  });

  test('a barrier without writes waits for those before it, and for nothing where there are none', () => {
    const asking = counter({
      step(state, event) {
        if (event.kind !== 'message') return { state, effects: [] };
        const got = (state as { got: number }).got + 1;
        const writes = got === 2 ? [] : [1];
        return {
          state: { got },
          effects: [
            { kind: 'persist', writes }, { kind: 'send', to: event.from, message: { ping: got } },
          ],
        };
      },
    });
    expect(
      told(14, asking)
        .filter((line) => line.includes('heard'))
        .slice(0, 3),
    ).toEqual(['26: heard 1', '26: heard 2', '46: heard 3']);
    expect(
      told(4, asking)
        .filter((line) => line.includes('heard'))
        .slice(0, 3),
    ).toEqual(['16: heard 1', '22: heard 2', '36: heard 3']);
  });

  test('a failed write ends it, with all that waited', () => {
    const failed: Fault = { kind: 'failedWrite', fromUs: 30 * ms, untilUs: 80 * ms, nodes: [1] };
    expect(told(25, counter(), [failed])).toEqual([
      'boots {"got":0}', '12: heard 1', '22: heard 2', '32: heard 3', 'crashes', 'boots {"got":0}',
    ]);
  });

  test('a crash among what it says ahead leaves some of it, and the step was never taken', () => {
    const sending: Fault = { kind: 'crash', atUs: 15 * ms, restartUs: 60 * ms, nodes: [1], moment: 'sending' };
    const lines = told(4, counter({}, 3), [sending]);
    const heard = lines.filter((line) => line.endsWith('heard 2'));
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.length).toBeLessThan(3);
    expect(lines.filter((line) => line.includes('>') || line === 'crashes' || line.includes('boots'))).toEqual([
      'boots {"got":0}', '0>1 disk 1', 'crashes', 'boots {"got":1}',
    ]);
  });

  describe('tells its checkers of a step when it is taken, if it waits', () => {
    const isAhead = (line: string): boolean => line.includes('left') || line.includes('>');

    test('for its own write, and what has left by then', () =>
      expect(told(4, counter(), [], true).filter(isAhead).slice(0, 4)).toEqual([
        'message to 1 of 3, left 1', '0>1 disk 1', 'message to 2 of 3, left 2', '1>2 disk 2',
      ]));

    test('for one before it, although it writes nothing itself', () => {
      const asking = counter({
        step(state, event) {
          if (event.kind !== 'message') return { state, effects: [] };
          const got = (state as { got: number }).got + 1;
          const say: AnyEffect = { kind: 'send', to: event.from, message: { ping: got } };
          return { state: { got }, effects: got === 1 ? [{ kind: 'persist', writes: [1] }] : [say] };
        },
      });
      // The first write is done at 25 ms: the pings of 11 and 21 ms wait for it, that of 31 ms for nothing.
      expect(told(14, asking, [], true).filter(isAhead).slice(0, 4)).toEqual([
        'message to 1 of 1, left ', 'message to 2 of 1, left 2', '0>1 disk 1', '1>2 disk 1',
      ]);
      expect(told(14, asking, [], true).filter(isAhead)[4]).toBe('2>3 disk 1');
    });

    test('a crash among what it says ahead comes behind that, with what had left', () => {
      const sending: Fault = { kind: 'crash', atUs: 15 * ms, restartUs: 60 * ms, nodes: [1], moment: 'sending' };
      const lines = told(4, counter({}, 3), [sending], true);
      const at = lines.indexOf('crashes');
      expect(lines[at - 1]).toMatch(/^message to 2 of 5, left 2( 2)?$/);
    });
  });
});
