/** The page in a real browser: stepping, searching, links to a step, views; and 20,000 events stay quick to draw. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../../harness/report/page/page.ts';
import { buildReport } from '../../../harness/report/report.ts';
import { browserPath, launchBrowser } from '../../support/browser.ts';
import { failingPlan, staleReads } from '../../support/broken-raft-kv.ts';

if (browserPath === undefined)
  console.warn('the page is not tried in a browser: there is no /usr/bin/chromium (apt-get install chromium)');

describe.skipIf(browserPath === undefined)('the page of a report', () => {
  const plan = failingPlan(staleReads, 25);
  const report = buildReport({
    system: staleReads, what: 'swarm seed 25', seed: 25, plan, shrunk: null, original: plan,
    commands: { replay: 'npx whitewater replay 25', pin: '' }, files: {},
  });
  const fatalStep = String(report.step);
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-page-'));
  const file = join(folder, 'page.html');
  const address = pathToFileURL(file).href;
  const errors: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    writeFileSync(file, reportPage(report));
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) errors.push(`asked the network for ${request.url()}`);
    });
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const where = async (): Promise<string> => (await page.locator('#where').textContent()) ?? '';
  const shown = async (): Promise<string> => (await page.locator('#steps-count').textContent()) ?? '';

  test('it opens at the step that broke the property, without an error and without the network', async () => {
    await page.goto(address);
    expect(await where()).toContain(`step ${Number(fatalStep).toLocaleString('en-US')} /`);
    expect(await page.locator('.row[aria-selected=true]').count()).toBe(1);
    expect(errors).toEqual([]);
  });

  test('left and right step, and the address follows', async () => {
    // A fault and the step behind it stand at one step, in two rows.
    const selected = async (): Promise<string> => (await page.locator('.row[aria-selected=true]').textContent()) ?? '';
    await page.keyboard.press('ArrowLeft');
    const before = await selected();
    await page.keyboard.press('ArrowLeft');
    expect(await selected()).not.toBe(before);
    await page.keyboard.press('ArrowRight');
    expect(await selected()).toBe(before);
    expect(page.url()).toMatch(/#step=\d+/);
  });

  const open = async (hash: string): Promise<void> => {
    await page.goto(`${address}${hash}`);
    await page.reload();
  };

  test('opening leaves the address as it is: a reload shows the same step again', async () => {
    await page.goto('about:blank');
    await page.goto(address);
    expect(page.url()).toBe(address);
    const before = await where();
    await page.reload();
    expect(await where()).toBe(before);
  });

  test('a reload and a shared address keep the step, the run, the past of which step, and the field', async () => {
    await open(`#step=${fatalStep}`);
    await page.locator('#view-full').click();
    await page.locator('#view-past').click();
    await page.locator('#field').selectOption('commitIndex');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await page.locator('#where').click();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await page.waitForURL(({ hash }) => hash !== '' && hash !== `#step=${fatalStep}`);
    await page.waitForTimeout(200);
    const seen = async (): Promise<unknown> => [
      await where(), await shown(), await page.locator('#view-past').textContent(),
      await page.locator('#field').inputValue(), await page.locator('#view-full').getAttribute('aria-pressed'),
      await page.locator('.row[aria-selected=true]').textContent(),
    ];
    const before = await seen();
    expect(page.url()).toMatch(/#step=[\d.]+&run=full&past=[\d.]+&field=commitIndex$/);
    await page.reload();
    expect(await seen()).toEqual(before);
  });

  test('a fault has an address of its own, beside the step of the same number', async () => {
    const place = report.run.rows.findIndex(({ kind }) => kind === 'fault');
    await open('');
    const row = report.run.rows[place]!;
    await page.locator('#search').fill(row.told);
    await page.keyboard.press('Enter');
    while (!(await page.locator('.row[aria-selected=true] .m').allTextContents()).includes(row.told))
      await page.keyboard.press('Enter');
    await page.waitForTimeout(200);
    expect(page.url()).toMatch(/#step=\d+\.\d+$/);
    await page.reload();
    expect(await page.locator('#change .story').textContent()).toBe(row.told);
  });

  test('an address of nonsense opens the page all the same', async () => {
    for (const hash of [
      '#step=', '#step=99999999', '#step=1.77777', '#past=x&step=3', '#step=3&field=%E0%A4%A', '#run=full', '#step=-1',
      '#field=__proto__',
    ]) {
      await open(hash);
      expect(await where()).toMatch(/^step [\d,]+ \//);
    }
    expect(errors).toEqual([]);
  });

  test('the first cause is where the answer came from, not where the client heard it', async () => {
    await open('');
    expect(report.run.rows[report.run.fatal!]!.node).toBeGreaterThanOrEqual(report.run.servers);
    await page.locator('#cause').click();
    expect(await page.locator('.row[aria-selected=true] .w').textContent()).toMatch(/^n\d$/);
    expect(await page.locator('#change').textContent()).toContain('core/server.ts onClient');
    await page.locator('#fatal').click();
    expect(await page.locator('.row[aria-selected=true] .w').textContent()).toMatch(/^c\d$/);
  });

  test('v goes round: the run, its causal past, the full run, the causal past of that, and the run again', async () => {
    await open('');
    const views: string[] = [];
    for (let i = 0; i < 5; i++) {
      const pressed = await page.evaluate(
        '[...document.querySelectorAll(".switch button[aria-pressed=true]")].map((one) => one.id.slice(5)).join(" ")',
      );
      views.push(pressed as string);
      await page.keyboard.press('v');
    }
    expect(views).toEqual(['run', 'run past', 'full', 'full past', 'run']);
  });

  test('the logs stand by index, and what a server holds beside what it must', async () => {
    await open('#step=' + fatalStep);
    const [head] = await page.locator('#logs tr').allTextContents();
    for (let node = 0; node < report.run.servers; node++) expect(head).toContain(`n${node}`);
    expect(await page.locator('#logs td.committed').count()).toBeGreaterThan(0);
    expect(await page.locator('#held-told').textContent()).toContain(
      'Nothing differs from what executing the committed entries gives',
    );
  });

  test('what a server holds wrongly is named, beside what it must hold', async () => {
    const place = report.run.rows.findLastIndex(({ contents }) => contents?.held !== undefined);
    const rows = report.run.rows.map((row, at) =>
      at === place
        ? { ...row, contents: { ...row.contents, held: { 'store k1': ['"wrong"', '"right"'] as const } } }
        : row,
    );
    writeFileSync(join(folder, 'held.html'), reportPage({ ...report, full: null, run: { ...report.run, rows } }));
    await page.goto(`${pathToFileURL(join(folder, 'held.html')).href}#step=${rows[place]!.step}`);
    expect(await page.locator('#held tr.clash').allTextContents()).toEqual([
      `n${rows[place]!.node}store k1"wrong""right"`,
    ]);
    expect(await page.locator('#held-told').textContent()).toContain('1 thing differs');
  });

  test('a field has a timeline: every change of it, one after the other', async () => {
    await open('#step=1&field=commitIndex');
    const rises = report.run.rows.filter(
      ({ node, changed }) => node !== null && node < report.run.servers && changed['commitIndex'] !== undefined,
    );
    expect(rises.length).toBeGreaterThan(9);
    expect(await page.locator('#field-changes .meta').textContent()).toMatch(
      new RegExp(`of ${rises.length.toLocaleString('en-US')}$`),
    );
    for (let i = 0; i < 3; i++) {
      const before = await where();
      await page.locator('#field-next').click();
      expect(await where()).not.toBe(before);
      expect(await page.locator('#field-changes tr.here').count()).toBe(1);
    }
  });

  test('faults have names for nodes, and those that never fired are shown when they are asked for', async () => {
    const told = [
      ...report.run.rows.filter(({ kind }) => kind === 'fault').map((row) => row.told),
      ...report.run.faults.map(({ what }) => what),
    ];
    for (const text of told) expect(text).not.toMatch(/(^|[ {:])\d+( to \d|[ }]|$)(?!ms|\/)/);
    const never = { ...report.run.faults[0]!, kind: 'crash', what: 'n0, now', hasFired: false };
    writeFileSync(join(folder, 'never.html'), reportPage({ ...report, run: { ...report.run, faults: [never] } }));
    await page.goto(pathToFileURL(join(folder, 'never.html')).href);
    await page
      .locator('#left-out', { hasText: '1 fault that never fired is not shown' })
      .waitFor({ state: 'attached' });
    await page.locator('#all-faults').click();
    await page.locator('#left-out', { hasNotText: 'never fired' }).waitFor({ state: 'attached' });
    expect(errors).toEqual([]);
  });

  test('a link to a step leads there, and shows what changed there', async () => {
    await page.goto(`${address}#step=8`);
    await page.reload();
    expect(await where()).toMatch(/^step 8 \//);
    expect(await page.locator('#state-where').textContent()).toContain('step 8');
    const row = report.run.rows.find(({ step, kind }) => step === 8 && kind === 'step')!;
    expect(await page.locator('#change .story').textContent()).toContain(row.told);
  });

  test('the search keeps what it finds, and says how much of how much', async () => {
    await page.locator('#search').fill('RequestVote');
    const all = report.run.rows.length.toLocaleString('en-US');
    expect(await shown()).toMatch(new RegExp(`^[\\d,]+ of ${all}$`));
    for (const text of await page.locator('.row .m').allTextContents()) expect(text).not.toBe('timer heartbeat');
    await page.locator('#search').fill('');
    expect(await shown()).toBe(all);
  });

  test('the search finds functions, counts, and goes to the next and to the one before', async () => {
    await open('#step=1');
    await page.locator('#search').fill('onappendentries');
    const found = report.run.rows.filter((row) =>
      JSON.stringify([row.code, row.told, row.event]).toLowerCase().includes('onappendentries'),
    ).length;
    expect(await page.locator('#found').textContent()).toBe(`${found.toLocaleString('en-US')} found`);
    await page.keyboard.press('Enter');
    expect(await page.locator('#found').textContent()).toMatch(/^1 of /);
    await page.locator('#found-next').click();
    expect(await page.locator('#found').textContent()).toMatch(/^2 of /);
    await page.locator('#found-previous').click();
    await page.locator('#found-previous').click();
    expect(await page.locator('#found').textContent()).toBe(
      `${found.toLocaleString('en-US')} of ${found.toLocaleString('en-US')}`,
    );
    expect(await page.locator('#change').textContent()).toContain('onAppendEntries');
    await page.locator('#search').fill('no such thing');
    expect(await page.locator('#found').textContent()).toBe('none');
    await page.locator('#search').fill('');
  });

  test('the causal past of a step is a part of the run, and the full run can be shown', async () => {
    await page.goto(`${address}#step=${fatalStep}`);
    await page.reload();
    await page.locator('#view-past').click();
    const [part, all] = (await shown()).split(' of ').map((text) => Number(text.replaceAll(',', '')));
    expect(part).toBeLessThanOrEqual(all!);
    expect(await page.locator('#view-past').getAttribute('aria-pressed')).toBe('true');
    await page.locator('#view-full').click();
    expect(await page.locator('#view-full').getAttribute('aria-pressed')).toBe('true');
  });

  test('the theme can be switched', async () => {
    const dark = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const before = await dark();
    await page.locator('#theme').click();
    await page.waitForTimeout(300);
    expect(await dark()).not.toBe(before);
  });

  test('every button has a name and the list is one that a screen reader knows', async () => {
    for (const button of await page.locator('button').all()) {
      expect(`${await button.textContent()}${await button.getAttribute('aria-label')}`.trim()).not.toBe('');
    }
    expect(await page.locator('#steps').getAttribute('role')).toBe('listbox');
    expect(await page.locator('.row').first().getAttribute('aria-setsize')).not.toBe(null);
    expect(await page.locator('canvas').getAttribute('aria-label')).toContain('list of steps');
    expect(errors).toEqual([]);
  });

  test('operations that clash are told, and their window is drawn', async () => {
    const [one, two] = report.run.operations;
    const history = {
      key: 'k', why: 'it has no place', clash: [one!.id, two!.id], longest: [one!.id], blocked: two!.id,
    };
    writeFileSync(join(folder, 'clash.html'), reportPage({ ...report, history }));
    await page.goto(pathToFileURL(join(folder, 'clash.html')).href);
    expect(await page.locator('#history').textContent()).toContain('it has no place');
    expect(await page.locator('#history tr.clash').count()).toBe(1);
    expect(errors).toEqual([]);
  });

  test('of 20,000 events only what is in view is in the document', async () => {
    const { run } = report;
    const rows = Array.from({ length: 20_000 }, (_, i) => ({
      ...run.rows[i % run.rows.length]!, step: i + 1, atUs: i * 500, message: null,
    }));
    const large = { ...report, full: null, run: { ...run, rows, endUs: 10_000_000, fatal: 19_999 } };
    writeFileSync(join(folder, 'large.html'), reportPage(large));
    await page.goto(pathToFileURL(join(folder, 'large.html')).href);
    expect(await page.locator('.row').count()).toBeLessThan(80);
    await page.keyboard.press('Home');
    expect(await where()).toMatch(/^step 1 \//);
    expect(errors).toEqual([]);
  });
});
