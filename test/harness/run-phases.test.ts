/** Boot, storm, heal, settle, check: what each phase lasts, what it asks, and what it leaves behind. */
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../checkers/checker.ts';
import type { Fault } from '../../harness/plan/fault.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import { run } from '../../harness/run.ts';
import type { AnyProcess, System } from '../../harness/system.ts';
import { client, deaf, echo, greedy, ms, pinger, storageOf, toy, toyPlan } from './faults/toys.ts';

/** Runs it and writes down what the observer is told and asked, and when, by n0's clock of 10 ms. */
function observed(
  parts: Parameters<typeof toyPlan>[0], own: Partial<Observer> = {},
  processes: readonly AnyProcess[] = [pinger(), greedy], system: Partial<System> = {},
) {
  const told: string[] = [];
  const observer: Observer = {
    booted: (node) => void told.push(`booted ${node}`),
    stepped() {},
    crashed: (node) => void told.push(`crashed ${node}`),
    invoked: (id, node) => void told.push(`invoked ${id} by ${node}`),
    returned: (id) => void told.push(`returned ${id}`),
    gaveUp: (id) => void told.push(`gave up ${id}`),
    healed: (down) => void told.push(`healed${down.length === 0 ? '' : `, down: ${down.join(' ')}`}`),
    unsettled: () => null,
    finish: () => {
      told.push('finished');
      return { kind: 'ok' };
    },
    counts: () => ({}),
    ...own,
  };
  const record = run(toy(processes, { observer: () => observer, ...system }), toyPlan(parts));
  return { told, record };
}

describe('a run', () => {
  test('boots each node, heals when the storm is over, and is judged at its end', () => {
    const { told, record } = observed({});
    expect(told).toEqual(['booted 0', 'booted 1', 'healed', 'finished']);
    expect([record.verdict, record.endUs, record.counts['progressExcused']]).toEqual([{ kind: 'ok' }, 100 * ms, 0]);
  });

  test('a server that is starting when the faults end is not down', () => {
    const faults: Fault[] = [{ kind: 'crash', atUs: 95 * ms, restartUs: 98 * ms, nodes: [1], moment: 'now' }];
    const { told } = observed(
      { faults, disk: { bytes: true, recoverUs: { min: 8 * ms, max: 8 * ms } } }, {}, [pinger(), greedy],
      { storage: storageOf({ write: 'append', files: ['a.log'], refuses: false }) },
    );
    expect(told.slice(2)).toEqual(['crashed 1', 'healed', 'booted 1', 'finished']);
  });

  test('ends as its observer says', () => {
    expect(observed({}, { finish: () => ({ kind: 'unknown', detail: 'the budget is over' }) }).record.verdict).toEqual({
      kind: 'unknown', detail: 'the budget is over',
    });
    expect(observed({}, { finish: () => ({ kind: 'violation', property: 'P', detail: 'd' }) }).record.verdict).toEqual({
      kind: 'violation', property: 'P', detail: 'd',
    });
  });

  test('a fault of the observer is a fault of the harness, and no verdict', () => {
    expect(() => observed({}, { finish: () => {
      throw new TypeError('no such thing');
    } })).toThrow(new TypeError('no such thing'));
  });
});

describe('settling', () => {
  const never = { unsettled: () => 'n1 lacks an entry' };

  test('takes as long as the plan allows, and not a moment longer', () => {
    const { record } = observed({ settleUs: 70 * ms }, never);
    expect(record.verdict).toEqual({
      kind: 'violation', property: 'Progress After Healing', detail: '70 ms after all faults ended, n1 lacks an entry',
    });
    expect(record.endUs).toBe(170 * ms);
  });

  test('what agrees at the bound is in time, and what agrees later is not', () => {
    const agreesAfter = (looks: number) => {
      let asked = 0;
      return observed({ settleUs: 40 * ms }, { unsettled: () => ((asked += 1) > looks ? null : 'not yet') }).record;
    };
    // It is looked at 0, 20 and 40 ms behind the storm.
    expect([agreesAfter(2).verdict.kind, agreesAfter(2).endUs]).toEqual(['ok', 140 * ms]);
    expect(agreesAfter(3).verdict.kind).toBe('violation');
  });

  test('a settled cluster is listened to for 250 ms, and noise is no quiet', () => {
    const heard: string[] = [];
    const quiet = (noise: string | null) => ({ listen: () => void heard.push('listen'), heard: () => noise });
    const calm = observed({}, { quiet: quiet(null) });
    expect([heard, calm.record.endUs, calm.record.verdict.kind]).toEqual([['listen'], 350 * ms, 'ok']);
    expect(observed({}, { quiet: quiet('n0 goes on') }).record.verdict).toMatchObject({
      kind: 'violation', detail: '100 ms after all faults ended, n0 goes on',
    });
  });

  test('an operation that nobody answers is no progress', () => {
    const operations = [{ client: 0, atUs: 10 * ms, request: null }];
    const { record, told } = observed({ servers: 1, clients: 1, operations }, {}, [deaf, client]);
    expect(record.verdict).toMatchObject({
      property: 'Progress After Healing', detail: '100 ms after all faults ended, 1 operations are not answered',
    });
    expect(told).toEqual(['booted 0', 'booted 1', 'invoked 0 by 1', 'healed']);
  });
});

