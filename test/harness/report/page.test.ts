/** The page in a real browser: stepping, searching, links to a step, views; and 20,000 events stay quick to draw. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../../harness/report/page/page.ts';
import { buildReport } from '../../../harness/report/report.ts';
import { failingPlan, staleReads } from '../../support/broken-raft-kv.ts';

const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (browserPath === undefined) console.warn('the page is not tried in a browser: there is no /usr/bin/chromium (apt-get install chromium)');

describe.skipIf(browserPath === undefined)('the page of a report', () => {
  const plan = failingPlan(staleReads);
  const report = buildReport({
    system: staleReads, what: 'swarm seed 1', seed: 1, plan, shrunk: null, original: plan,
    commands: { replay: 'npx whitewater replay 1', pin: '' }, files: {},
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
    browser = await chromium.launch({
      executablePath: browserPath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
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
    const history = { key: 'k', why: 'it has no place', clash: [one!.id, two!.id], longest: [one!.id], blocked: two!.id };
    writeFileSync(join(folder, 'clash.html'), reportPage({ ...report, history }));
    await page.goto(pathToFileURL(join(folder, 'clash.html')).href);
    expect(await page.locator('#history').textContent()).toContain('it has no place');
    expect(await page.locator('#history tr.clash').count()).toBe(1);
    expect(errors).toEqual([]);
  });

  test('of 20,000 events only what is in view is in the document', async () => {
    const { run } = report;
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ ...run.rows[i % run.rows.length]!, step: i + 1, atUs: i * 500, message: null }));
    const large = { ...report, full: null, run: { ...run, rows, endUs: 10_000_000, fatal: 19_999 } };
    writeFileSync(join(folder, 'large.html'), reportPage(large));
    await page.goto(pathToFileURL(join(folder, 'large.html')).href);
    expect(await page.locator('.row').count()).toBeLessThan(80);
    await page.keyboard.press('Home');
    expect(await where()).toMatch(/^step 1 \//);
    expect(errors).toEqual([]);
  });
});
