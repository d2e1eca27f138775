/** A report of a user's system: roles by its own words, and why the clients' history has no explanation. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  defineScenario, defineSystem, faults, redirect, register, respond, send, timer,
  type CasRegisterInput, type Plan, type RegisterOutput, type Request, type Response, type Redirect, type Server,
} from '../../../harness/own/index.ts';
import { pageData, rolesOf } from '../../../harness/report/page/data.ts';
import { reportPage } from '../../../harness/report/page/page.ts';
import { buildReport } from '../../../harness/report/report.ts';
import { reportText } from '../../../harness/report/terminal.ts';
import { browserPath, launchBrowser } from '../../support/browser.ts';

interface State {
  readonly value: string | number | boolean | null;
  readonly watch: number;
}
type Copy = { readonly kind: 'copy'; readonly value: State['value'] };
type Node = Server<State, Copy | Request<CasRegisterInput>, Copy | Response<RegisterOutput> | Redirect>;
const tick = timer('tick', '300ms');

/** n0 is written to and copies to n1 now and then, which answers reads in the meantime; n2 does nothing. */
const keeper: Node = {
  boot: () => ({ state: { value: null, watch: 1 }, effects: [tick] }),
  step(state, event) {
    if (event.kind === 'timer')
      return {
        state: { ...state, watch: state.watch + 1 },
        effects: [tick, send<Copy>(1, { kind: 'copy', value: state.value })],
      };
    if (event.message.kind === 'copy') return { state, effects: [] };
    const { sequence, operation } = event.message;
    return operation.op === 'read'
      ? { state, effects: [respond<RegisterOutput>(event.from, sequence, { value: state.value })] }
      : {
          state: { ...state, value: operation.value ?? null },
          effects: [respond<RegisterOutput>(event.from, sequence, {})],
        };
  },
};
const mirror: Node = {
  boot: () => ({ state: { value: null, watch: 1 }, effects: [] }),
  step(state, event) {
    if (event.kind === 'timer') return { state, effects: [] };
    if (event.message.kind === 'copy')
      return { state: { value: event.message.value, watch: state.watch + 1 }, effects: [] };
    const { sequence, operation } = event.message;
    return {
      state,
      effects: [
        operation.op === 'read'
          ? respond<RegisterOutput>(event.from, sequence, { value: state.value })
          : redirect(event.from, sequence, 0),
      ],
    };
  },
};
const idle: Node = {
  boot: () => ({ state: { value: null, watch: 0 }, effects: [] }), step: (state) => ({ state, effects: [] }),
};

const mirrored = defineSystem<State, Copy>()({
  name: 'mirrored',
  service: register,
  servers: () => [keeper, mirror, idle],
  client: { asks: () => [1, 0] },
  role: ({ watch }, node) =>
    watch === 0 ? { name: 'idle' } : { name: ['keeper', 'mirror'][node]!, epoch: watch, leads: node === 0 },
  epochName: 'watch',
});
const scenario = defineScenario(mirrored, {
  servers: 3, clients: 2, faults: faults.none, operations: register.mix({ read: 1 }, { each: 0 }),
});