describe('pace', () => {
  /** n0 leads from so long after the storm on: what the system says when it is asked. */
  const bounds = { steadyAfterUs: 50 * ms, leaderlessUs: 60 * ms, answerUs: 2 * ms };
  const asks = (many: number) =>
    Array.from({ length: many }, (_, i) => ({ client: 0, atUs: (200 + 10 * i) * ms, request: null }));
  const paced = (parts: Parameters<typeof toyPlan>[0], system: Partial<System> = {}) =>
    observed({ servers: 1, clients: 1, settleUs: 900 * ms, ...parts }, {}, [echo, client], {
      pace: () => bounds, leader: () => 0, ...system,
    }).record;

  test('answers are timed that were begun while one had led for long enough', () => {
    const { pace, verdict } = paced({
      operations: [
        { client: 0, atUs: 10 * ms, request: null }, { client: 0, atUs: 140 * ms, request: null }, ...asks(3),
      ],
    });
    expect([verdict, pace!.answersUs.length, pace!.leaderlessUs, pace!.settledUs]).toEqual([
      { kind: 'ok' }, 3, 0, 140 * ms,
    ]);
    expect(pace!.messagesPer100).toBe(200);
  });

  test("which answers are timed is the system's to say, by the request; behind one that is not, the time begins anew", () => {
    const isTimed = (request: unknown): boolean => request !== 'long';
    const timed = (requests: readonly (string | null)[]) =>
      paced(
        { clients: 2, operations: asks(8).map((one, i) => ({ ...one, request: requests[i] ?? null })) },
        { pace: () => ({ ...bounds, isTimed }) },
      ).pace!.answersUs.length;
    // Each is 10 ms behind the one before, and 50 ms must have passed.
    expect([timed([]), timed(['long']), timed(['long', null, 'long'])]).toEqual([8, 2, 0]);
  });

  test('while one that is not timed waits, nothing is timed; nor for a while when it has been given up', () => {
    const system = { pace: () => ({ ...bounds, isTimed: (request: unknown) => request !== 'long' }), leader: () => 0 };
    const beside = (giveUpUs: number) =>
      observed(
        {
          servers: 1, clients: 2, settleUs: 900 * ms,
          operations: [{ client: 1, atUs: 199 * ms, request: 'long', giveUpUs }, ...asks(12)],
        },
        {},
        [echo, client, deaf],
        system,
      ).record.pace!.answersUs.length;
    // They begin at 200 to 310 ms.
    expect([beside(1 * ms), beside(31 * ms), beside(100 * ms)]).toEqual([7, 4, 0]);
  });

  test('half of the answers above the bound are slow, and with fewer than eight nobody can say', () => {
    const slow = { pace: () => ({ ...bounds, answerUs: 1 }) };
    expect(paced({ operations: asks(8) }).verdict.kind).toBe('ok');
    expect(paced({ operations: asks(7) }, slow).verdict.kind).toBe('ok');
    expect(paced({ operations: asks(8) }, slow).verdict).toEqual({
      kind: 'violation',
      property: 'Slow',
      detail: expect.stringMatching(
        /^half of the answers took [\d.]+ ms without any fault; by the timing of the plan 0.001 ms are enough$/,
      ),
    });
  });

  test('a leader that is not found in time is slow, also one that has fallen', () => {
    const tick = { kind: 'setTimer', timer: 'go', afterUs: { min: 20 * ms, max: 20 * ms } } as const;
    /** Echoes, and its state changes every 20 ms: so often it is looked at, too, from 100 ms on. */
    const ticker: AnyProcess = {
      ...echo,
      boot: () => ({ state: { ticks: 0 }, effects: [tick] }),
      step: (state, event) =>
        event.kind === 'timer'
          ? { state: { ticks: (state as { ticks: number }).ticks + 1 }, effects: [tick] }
          : echo.step(state, event),
    };
    const leadsWhen = (isLed: (atUs: number) => boolean) =>
      observed({ servers: 1, clients: 1, settleUs: 900 * ms, operations: asks(1) }, {}, [ticker, client], {
        pace: () => bounds,
        leader: ([state]) => (isLed((state as { ticks: number }).ticks * 20 * ms - 100 * ms) ? 0 : null),
      }).record;
    expect(leadsWhen((atUs) => atUs >= 60 * ms).pace!.leaderlessUs).toBe(60 * ms);
    expect(leadsWhen((atUs) => atUs >= 100 * ms).verdict).toEqual({
      kind: 'violation',
      property: 'Slow',
      detail: 'finding a leader took 100 ms without any fault; by the timing of the plan 60 ms are enough',
    });
    expect(leadsWhen((atUs) => atUs < 20 * ms || atUs >= 120 * ms).verdict).toMatchObject({ property: 'Slow' });
  });

  test('where trouble lasts nothing is too slow, and a system that promises nothing has no answers timed', () => {
    const slow = { pace: () => ({ ...bounds, answerUs: 1 }) };
    const lasting = { dropPer1000: 0, duplicatePer1000: 0, tailUs: 0 };
    expect(paced({ operations: asks(8), network: { lasting } }, slow).verdict.kind).toBe('ok');
    const { pace } = observed({ servers: 1, clients: 1, settleUs: 900 * ms, operations: asks(8) }, {}, [
      echo, client,
    ]).record;
    expect([pace!.answersUs, pace!.leaderlessUs]).toEqual([[], 0]);
  });
});

