/** What a report is made of: on systems of a few messages everything in it is known before. */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../checkers/checker.ts';
import { buildReport, type Report, type ReportSpec } from '../../../harness/report/report.ts';
import type { Fault } from '../../../harness/plan/fault.ts';
import type { AnyProcess, LogContents, System } from '../../../harness/system.ts';
import { greedy, ms, pinger, toy, toyPlan } from '../faults/toys.ts';

const described: Partial<System> = {
  describeState: (state) => ({ ...(state as Record<string, number>) }),
  codeOf: (event) => (event?.kind === 'message' ? 'greedy.ts step' : event?.kind === 'timer' ? 'pinger.ts step' : null),
};
/** n0 pings n1 at 10, 20, 30 ms and so on; what `breaks` says of a ping is a violation. */
const breaking = (breaks: (ping: number) => boolean, more: Partial<System> = {}): System => {
  const plain = toy([pinger(), greedy], described);
  return {
    ...plain,
    observer: (plan, durableOf) => ({ ...plain.observer(plan, durableOf), stepped(_node, _before, _after, event) {
      if (event.kind === 'message' && breaks((event.message as { ping: number }).ping))
        throw new Violated('No Third', 'n1 heard it');
    } }),
    ...more,
  };
};
const spec = (system: System, more: Partial<ReportSpec> = {}): ReportSpec => ({
  system, what: 'by hand', seed: 3, plan: toyPlan(), shrunk: null, original: null, commands: { replay: 'r', pin: 'p' },
  files: { open: 'f' }, ...more,
});
const crash = (atUs: number, node: number): Fault => ({
  kind: 'crash', atUs, restartUs: atUs + ms, nodes: [node], moment: 'now',
});

describe('a violation', () => {
  const third = breaking((ping) => ping === 3, { properties: { 'No Third': 'Nobody hears a third.' } });
  const faults = [crash(25 * ms, 1)];
  const report = buildReport(spec(third, { plan: toyPlan({ faults, network: { dropPer1000: 0 } }) }));

  test('is told with its step, its time, its meaning, what it was asked with, and two digests that are the same', () => {
    const {
      what, scenario, system, seed, verdict, meaning, step, atUs, differs, commands, files, size, stall, history,
      explainsHistory, full, shrunk,
    } = report;
    expect({
      what, scenario, system, seed, verdict, meaning, step, atUs, differs, commands, files, size, stall, history,
      explainsHistory, full, shrunk,
    }).toEqual({
      what: 'by hand',
      scenario: 'toy',
      system: 'toy',
      seed: 3,
      verdict: { kind: 'violation', property: 'No Third', detail: 'n1 heard it' },
      meaning: 'Nobody hears a third.',
      step: 9,
      atUs: 31 * ms,
      differs: [],
      commands: { replay: 'r', pin: 'p' },
      files: { open: 'f' },
      size: {
        servers: 2, clients: 0, operations: 0, faults: 1, fates: null, timers: null, steps: 9, events: 8,
        virtualUs: 31 * ms,
      },
      stall: null,
      history: null,
      explainsHistory: false,
      full: null,
      shrunk: null,
    });
    expect(report.digests[0]).toBe(report.digests[1]);
    expect(report.signature).toMatch(/^[0-9a-f]{8}$/);
  });
  test('its fatal step, what it changed since the last life of its server, and who sent what it was taken at', () => {
    expect(report.fatal).toEqual({
      step: 9, node: 'n1', told: '{"ping":3} from n0', code: 'greedy.ts step',
      lines: [{ field: 'got', before: '0', after: '3' }],
      sender: { node: 'n0', step: 8, said: '{"ping":3}', code: 'pinger.ts step' },
    });
  });
  test('the accounts of its faults and of its messages', () => {
    expect(report.faults.find(({ kind }) => kind === 'crash')).toEqual({
      kind: 'crash', eligible: 1, fired: 1, mattered: 0,
    });
    expect(report.network).toEqual({ sent: 3, dropped: 0, duplicated: 0, late: 0, cut: 0 });
  });
  test('of which its system does not say what it means has no meaning', () => {
    expect(buildReport(spec(breaking((ping) => ping === 1))).meaning).toBe(null);
    expect(buildReport(spec(breaking((ping) => ping === 1, { properties: { Other: 'x' } }))).meaning).toBe(null);
  });
});