/** c0 writes, is sent on to n0 and told that it is done; then c1 reads from n1, which has not heard of it. */
const plan: Plan = {
  ...scenario.draw(1),
  stormUs: 1_000_000,
  healing: { kind: 'everyone' },
  network: {
    delayUs: { min: 1000, max: 1000 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs: { min: 0, max: 0 },
  },
  operations: [
    { client: 0, atUs: 20_000, request: { op: 'write', value: 7 } },
    { client: 1, atUs: 100_000, request: { op: 'read' } },
  ],
};
const report = buildReport({
  system: mirrored, what: 'mirrored by hand', seed: null, plan, shrunk: null, original: null,
  commands: { replay: 'npx whitewater replay p.json', pin: 'npx whitewater pin p.json' }, files: { open: 'p.html' },
});

describe('what is told', () => {
  test('the answer that has no place, and what it clashes with', () => {
    expect(report.verdict).toMatchObject({ kind: 'violation', property: 'Linearizability' });
    expect(report.history).toMatchObject({ clash: [0, 1], blocked: 1 });
    expect(report.history!.why).toMatch(
      /^read -> null has no place before its return: the only state possible by then is 7/,
    );
  });

  test('by which messages it came to be, and by which the others: in the text, in order', () => {
    const lines = reportText(report, false).split('\n').map((line) => line.replace(/^ +\d+ +[\d.]+ +[|*o!= X]+ /, ''));
    expect(lines.filter((line) => /^(?:c\d (?!boot)|n[01] takes)/.test(line))).toEqual([
      'c0 asks for write value 7', 'n0 takes request sequence 1 operation {op: write, value: 7}',
      'c0 is told that it is done by n0', 'c1 asks for read',
      'n1 takes request sequence 1 operation {op: read} from c1', 'c1 is told value null by n1',
    ]);
    expect(reportText(report, false)).toContain(
      'no step of the run breaks it by itself: it is the run as a whole that is judged',
    );
    expect(reportText(report, false)).not.toContain('its state did not change');
  });

  test('roles by the words of the system, with what they did and how they look', () => {
    expect(report.run.lanes).toEqual({
      role: 'role',
      epoch: 'epoch',
      epochName: 'watch',
      epochMark: 'watch ',
      commit: null,
      roles: [
        { name: 'keeper', look: 'leads' }, { name: 'mirror', look: 'follows' }, { name: 'idle', look: 'follows' },
      ],
    });
    expect(rolesOf(report)).toEqual([
      { name: 'keeper', colour: 'leader' }, { name: 'mirror', colour: 'follower' }, { name: 'idle', colour: 'role1' },
    ]);
    expect(report.run.rows.map(({ told }) => told)).toContain('is keeper in watch 2 now');
    expect(report.run.rows[2]!.changed).toEqual({ role: 'idle', value: 'null', watch: 0 });
  });

  test('of a system that says nothing of roles there is none', () => {
    const plainly = buildReport({
      what: '', seed: null, plan, shrunk: null, original: null, commands: report.commands, files: {},
      system: withoutRole,
    });
    expect([plainly.run.lanes, rolesOf(plainly)]).toEqual([null, []]);
    expect(reportPage(plainly)).toContain(
      '<span class="k follower">up</span><span class="k down">down</span><span class="a delivered">',
    );
  });
});

const withoutRole = defineSystem<State, Copy>()({
  name: 'mirrored',
  service: register,
  servers: () => [keeper, mirror, idle],
  client: { asks: () => [1, 0] },
});

if (browserPath === undefined)
  console.warn('the page is not tried in a browser: there is no /usr/bin/chromium (apt-get install chromium)');

describe.skipIf(browserPath === undefined)('its page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-own-page-'));
  const file = join(folder, 'page.html');
  const errors: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    writeFileSync(file, reportPage(report));
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the legend names the roles that there were, each in its colour, and no other', async () => {
    expect(await page.locator('.legend .k').allTextContents()).toEqual(['keeper', 'mirror', 'idle', 'down']);
    const colours = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.legend .k')].map((mark) => getComputedStyle(mark, '::before').backgroundColor)",
    );
    expect(new Set(colours.slice(0, 3)).size).toBe(3);
    expect(pageData(report).roles).toEqual({ keeper: 'leader', mirror: 'follower', idle: 'role1' });
  });

  test('the lanes are painted in them', async () => {
    /** In the middle of the time, in the lower part of a server's bar, where no text is. */
    const pixel = (node: number): Promise<string> =>
      page.evaluate<string>(`(() => {
      const canvas = document.getElementById('canvas'), ratio = canvas.width / canvas.clientWidth;
      const [x, y] = [64 + (canvas.clientWidth - 82) / 2, 34 + 68 * ${node} + 24];
      return [...canvas.getContext('2d').getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data.slice(0, 3)].join(',');
    })()`);
    await page.locator('#fold').click();
    await page.waitForTimeout(300);
    const painted = [await pixel(0), await pixel(1), await pixel(2)];
    const asked = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.legend .k')].map((mark) => getComputedStyle(mark, '::before').backgroundColor.match(/\\d+/g).join(','))",
    );
    expect(painted).toEqual(asked.slice(0, 3));
  });

  test('the lane shows role and watch unless another field is asked for', async () => {
    expect(await page.locator('#field option').first().textContent()).toBe('role and watch');
    expect(await page.locator('#field option').allTextContents()).toEqual(
      expect.arrayContaining(['role', 'epoch', 'value']),
    );
  });

  test('the history panel says why, and what clashes; each operation leads to its answer', async () => {
    expect(await page.locator('#history .story').textContent()).toContain(
      'read -> null has no place before its return',
    );
    expect(await page.locator('#history table tr').allTextContents()).toEqual([
      'clientoperationanswerms', expect.stringMatching(/^c0write value 7\{\}20/),
      expect.stringMatching(/^c1read\{"value":null\}100/),
    ]);
    await page.locator('#history table button').first().click();
    expect(await page.locator('#change .story').textContent()).toBe('c0 is told that it is done by n0');
  });

  test('it shows by which messages the answer came to be, and all that it hangs on', async () => {
    expect(await page.locator('#history .path li').allTextContents()).toEqual([
      expect.stringMatching(/^c1step \d+ {2}asks for read$/),
      expect.stringMatching(/^n1step \d+ {2}takes request sequence 1 .* from c1$/),
      expect.stringMatching(/^c1step \d+ {2}takes response sequence 1 reply .* from n1$/),
    ]);
    await page.locator('#history .path button').nth(1).click();
    expect(await page.locator('#state-where').textContent()).toContain('at n1');
    await page.locator('#history .meta button').first().click();
    expect(await page.locator('#view-past').textContent()).toMatch(/^Causal past of step \d+$/);
    // Nothing that n0 did but its start: n1 never heard of the write.
    expect(
      (await page.locator('.row').allTextContents()).filter((text) => text.includes('n0') && !text.endsWith('boot')),
    ).toEqual([]);
  });

  test('without an error', () => {
    expect(errors).toEqual([]);
  });
});