describe('healing', () => {
  const long = { fromUs: 15 * ms, untilUs: 900 * ms } as const;
  const lasting: readonly (readonly [string, Fault])[] = [
    ['partition', { kind: 'partition', ...long, groups: [[0], [1]] }],
    ['cut', { kind: 'cut', ...long, from: 0, to: 1 }],
    ['isolation', { kind: 'isolation', ...long, nodes: [1], direction: 'both' }],
    ['flapping', { kind: 'flapping', ...long, nodes: [1], offUs: 900 * ms, onUs: 1 * ms }],
    ['clog', { kind: 'clog', ...long, from: 0, to: 1 }],
    ['swizzle', { kind: 'swizzle', ...long, nodes: [1], release: [1], everyUs: 1 * ms }],
    ['slowLink', { kind: 'slowLink', ...long, from: 0, to: 1, byUs: 800 * ms }],
    ['crash', { kind: 'crash', atUs: 25 * ms, restartUs: 900 * ms, nodes: [1], moment: 'now' }],
    ['crashLoop', { kind: 'crashLoop', ...long, nodes: [1], downUs: 800 * ms, upUs: 1 * ms }],
    ['pause', { kind: 'pause', ...long, nodes: [1] }],
    ['diskFull', { kind: 'diskFull', ...long, nodes: [1] }],
    ['clockRate', { kind: 'clockRate', ...long, nodes: [0], ratePer1000: 10_000 }],
  ];
  /** n1 writes at each ping, and says so; the last two pings are sent behind the storm. */
  const keeper: AnyProcess = {
    ...greedy,
    step: (state, event) =>
      event.kind === 'message'
        ? {
            state: {},
            effects: [
              { kind: 'persist', writes: [0] }, { kind: 'send', to: 0, message: {} },
            ],
          }
        : { state, effects: [] },
  };

  test.each(lasting)('%s that would last longer is over when the storm is', (name, fault) => {
    let heard = 0;
    const stepped: Observer['stepped'] = (node, _before, _after, event) =>
      void (node === 0 && event.kind === 'message' && (heard += 1));
    // n1's answers in the storm: to the ping of 10 ms, and to that of 20 ms where it is only late.
    const unsettled = () => (heard > (name === 'slowLink' ? 2 : 3) ? null : `n0 has heard ${heard} answers`);
    const { record } = observed({ faults: [fault], stormUs: 25 * ms + 1, settleUs: 140 * ms }, { stepped, unsettled }, [
      pinger(), keeper,
    ]);
    expect([
      record.verdict.kind === 'violation' ? record.verdict.detail : 'ok', record.counts['progressExcused'],
    ]).toEqual(['ok', 0]);
  });

  describe('trouble that goes on', () => {
    const inTrouble = { servers: 3, healing: { kind: 'minorityInTrouble', nodes: [1] } } as const;
    const owed: Partial<System> = { owesProgress: ({ isUp }) => isUp(0) && isUp(2) };
    /** Asks n2, which echoes. */
    const asker: AnyProcess = {
      ...client,
      step: (state, event) =>
        event.kind === 'request'
          ? { state, effects: [{ kind: 'send', to: 2, message: { ping: event.id } }] }
          : client.step(state, event),
    };
    /**
     * How many of n0's pings n1 has got when the run is over: five are sent, three in the storm. The client asks until
     * then.
     */
    const got = (faults: readonly Fault[], healing: Plan['healing'] = inTrouble.healing): number => {
      let last = 0;
      const stepped: Observer['stepped'] = (node, _before, after) =>
        void (node === 1 && (last = (after as { got: number }).got));
      const operations = [{ client: 0, atUs: 200 * ms, request: null }];
      const { record } = observed(
        { ...inTrouble, clients: 1, operations, healing, faults, stormUs: 35 * ms, settleUs: 500 * ms },
        { stepped },
        [pinger(), greedy, echo, asker],
        owed,
      );
      expect([record.verdict.kind, record.operationsCompleted]).toEqual(['ok', 1]);
      return last;
    };
    const isolation = (node: number): Fault => ({
      kind: 'isolation', ...long, fromUs: 25 * ms, nodes: [node], direction: 'both',
    });
    const cut = (from: number, to: number): Fault => ({ kind: 'cut', ...long, fromUs: 25 * ms, from, to });

    test.each<readonly [string, readonly Fault[], number]>([
      ['without a fault all is heard', [], 5],
      ['one that strikes a server in trouble goes on', [isolation(1)], 2],
      ['to its own end, and not longer', [{ ...isolation(1), untilUs: 45 * ms } as Fault], 5],
      ['a way to it stays cut', [cut(0, 1)], 2],
      ['a way between others is mended', [cut(0, 2)], 5],
      ['one that strikes somebody else as well is over', [{ ...isolation(1), nodes: [0, 1] } as Fault], 5],
      ['one that would begin later begins', [{ ...isolation(1), fromUs: 45 * ms } as Fault], 4],
      ['and on somebody else it does not', [{ ...isolation(0), fromUs: 45 * ms } as Fault], 5],
    ])('%s', (_, faults, expected) => expect(got(faults)).toBe(expected));

    test('in a plan where all is healed none does', () => expect(got([isolation(1)], { kind: 'everyone' })).toBe(5));

    test('the observer is told of whom nothing is owed; nobody is started who is in a crash loop; no noise is listened for', () => {
      const quiet = { listen: () => undefined, heard: () => 'n0 goes on' };
      const loop: Fault = { kind: 'crashLoop', ...long, nodes: [1], downUs: 800 * ms, upUs: 1 * ms };
      const { told, record } = observed({ ...inTrouble, faults: [loop] }, { quiet }, [pinger(), greedy, greedy], owed);
      expect([told.slice(3), record.verdict]).toEqual([['crashed 1', 'healed, down: 1', 'finished'], { kind: 'ok' }]);
    });

    test('answers are owed then, and the violation says what went on', () => {
      const never = { unsettled: () => 'n2 lacks an entry' };
      const operations = [{ client: 0, atUs: 10 * ms, request: null }];
      const verdictOf = (parts: Parameters<typeof toyPlan>[0], asked = asker) =>
        observed(
          { servers: 3, clients: 1, operations, settleUs: 70 * ms, ...parts }, never, [pinger(), greedy, echo, asked],
          owed,
        ).record.verdict;
      const lasting = { dropPer1000: 1, duplicatePer1000: 0, tailUs: 0 };
      const property = 'Progress While Owed';
      const silent = deaf;
      expect(verdictOf(inTrouble)).toEqual({ kind: 'ok' });
      expect(verdictOf(inTrouble, silent)).toEqual({
        kind: 'violation', property, detail: '70 ms after the storm, with n1 in trouble, 1 operations are not answered',
      });
      expect(verdictOf({ network: { lasting } })).toEqual({
        kind: 'violation', property, detail: '70 ms after the storm, with messages lost or late, n2 lacks an entry',
      });
      expect(verdictOf({ ...inTrouble, network: { lasting } }, silent)).toEqual({
        kind: 'violation',
        property,
        detail: '70 ms after the storm, with n1 in trouble and messages lost or late, 1 operations are not answered',
      });
    });
  });

  test('the network is calm behind the storm: nothing is lost any more', () => {
    const got: number[] = [];
    const stepped: Observer['stepped'] = (node, _before, after) =>
      void (node === 1 && got.push((after as { got: number }).got));
    observed(
      { network: { dropPer1000: 1000 }, stormUs: 25 * ms },
      { stepped, unsettled: () => (got.includes(5) ? null : 'wait') },
    );
    expect(got).toEqual([3, 4, 5]);
  });

  test('servers that stay down are told to the observer, and what they owe is looked at', () => {
    const { told, record } = observed(
      { servers: 3, healing: { kind: 'minorityDown', nodes: [2] } }, {}, [pinger(), greedy, greedy],
      { owesProgress: ({ isUp }) => isUp(0) && isUp(1) },
    );
    expect([told.slice(3), record.counts['progressExcused']]).toEqual([
      ['crashed 2', 'healed, down: 2', 'finished'], 0,
    ]);
  });

  test('who owes no progress is excused, is watched for two seconds, and judged all the same', () => {
    const { told, record } = observed({ healing: { kind: 'minorityDown', nodes: [1] } }, { unsettled: () => 'never' });
    expect([told.at(-1), record.verdict.kind, record.counts['progressExcused'], record.endUs]).toEqual([
      'finished', 'ok', 1, 2100 * ms,
    ]);
  });

  test('who comes to owe it while it is watched must make it', () => {
    const owes = [false, true, true];
    const { record } = observed({}, { unsettled: () => 'never' }, undefined, { owesProgress: () => owes.shift()! });
    expect([record.verdict.kind, owes]).toEqual(['violation', []]);
  });

  test('who owes none any more at the bound is excused', () => {
    const owes = [true, false];
    const { record } = observed({}, { unsettled: () => 'never' }, undefined, { owesProgress: () => owes.shift()! });
    expect([record.verdict.kind, record.counts['progressExcused'], owes]).toEqual(['ok', 1, []]);
  });

  test('what a server is may decide it: as it is, as it will be when its write is done, and null when it is down', () => {
    const seen: unknown[] = [];
    const writer: AnyProcess = {
      ...greedy, boot: () => ({ state: 'up', effects: [{ kind: 'persist', writes: [1] }] }), write: (_, write) => write,
    };
    const owesProgress: System['owesProgress'] = ({ stateOf }) => seen.push([0, 1, 2].map(stateOf)) < 0;
    const writes = { disk: { writeUs: { min: 200 * ms, max: 200 * ms } } };
    observed({ servers: 3, healing: { kind: 'minorityDown', nodes: [2] }, ...writes }, {}, [writer, greedy, greedy], {
      owesProgress,
    });
    expect(seen[0]).toEqual(['up', expect.anything(), null]);
  });

  test('a system whose nodes are all up and can talk owes it, and so does one of whom only clients are cut off from each other', () => {
    expect(observed({}, { unsettled: () => 'never' }).record.verdict.kind).toBe('violation');
  });
});