describe('the fatal step', () => {
  test('at a start is held against what its server was before it crashed', () => {
    const reborn: AnyProcess = { ...greedy, boot: () => ({ state: { got: 0 }, effects: [] }) };
    let starts = 0;
    const plain = toy([pinger(), reborn], described);
    const system: System = { ...plain, observer: (plan, durableOf) => {
      starts = 0;
      return { ...plain.observer(plan, durableOf), booted(node) {
        if (node === 1 && (starts += 1) > 1) throw new Violated('Once', 'n1 starts again');
      } };
    } };
    expect(buildReport(spec(system, { plan: toyPlan({ faults: [crash(25 * ms, 1)] }) })).fatal).toEqual({
      step: 7, node: 'n1', told: 'boot', code: null, lines: [{ field: 'got', before: '2', after: '0' }], sender: null,
    });
  });
  test('of a run judged at its end is nobody’s', () => {
    const judged = breaking(() => false);
    const system: System = {
      ...judged,
      observer: (plan, durableOf) => ({
        ...judged.observer(plan, durableOf),
        finish: () => ({ kind: 'violation', property: 'Judged', detail: 'at the end' }),
      }),
    };
    const { fatal, step } = buildReport(spec(system));
    expect([fatal, step]).toEqual([{ step: 12, node: null, told: 'healed', code: null, lines: [], sender: null }, 12]);
  });
});

describe('a run that is no violation', () => {
  test('that holds has neither fatal step, nor signature, nor meaning', () => {
    const { verdict, fatal, signature, meaning, step, testimony } = buildReport(spec(breaking(() => false)));
    expect([verdict.kind, fatal, signature, meaning, step, testimony]).toEqual([
      'ok', null, null, null, 12, { steps: [], lookIn: [] },
    ]);
  });
  test('that was not decided neither', () => {
    const open = breaking(() => false);
    const system: System = {
      ...open,
      observer: (plan, durableOf) => ({
        ...open.observer(plan, durableOf), finish: () => ({ kind: 'unknown', detail: 'the budget is used up' }),
      }),
    };
    const { verdict, fatal, signature, step } = buildReport(spec(system));
    expect([verdict, fatal, signature, step]).toEqual([
      { kind: 'unknown', detail: 'the budget is used up' }, null, null, 12,
    ]);
  });
});

test('two runs of one plan that differ are told, with both digests', () => {
  let runs = 0;
  const drifting = breaking(() => false, { processes: () => {
    const run = (runs += 1);
    return [pinger(), { ...greedy, step: () => ({ state: { got: run }, effects: [] }) }];
  } });
  const { differs, digests } = buildReport(spec(drifting));
  expect(digests[0]).not.toBe(digests[1]);
  expect(differs).toEqual([`digest: ${digests[0]} and ${digests[1]}`]);
});

describe('a run without progress', () => {
  const stuck = (more: Partial<System> = {}): Report => {
    const plain = breaking(() => false, more);
    return buildReport(
      spec(
        {
          ...plain,
          observer: (plan, durableOf) => ({
            ...plain.observer(plan, durableOf), unsettled: () => 'c0 waits for put k1',
          }),
        },
        { plan: toyPlan({ stormUs: 5 * ms, settleUs: 100 * ms }) },
      ),
    );
  };
  test('what is done again and again, and what would have to happen in the words of its system', () => {
    const { verdict, stall } = stuck({
      mustHappen: (missing, servers) => (missing === 'c0 waits for put k1' ? `one of ${servers} answers` : null),
    });
    expect(verdict).toMatchObject({ kind: 'violation', property: 'Progress After Healing' });
    expect(stall).toEqual({ cycles: [], more: 0, mustHappen: 'one of 2 answers' });
  });
  test('or that what is missing must come to an end, where its system does not tell', () => {
    expect([stuck().stall?.mustHappen, stuck({ mustHappen: () => null }).stall?.mustHappen]).toEqual([
      'this must come to an end: c0 waits for put k1', 'this must come to an end: c0 waits for put k1',
    ]);
  });
});

