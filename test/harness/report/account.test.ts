/** A run told in full: on systems of a few messages each row, message, operation and fault is known before. */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../checkers/checker.ts';
import { accountOf, type Account } from '../../../harness/report/account.ts';
import { run } from '../../../harness/run.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import type { System } from '../../../harness/system.ts';
import { client, echo, greedy, ms, pinger, toy, toyPlan } from '../faults/toys.ts';

const parts: Partial<System> = { describeState: (state) => ({ ...(state as Record<string, number>) }) };
/** n0 pings n1 at 10, 20, 30, 40 and 50 ms; each ping takes a millisecond. */
const system = toy([pinger(), greedy], parts);
const asking = toy([echo, echo, client], parts);
const account = (plan: Plan, of: System = system): Account => accountOf(of, plan).account;
const rowText = ({ kind, step, atUs, node, told }: Account['rows'][number]): string =>
  `${step} ${atUs / ms} ${node === null ? '-' : `n${node}`} ${kind === 'step' ? '' : `${kind} `}${told}`;

const stormy = toyPlan({
  faults: [
    { kind: 'cut', fromUs: 15 * ms, untilUs: 25 * ms, from: 0, to: 1 },
    { kind: 'crash', atUs: 30_500, restartUs: 35 * ms, nodes: [1], moment: 'now' },
    { kind: 'pause', fromUs: 60 * ms, untilUs: 65 * ms, nodes: [0] },
    { kind: 'pause', fromUs: 70 * ms, untilUs: 500 * ms, nodes: [1] },
    { kind: 'stall', fromUs: 80 * ms, untilUs: 85 * ms, nodes: [1], byUs: 1 },
  ],
});

describe('rows', () => {
  test('in the order of the run, each with the number of its step, its time and what came of it', () => {
    expect(account(stormy).rows.map(rowText)).toEqual([
      '1 0 n0 boot', '2 0 n1 boot', '3 10 n0 timer go', '4 11 n1 {"ping":1} from n0',
      '4 15 - fault cut begins: n0 to n1', '5 20 n0 timer go', '5 25 - fault cut ends', '6 30 n0 timer go',
      '6 30.5 - fault crash begins: n1, now', '6 30.5 n1 crash crashes', '6 35 - fault crash ends', '7 35 n1 boot',
      '8 40 n0 timer go', '9 41 n1 {"ping":4} from n0', '10 50 n0 timer go', '11 51 n1 {"ping":5} from n0',
      '11 60 - fault pause begins: n0', '11 65 - fault pause ends', '11 70 - fault pause begins: n1',
      '11 80 - fault stall begins: n1, writes take 0.001 ms longer', '11 85 - fault stall ends',
      '11 100 - fault healed', '11 100 - fault pause ends',
    ]);
  });
  test('tell of fields what is new, and of a crash that all are gone', () => {
    const changed = account(stormy)
      .rows.filter(({ node, kind }) => node === 1 && kind !== 'fault')
      .map((row) => row.changed);
    expect(changed).toEqual([{ got: 0 }, { got: 1 }, { got: null }, { got: 0 }, { got: 4 }, { got: 5 }]);
    const again = toy(
      [
        {
          ...pinger(),
          step: (state, event) => ({ ...pinger().step({ ...(state as object), sent: 1 }, event), state }),
        },
        greedy,
      ],
      parts,
    );
    expect(
      account(toyPlan(), again)
        .rows.filter(({ node, step }) => node === 0 && step > 3)
        .every((row) => Object.keys(row.changed).length === 0),
    ).toBe(true);
  });
  test('tell what a node asked for, each effect in its words', () => {
    const effects = account(
      toyPlan({ clients: 1, operations: [{ client: 0, atUs: 5 * ms, request: 'x' }] }), asking,
    ).rows.flatMap((row) => row.effects);
    expect(effects).toEqual(['to n0: {"ping":0}', 'to c0: {"ping":0}', 'operation 0 is answered: null']);
    expect(account(toyPlan()).rows[0]!.effects).toEqual(['set timer go']);
  });
  test('weigh what their system says, a boot 1, a fault 3, a crash 4', () => {
    expect(
      [
        ...new Set(
          account(stormy).rows.map(
            ({ kind, event, weight }) =>
              `${kind === 'step' && event !== 'boot' ? 'step' : kind === 'step' ? 'boot' : kind} ${weight}`,
          ),
        ),
      ].sort(),
    ).toEqual(['boot 1', 'crash 4', 'fault 3', 'step 0']);
    const story = account(toyPlan(), {
      ...system,
      tellStep: ({ event }) => (event?.kind === 'message' ? { text: 'hears', weight: 2 } : null),
    }).rows.filter(({ message }) => message !== null);
    expect(story.map(({ told, weight }) => `${told} ${weight}`)).toEqual(Array.from({ length: 5 }, () => 'hears 2'));
  });
});