describe('clients', () => {
  const serving: Parameters<typeof toyPlan>[0] = { servers: 1, clients: 2, settleUs: 100 * ms };
  const operation = (parts: Partial<Plan['operations'][number]>): Plan['operations'][number] => ({
    client: 0, atUs: 10 * ms, request: null, ...parts,
  });
  const asking = (parts: Parameters<typeof toyPlan>[0], server = echo, own: Partial<Observer> = {}) => {
    const { told, record } = observed({ ...serving, ...parts }, own, [server, client, client]);
    return { told: told.filter((line) => !line.startsWith('booted')), record };
  };

  test('invoke their operations in order, one at a time, none before its time', () => {
    const times: string[] = [];
    const operations = [
      operation({}), operation({ atUs: 11 * ms }), operation({ client: 1, atUs: 30 * ms }),
      operation({ atUs: 40 * ms }),
    ];
    run(toy([echo, client, client]), toyPlan({ ...serving, operations }), {
      step() {}, crash() {}, fault() {},
      invoked: (id, atUs, node) => void times.push(`${atUs / ms} n${node} asks ${id}`),
      returned: (id, atUs) => void times.push(`${atUs / ms} ${id} is answered`),
    });
    expect(times).toEqual([
      '10 n1 asks 0', '12 0 is answered', '12 n1 asks 1', '14 1 is answered', '30 n2 asks 2', '32 2 is answered',
      '40 n1 asks 3', '42 3 is answered',
    ]);
  });

  test('an operation behind the storm is asked and awaited all the same', () => {
    const { told, record } = asking({ operations: [operation({ atUs: 150 * ms })] });
    expect([told, record.operationsCompleted, record.verdict.kind]).toEqual([
      ['healed', 'invoked 0 by 1', 'returned 0', 'finished'], 1, 'ok',
    ]);
  });

  test('give up after their time, say so, and go on; the answer that comes later is nobody\'s', () => {
    const operations = [operation({ giveUpUs: 1 * ms }), operation({})];
    const { told, record } = asking({ operations });
    expect(told).toEqual([
      'invoked 0 by 1', 'gave up 0', 'invoked 1 by 1', 'returned 0', 'returned 1', 'healed', 'finished',
    ]);
    expect([record.operationsCompleted, record.verdict.kind]).toEqual([1, 'ok']);
  });

  test('do not give up what is answered in time', () => {
    expect(asking({ operations: [operation({ giveUpUs: 3 * ms }), operation({})] }).told).toEqual([
      'invoked 0 by 1', 'returned 0', 'invoked 1 by 1', 'returned 1', 'healed', 'finished',
    ]);
  });

  test('crash with an operation open, say so, and come back as others, who ask once more for it and go on', () => {
    const operations = [
      operation({ crash: { afterUs: 1 * ms, as: 1, downUs: 5 * ms } }), operation({ again: true }), operation({}),
    ];
    const { told, record } = asking({ operations });
    expect(told).toEqual([
      'invoked 0 by 1', 'gave up 0', 'crashed 1', 'invoked 1 by 2', 'returned 1', 'invoked 2 by 2', 'returned 2',
      'healed, down: 1', 'finished',
    ]);
    expect([record.operationsCompleted, record.verdict.kind]).toEqual([2, 'ok']);
  });

  test('ask once more right after they came back only', () => {
    const operations = [
      operation({ crash: { afterUs: 1 * ms, as: 1, downUs: 0 } }), operation({ again: true }),
      operation({ again: true }), operation({}), operation({ again: true }),
    ];
    expect(asking({ operations }).told).toEqual([
      'invoked 0 by 1', 'gave up 0', 'crashed 1', 'invoked 1 by 2', 'returned 1', 'invoked 2 by 2', 'returned 2',
      'invoked 3 by 2', 'returned 3', 'healed, down: 1', 'finished',
    ]);
  });

  test('crash more than once, each time under another name', () => {
    const operations = [
      operation({ crash: { afterUs: 1 * ms, as: 1, downUs: 0 } }),
      operation({ crash: { afterUs: 1 * ms, as: 2, downUs: 0 } }), operation({}),
    ];
    const { told } = observed({ servers: 1, clients: 3, operations }, {}, [echo, client, client, client]);
    expect(told.filter((line) => !line.startsWith('booted'))).toEqual([
      'invoked 0 by 1', 'gave up 0', 'crashed 1', 'invoked 1 by 2', 'gave up 1', 'crashed 2', 'invoked 2 by 3',
      'returned 2', 'healed, down: 1 2', 'finished',
    ]);
  });

  test('do not crash when they were answered in time, and ask for nothing again', () => {
    const operations = [
      operation({ crash: { afterUs: 3 * ms, as: 1, downUs: 0 } }), operation({ again: true }), operation({}),
    ];
    const { told, record } = asking({ operations });
    expect(told).toEqual([
      'invoked 0 by 1', 'returned 0', 'invoked 2 by 1', 'returned 2', 'healed', 'finished',
    ]);
    expect([record.operationsCompleted, record.verdict.kind]).toEqual([2, 'ok']);
  });

  test('do not crash any more when nothing new begins: what was begun is awaited', () => {
    const operations = [operation({ atUs: 99.5 * ms, crash: { afterUs: 1 * ms, as: 1, downUs: 0 } })];
    expect(asking({ operations, healing: { kind: 'noNewOperations' } }).told).toEqual([
      'invoked 0 by 1', 'healed', 'returned 0', 'finished',
    ]);
  });

  test('that come back when nothing new begins any more ask for nothing', () => {
    const operations = [operation({ atUs: 98 * ms, crash: { afterUs: 1 * ms, as: 1, downUs: 5 * ms } }), operation({})];
    expect(asking({ operations, healing: { kind: 'noNewOperations' } }).told).toEqual([
      'invoked 0 by 1', 'gave up 0', 'crashed 1', 'healed, down: 1', 'finished',
    ]);
  });

  test('without new operations: what was begun is awaited, nothing else begins', () => {
    const operations = [
      operation({ atUs: 99.5 * ms }), operation({ atUs: 120 * ms }), operation({ client: 1, atUs: 130 * ms }),
    ];
    const { told, record } = asking({ operations, healing: { kind: 'noNewOperations' } });
    expect(told).toEqual(['invoked 0 by 1', 'healed', 'returned 0', 'finished']);
    expect([record.operationsCompleted, record.verdict.kind]).toEqual([1, 'ok']);
  });

  test('what was begun and is never answered is no progress, also then', () => {
    expect(
      asking({ operations: [operation({})], healing: { kind: 'noNewOperations' } }, deaf).record.verdict,
    ).toMatchObject({ kind: 'violation', property: 'Progress After Healing' });
  });

  test('they may fall silent before the storm is over', () => {
    const operations = [operation({}), operation({ atUs: 30 * ms }), operation({ client: 1, atUs: 60 * ms })];
    expect(asking({ operations, healing: { kind: 'noNewOperations', fromUs: 50 * ms } }).told).toEqual([
      'invoked 0 by 1', 'returned 0', 'invoked 1 by 1', 'returned 1', 'healed', 'finished',
    ]);
  });

  test('the leader falls once more when all is answered, and comes back after a second', () => {
    const times: string[] = [];
    const leads: System['leader'] = (states) => (states[0] === null ? null : 0);
    const plain = toy([echo, client, client]);
    const system: System = {
      ...plain,
      leader: leads,
      observer: (plan, durableOf) => ({
        ...plain.observer(plan, durableOf),
        unsettled: () => (times.filter((line) => line.endsWith('boots')).length === 2 ? null : 'not yet'),
      }),
    };
    const { verdict } = run(
      system,
      toyPlan({
        ...serving, settleUs: 3000 * ms, operations: [operation({ atUs: 99 * ms })], healing: { kind: 'leaderFalls' },
      }),
      {
        step: (_step, atUs, node, event) => void (event === null && node === 0 && times.push(`${atUs / ms} boots`)),
        crash: (_step, atUs, node) => void times.push(`${atUs / ms} n${node} crashes`),
        fault() {},
        returned: (_id, atUs) => void times.push(`${atUs / ms} answered`),
      },
    );
    expect([verdict.kind, times]).toEqual(['ok', ['0 boots', '101 answered', '120 n0 crashes', '1120 boots']]);
  });

  test.each([
    [
      undefined,
      { kind: 'violation', property: 'Progress After Healing', detail: '3000 ms after all faults ended, nobody leads' },
      3100,
    ],
    [true, { kind: 'ok' }, 1120],
  ] as const)('a system that nobody leads at the end: mayLackLeader %s', (mayLackLeader, verdict, endMs) => {
    const system: System = {
      ...toy([echo, client, client]), leader: () => null, ...(mayLackLeader === undefined ? {} : { mayLackLeader }),
    };
    const record = run(
      system,
      toyPlan({
        ...serving, settleUs: 3000 * ms, operations: [operation({ atUs: 99 * ms })], healing: { kind: 'leaderFalls' },
      }),
    );
    expect([record.verdict, record.endUs]).toEqual([verdict, endMs * ms]);
  });
});
