/**
 * The picture of a history in a browser: what it opens with. Where there is none, nothing is tried and that is said.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkOperations, explain, kvModel, renderHtml, type KvInput, type KvOutput, type Operation,
} from '../../checkers/porcupine-ts-port/index.ts';

const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (browserPath === undefined)
  console.warn('the picture is not tried in a browser: there is no /usr/bin/chromium (apt-get install chromium)');

type History = Operation<KvInput, KvOutput>[];

/** 200 clients one after the other on each of three keys, and near the end of each a stale read: first on key b. */
function threeIllegalKeys(): History {
  const history: History = [];
  ['a', 'b', 'c'].forEach((key, place) => {
    for (let i = 0; i < 200; i++) {
      const callTime = (i * 3 + ((place + 2) % 3)) * 2;
      const input: KvInput = i % 2 === 0 ? { op: 'put', key, value: `v${i};` } : { op: 'get', key };
      const told = i >= 197 ? `v${i - 3};` : `v${i - 1};`;
      history.push({
        client: place * 200 + i, input, output: i % 2 === 0 ? {} : { value: told }, callTime, returnTime: callTime + 1,
      });
    }
  });
  return history;
}

describe.skipIf(browserPath === undefined)('the picture of three illegal keys', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'whitewater-picture-'));
  const errors: string[] = [];
  let browser: Browser;
  let page: Page;
  const history = threeIllegalKeys();
  const verdict = checkOperations(kvModel, history, { everyIllegal: true });
  const explanation = explain(kvModel, history, verdict)!;

  beforeAll(async () => {
    const file = join(scratch, 'picture.html');
    writeFileSync(file, renderHtml(kvModel, history, { verdict, explanation }));
    browser = await chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(pathToFileURL(file).href);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(scratch, { recursive: true });
  });
  const heightOfRows = async (): Promise<number> =>
    Number.parseFloat(
      await page
        .locator('#extent')
        .evaluate((element) => (element as unknown as { style: { height: string } }).style.height),
    );

  test('opens at the first error, which is that of the explanation', async () => {
    expect(explanation.partition.key).toBe('b');
    const details = await page.locator('#details').textContent();
    expect(details).toContain(`FIRST ERROR: ${explanation.blocked!.why}`);
    expect(details).toContain(`operation ${explanation.blocked!.operation} `);
    expect(
      await page.locator('#view').evaluate((element) => (element as unknown as { scrollLeft: number }).scrollLeft),
    ).toBeGreaterThan(1000);
  });
  test('names every illegal key, by their first errors, and goes to each', async () => {
    const names = await page.locator('#also button').allTextContents();
    expect(names).toEqual(['key "b"', 'key "c"', 'key "a"']);
    await page.locator('#also button').nth(2).click();
    expect(await page.locator('#details').textContent()).toContain(explanation.others[1]!.blocked!.why);
    await page.locator('#error').click();
    expect(await page.locator('#details').textContent()).toContain(explanation.blocked!.why);
  });
  test('clients without an operation in the window take no row', async () => {
    const near = await heightOfRows();
    await page.locator('#fit').click();
    await page.waitForTimeout(100);
    const all = await heightOfRows();
    expect(all).toBeGreaterThan(600 * 26);
    expect(near).toBeLessThan(60 * 26);
  });
  test('without an error of its script', () => {
    expect(errors).toEqual([]);
  });
});

test('the terminal and the page name the same first error', () => {
  const history = threeIllegalKeys();
  const verdict = checkOperations(kvModel, history, { everyIllegal: true });
  expect(verdict.illegalPartitions!.map(({ key }) => key).toSorted()).toEqual(['a', 'b', 'c']);
  const { partition, others, blocked } = explain(kvModel, history, verdict)!;
  expect([partition.key, ...others.map((one) => one.partition.key)]).toEqual(['b', 'c', 'a']);
  expect(
    [blocked!, ...others.map((one) => one.blocked!)].map(({ operation }) => history[operation]!.returnTime),
  ).toEqual([1183, 1185, 1187]);
});