describe('messages', () => {
  const told = (plan: Plan): readonly string[] =>
    account(plan).messages.map(
      ({ nth, sentUs, sentBy, dueUs, takenBy, fate }) =>
        `${nth} at ${sentUs / ms} by row ${sentBy}, due ${dueUs.map((us) => us / ms).join(' ')}, taken by ${takenBy.join(' ')}: ${fate}`,
    );

  test('who sent each, when it was due, who took it, and what became of it: cut, or not taken by a server that is down', () => {
    expect(told(stormy)).toEqual([
      '1 at 10 by row 2, due 11, taken by 3: delivered', '2 at 20 by row 5, due , taken by : cut',
      '3 at 30 by row 7, due 31, taken by : notTaken', '4 at 40 by row 12, due 41, taken by 13: delivered',
      '5 at 50 by row 14, due 51, taken by 15: delivered',
    ]);
  });
  test('dropped, copied, and still under way at the end', () => {
    const fates = [
      { from: 0, to: 1, nth: 2, delaysUs: [] }, { from: 0, to: 1, nth: 3, delaysUs: [ms, 2 * ms] },
      { from: 0, to: 1, nth: 5, delaysUs: [3000 * ms] },
    ];
    expect(told(toyPlan({ network: { fates } }))).toEqual([
      '1 at 10 by row 2, due 11, taken by 3: delivered', '2 at 20 by row 4, due , taken by : dropped',
      '3 at 30 by row 5, due 31 32, taken by 6 7: delivered', '4 at 40 by row 8, due 41, taken by 9: delivered',
      '5 at 50 by row 10, due 3050, taken by : underWay',
    ]);
  });
  test('what a server sent in a step that a crash cut off was sent by no row, and by none of its next life', () => {
    const eager = { ...pinger(), step: (state: unknown, event: Parameters<ReturnType<typeof pinger>['step']>[1]) => {
      const step = pinger().step(state, event);
      return { ...step, effects: [...step.effects, { kind: 'persist', writes: [1] } as const] };
    } };
    const plan = toyPlan({
      disk: { writeUs: { min: 4 * ms, max: 4 * ms } },
      faults: [{ kind: 'crash', atUs: 12 * ms, restartUs: 20 * ms, nodes: [0], moment: 'now' }],
    });
    expect(
      account(plan, toy([eager, greedy], parts))
        .messages.map(({ sentUs, sentBy }) => [sentUs / ms, sentBy === null])
        .slice(0, 2),
    ).toEqual([
      [10, true], [30, false],
    ]);
  });
  test('the row that takes one has its place', () => {
    const { rows, messages } = account(stormy);
    for (const [place, { takenBy }] of messages.entries())
      for (const row of takenBy) expect(rows[row]!.message).toBe(place);
    expect(rows.filter(({ message }) => message !== null)).toHaveLength(
      messages.flatMap(({ takenBy }) => takenBy).length,
    );
  });
  test('are numbered by their way', () => {
    const plan = toyPlan({ clients: 1, operations: [5, 15].map((at) => ({ client: 0, atUs: at * ms, request: 'x' })) });
    expect(account(plan, asking).messages.map(({ from, to, nth }) => `${from}>${to} ${nth}`)).toEqual([
      '2>0 1', '0>2 1', '2>0 2', '0>2 2',
    ]);
  });
});

describe('operations', () => {
  const plan = toyPlan({
    clients: 1, operations: [5, 99].map((at) => ({ client: 0, atUs: at * ms, request: 'x' })), settleUs: 0,
  });

  test('when each was called and answered, and by which rows', () => {
    const { operations, rows } = account(plan, asking);
    expect(
      operations.map(({ id, client: by, what, calledUs, returnedUs, answer }) => [
        id, by, what, calledUs / ms, returnedUs === null ? null : returnedUs / ms, answer,
      ]),
    ).toEqual([
      [0, 2, '"x"', 5, 7, 'ok'], [1, 2, '"x"', 99, null, null],
    ]);
    expect(
      rows.filter(({ operation }) => operation !== null).map(({ atUs, operation }) => `${atUs / ms}: ${operation}`),
    ).toEqual(['5: 0', '7: 0', '99: 1']);
  });
  test('an answer at which the run was stopped is told as a row, with who sent it', () => {
    const wrong: System = { ...asking, observer: () => ({ ...asking.observer(plan, () => null), returned() {
      throw new Violated('Answered', 'too soon');
    } }) };
    const { rows, fatal, messages } = account(plan, wrong);
    expect([fatal, rows.length, rowText(rows.at(-1)!), rows.at(-1)!.operation]).toEqual([
      rows.length - 1, 6, '6 7 n2 is told ok for "x" by n0', 0,
    ]);
    expect(messages[rows.at(-1)!.message!]!.takenBy).toEqual([rows.length - 1]);
  });
});