describe('the run before it was shrunk', () => {
  test('is told whole, with its step and what broke', () => {
    const { full } = buildReport(
      spec(
        breaking((ping) => ping >= 2),
        { plan: toyPlan({ network: { fates: [{ from: 0, to: 1, nth: 2, delaysUs: [] }] } }), original: toyPlan() },
      ),
    );
    expect([full!.leftOutRows, full!.step, full!.detail, full!.account.fatal, full!.account.rows.length]).toEqual([
      0, 6, 'n1 heard it', 5, 6,
    ]);
  });
  test('that did not fail has nothing to say', () =>
    expect(
      buildReport(
        spec(
          breaking(() => false), { original: toyPlan() },
        ),
      ).full!.detail,
    ).toBe(''));

  test('of more than 100,000 rows begins later, where each server is told as it was left', () => {
    const log: LogContents = { baseIndex: 0, baseTerm: 0, lastIndex: 0, at: () => ({}), tell: () => [0, ''] };
    const still = new Map();
    const tick = { kind: 'setTimer', timer: 'go', afterUs: { min: 10, max: 10 } } as const;
    /** n0 counts every 10 us, and pings the others in its first steps. */
    const ticker: AnyProcess = {
      ...greedy, boot: () => ({ state: { at: 0, kept: 8 }, effects: [tick] }),
      step(state) {
        const at = (state as { at: number }).at + 1;
        return {
          state: { at, kept: 8 },
          effects: [...(at <= 4 ? [{ kind: 'send', to: 1 + (at % 2), message: { ping: at } } as const] : []), tick],
        };
      },
    };
    const plain = toy([ticker, greedy, greedy, greedy], {
      ...described,
      codeOf: () => null,
      contents: () => ({
        read: (node, state) => ({
          log,
          held:
            node === 0
              ? still
              : new Map([
                  [
                    `key${(state as { got: number }).got % 2}`,
                    { held: `${(state as { got: number }).got}`, expected: `${(state as { got: number }).got}` },
                  ],
                ]),
        }),
      }),
    });
    // To n2 go the pings 1 and 3, to n1 2 and 4: the last two arrive at the end, when n2 has just started again.
    const fates = [
      { from: 0, to: 2, nth: 1, delaysUs: [15] }, { from: 0, to: 2, nth: 2, delaysUs: [999_990] },
      { from: 0, to: 1, nth: 1, delaysUs: [15] }, { from: 0, to: 1, nth: 2, delaysUs: [999_985] },
    ];
    const falls = (atUs: number, node: number): Fault => ({
      kind: 'crash', atUs, restartUs: 1_000_000, nodes: [node], moment: 'now',
    });
    const plan = toyPlan({
      servers: 4, stormUs: 1_000_060, network: { fates }, faults: [falls(65, 2), falls(5 * ms, 3)],
    });
    const whole = {
      ...plain,
      observer: (of, durableOf) => ({
        ...plain.observer(of, durableOf),
        finish: () => ({ kind: 'violation', property: 'Judged', detail: 'at the end' }),
      }),
    } satisfies System;
    const { full } = buildReport(spec(whole, { plan: toyPlan({ servers: 4 }), original: plan }));
    const { rows, messages, fatal } = full!.account;
    expect([full!.leftOutRows, rows.length, fatal, rows[99_999]!.told]).toEqual([23, 100_000, 99_999, 'healed']);
    const first = (node: number): unknown => {
      const row = rows.find((one) => one.node === node)!;
      return [row.event, row.changed, row.contents];
    };
    const emptyLog = { base: [0, 0], from: 1, entries: [] };
    expect([first(0), first(1), first(2), first(3)]).toEqual([
      ['timer go', { at: 16, kept: 8 }, { log: emptyLog }],
      ['{"ping":4} from n0', { got: 4 }, { log: emptyLog, held: { key0: ['4'] } }],
      ['boot', { got: 0 }, { log: emptyLog, held: { key0: ['0'] } }], ['crash', { got: null }, {}],
    ]);
    const [, second] = rows.filter(({ node }) => node === 0);
    expect([second!.changed, second!.contents]).toEqual([{ at: 17 }, undefined]);
    // What was sent or taken by a row that is left out was so by none.
    expect(messages.map(({ sentBy, takenBy }) => [sentBy, takenBy.map((place) => rows[place]!.event)])).toEqual([
      [null, []], [null, []], [null, ['{"ping":3} from n0']], [null, ['{"ping":4} from n0']],
    ]);
  });
});