describe('faults', () => {
  test('from when to when each was on, no longer than the storm, and whether its kind struck', () => {
    expect(
      account(stormy).faults.map(
        ({ kind, what, fromUs, untilUs, hasFired }) => `${kind} ${what} ${fromUs / ms}-${untilUs / ms} ${hasFired}`,
      ),
    ).toEqual([
      'cut n0 to n1 15-25 true', 'crash n1, now 30.5-35 true', 'pause n0 60-65 true', 'pause n1 70-100 true',
      'stall n1, writes take 0.001 ms longer 80-85 false',
    ]);
  });
  test('two of a kind that begin at once are told each in its own words', () => {
    const both = [0, 1].map((node) => ({ kind: 'pause', fromUs: 60 * ms, untilUs: 65 * ms, nodes: [node] }) as const);
    expect(account(toyPlan({ faults: both })).faults.map(({ what }) => what)).toEqual(['n0', 'n1']);
  });
  test('one that healing ends is over then, however long the run goes on', () => {
    let asked = 0;
    const slow: System = {
      ...system,
      observer: (plan, durableOf) => ({
        ...system.observer(plan, durableOf), unsettled: () => ((asked += 1) < 3 ? 'not yet' : null),
      }),
    };
    const { faults, endUs } = account(
      toyPlan({
        stormUs: 30 * ms, settleUs: 1000 * ms,
        faults: [{ kind: 'pause', fromUs: 20 * ms, untilUs: 500 * ms, nodes: [1] }],
      }),
      slow,
    );
    expect([endUs > 30 * ms, faults[0]!.untilUs / ms]).toEqual([true, 30]);
  });
  test('one that the run did not come to began at no time', () => {
    const third: System = {
      ...system,
      observer: (plan, durableOf) => ({
        ...system.observer(plan, durableOf),
        stepped(_node, _before, _after, event) {
          if (event.kind === 'message' && (event.message as { ping: number }).ping === 3)
            throw new Violated('Third Unheard', 'heard');
        },
      }),
    };
    const before = { kind: 'pause', fromUs: 5 * ms, untilUs: 6 * ms, nodes: [1] } as const;
    const { faults, endUs, fatal, rows } = account(toyPlan({ faults: [before, ...stormy.faults.slice(2)] }), third);
    expect([endUs / ms, fatal, rows.length]).toEqual([31, rows.length - 1, rows.length]);
    expect(faults.map(({ hasFired }) => hasFired)).toEqual([true, false, false, false]);
  });
});

describe('the end', () => {
  test('of a run that holds has no fatal row; a violation that is found at the end has one of its own', () => {
    const silent: System = {
      ...system,
      observer: (plan, durableOf) => ({
        ...system.observer(plan, durableOf),
        finish: () => ({ kind: 'violation', property: 'Judged', detail: 'at the end' }),
      }),
    };
    const judged = account({ ...toyPlan(), settleUs: 500 * ms }, silent);
    expect([account(toyPlan()).fatal, judged.fatal]).toEqual([null, judged.rows.length - 1]);
    let asked = 0;
    const later: System = {
      ...silent,
      observer: (plan, durableOf) => ({
        ...silent.observer(plan, durableOf), unsettled: () => ((asked += 1) < 3 ? 'not yet' : null),
      }),
    };
    const { rows, fatal, endUs } = account({ ...toyPlan(), settleUs: 500 * ms }, later);
    expect([rows.slice(-2).map(({ told }) => told), fatal, rows.at(-1)!.atUs]).toEqual([
      ['healed', 'the run is judged as a whole'], rows.length - 1, endUs,
    ]);
  });
  test('the run is the one that nobody hears', () => {
    for (const plan of [toyPlan(), stormy]) expect(accountOf(system, plan).record).toEqual(run(system, plan));
  });
  test('every node has its name', () =>
    expect(account(toyPlan({ clients: 1 }), asking).nodes).toEqual(['n0', 'n1', 'c0']));
});
