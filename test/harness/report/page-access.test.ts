/**
 * The page for everyone: axe finds nothing, in light and dark, wide and narrow; what is drawn has contrast; no label
 * covers another; it prints; values are only text.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../../harness/report/page/page.ts';
import { dark, light } from '../../../harness/report/page/style.ts';
import { buildReport, type Report } from '../../../harness/report/report.ts';
import { browserPath, launchBrowser } from '../../support/browser.ts';
import { failingPlan, staleReads } from '../../support/broken-raft-kv.ts';

const plan = failingPlan(staleReads);
const report = buildReport({
  system: staleReads, what: 'swarm seed 1', seed: 1, plan, shrunk: null, original: plan,
  commands: { replay: 'npx whitewater replay 1', pin: '' }, files: {},
});

describe('what the canvas draws, where axe sees nothing', () => {
  /** Ratio of contrast (WCAG 2.2, 1.4.3): text needs 4.5, marks 3. */
  const contrast = (one: string, other: string): number => {
    const [dim, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (bright! + 0.05) / (dim! + 0.05);
  };
  const luminance = (hex: string): number => {
    const digits = hex.length === 4
      ? Array.from(hex.slice(1), (digit) => digit + digit)
      : hex.slice(1).match(/../g)!;
    const [r, g, b] = digits.map((pair) => parseInt(pair, 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const colours = (palette: string): Record<string, string> =>
    Object.fromEntries([...palette.matchAll(/--(\w+):(#\w+)/g)].map(([, name, value]) => [name, value!]));

  test.each([['light', light], ['dark', dark]])('texts and marks of the diagram stand out, %s', (_name, palette) => {
    const of = colours(palette);
    const texts: readonly [string, string][] = [
      ['onbar', 'leader'], ['onbar', 'candidate'], ['onbar', 'op'], ['onbar', 'opopen'], ['followerink', 'follower'],
      ['followerink', 'role1'], ['followerink', 'role2'], ['followerink', 'role3'], ['fault', 'card'],
      ['fault', 'faultsoft'], ['bad', 'card'], ['card', 'bad'], ['dim', 'card'], ['ink', 'card'], ['accent', 'card'],
      ['good', 'card'], ['onbadge', 'badge'], ['onaccent', 'accent'],
    ];
    for (const [one, other] of texts) {
      expect(contrast(of[one]!, of[other]!), `${one} on ${other}`).toBeGreaterThanOrEqual(4.5);
    }
    for (const mark of ['msg', 'late', 'twice', 'bad', 'leader', 'candidate']) {
      expect(contrast(of[mark]!, of['card']!), mark).toBeGreaterThanOrEqual(3);
    }
  });
});

describe.skipIf(browserPath === undefined)('the page, for everyone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-access-'));
  const write = (name: string, one: Report): string => {
    writeFileSync(join(folder, name), reportPage(one));
    return pathToFileURL(join(folder, name)).href;
  };
  const errors: string[] = [];
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    const [one, two] = report.run.operations;
    const history = {
      key: 'k', why: 'it has no place', clash: [one!.id, two!.id], longest: [one!.id], blocked: two!.id,
    };
    address = write('page.html', { ...report, history });
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Look { readonly width: number; readonly scheme: 'light' | 'dark' }
  async function withPage({ width, scheme }: Look, use: (page: Page) => Promise<void>): Promise<void> {
    const viewport = { width, height: 900 };
    const page = await browser.newPage({ viewport, colorScheme: scheme, reducedMotion: 'reduce' });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('dialog', (dialog) => {
      errors.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await use(page);
    await page.close();
    expect(errors).toEqual([]);
  }

  const findings = async (page: Page): Promise<readonly string[]> => {
    await page.evaluate(axe.source);
    return await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => id + ' ' + node.target.join(' ') + ': ' + node.failureSummary)))`) as readonly string[];
  };

  test.each([
    ['light', 1280, 'light', ''], ['the system dark', 1280, 'dark', ''],
    ['dark by choice', 1280, 'light', 'dark'], ['light by choice in a dark system', 1280, 'dark', 'light'],
    ['narrow', 360, 'light', ''], ['narrow and dark', 360, 'dark', ''],
  ] as const)('axe finds nothing: %s', async (_name, width, scheme, theme) => {
    await withPage({ width, scheme }, async (page) => {
      await page.goto(`${address}#step=${report.step}&field=commitIndex`);
      if (theme !== '') await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      await page.locator('#search').fill('n0');
      await page.locator('#text summary').click();
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    });
  }, 60_000);

  /**
   * Writes down every text that a canvas is given since it was last cleared, with its box; the bars of faults, which
   * alone are 16 high; and where the lanes begin, to which all of them are clipped.
   */
  const listenToCanvases = `{
    const proto = CanvasRenderingContext2D.prototype, written = new Map(), { fillText, clearRect, roundRect, rect } = proto;
    const bars = new Map();
    proto.clearRect = function (...box) { written.set(this, []); bars.set(this, []); return clearRect.apply(this, box); };
    proto.roundRect = function (x, y, w, h, r) {
      if (h === 16) bars.get(this)?.push({ text: 'bar', left: x, right: x + w, top: y, bottom: y + h });
      return roundRect.call(this, x, y, w, h, r);
    };
    proto.rect = function (x, ...rest) { window.lanesFrom = x; return rect.call(this, x, ...rest); };
    window.faultBars = () => [...bars.values()].flat();
    proto.fillText = function (text, x, y) {
      const w = this.measureText(text).width;
      const left = this.textAlign === 'right' ? x - w : this.textAlign === 'center' ? x - w / 2 : x;
      written.get(this)?.push({ text, left, right: left + w, top: y - 5, bottom: y + 5 });
      return fillText.apply(this, arguments);
    };
    window.written = () => [...written.values()].flat();
  }`;
  type Written = Readonly<Record<'left' | 'right' | 'top' | 'bottom', number>> & { readonly text: string };

  const drawnBy = async (page: Page, expression: 'written()' | 'faultBars()'): Promise<readonly Written[]> =>
    await page.evaluate(expression) as readonly Written[];

  /** Short and long ones, side by side, at both ends and in one lane behind each other. */
  const faultsOf = (endUs: number): Report['run']['faults'] =>
    (
      [
        [0, 0.02, 'partition', '{n0 c0} | {n1 n2 c1}'], [0.3, 0.34, 'crash', 'n0, now'],
        [0.31, 0.9, 'partition', '{n2 c0 c1} | {n0 n1}'], [0.6, 0.6, 'crash', 'n1, writeKept'],
        [0.93, 0.97, 'partition', '{n2 c0 c1} | {n0 n1}'], [0.99, 1, 'isolation', 'n1, both'],
      ] as const
    ).map(([from, until, kind, what]) => ({
      kind, what, fromUs: Math.round(from * endUs), untilUs: Math.round(until * endUs), hasFired: true,
    }));

  test.each([1280, 1920, 360])(
    'the label of a fault stands on its bar or beside it, never across its end, %i wide',
    async (width) => {
      const { run } = report;
      const many = write('faults.html', {
        ...report, full: null, run: { ...run, faults: faultsOf(run.endUs).toReversed() },
      });
      await withPage({ width, scheme: 'light' }, async (page) => {
        await page.addInitScript(listenToCanvases);
        await page.goto(many);
        for (const key of ['0', '+', '+', 'Home', '-', '-']) {
          await page.keyboard.press(key);
          await page.waitForTimeout(120);
          const lanesFrom = (await page.evaluate('lanesFrom')) as number;
          const bars = await drawnBy(page, 'faultBars()');
          const labels = (await drawnBy(page, 'written()')).filter(({ text }) => /^(par|cra|iso)/.test(text));
          if (key === '0') expect([bars.length, labels.length > 3]).toEqual([6, true]);
          expect(
            labels.filter(({ left }) => left < lanesFrom), `behind ${key}`,
          ).toEqual([]);
          const across = labels.flatMap((label) =>
            bars
              .filter(({ top, bottom }) => label.top < bottom && label.bottom > top)
              .filter(
                ({ left, right }) =>
                  label.left < right && label.right > left && (label.left < left || label.right > right),
              )
              .map(() => label.text),
          );
          expect(across, `behind ${key}`).toEqual([]);
        }
      });
    },
    60_000,
  );

  test('narrow, the names of the lanes and the times of the steps are whole', async () => {
    // As late in a run as it gets: five digits of steps, and a minute and a half of virtual time.
    const later = 99_900_000 - report.run.endUs;
    const rows = report.run.rows.map((row) => ({ ...row, step: row.step + 10_000, atUs: row.atUs + later }));
    const endUs = report.run.endUs + later;
    const narrow = write('narrow.html', {
      ...report, full: null, run: { ...report.run, rows, endUs, faults: faultsOf(endUs) },
    });
    await withPage({ width: 360, scheme: 'light' }, async (page) => {
      await page.addInitScript(listenToCanvases);
      await page.goto(narrow);
      await page.waitForTimeout(120);
      const lanesFrom = await page.evaluate('lanesFrom') as number;
      const names = (await drawnBy(page, 'written()')).filter(({ left, right }) => left >= 0 && right < lanesFrom);
      const clients = [...new Set(report.run.operations.map(({ client }) => client))].sort((a, b) => a - b);
      const lanes = [...Array(report.run.servers).keys(), ...clients].map((node) => report.run.nodes[node]!);
      expect(names.map(({ text }) => text)).toEqual(['faults', ...lanes]);
      expect(await page.evaluate(`[...document.querySelectorAll('.row .n, .row .t, .row .w')]
        .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)`)).toEqual([]);
    });
  });

  test.each([1280, 1920, 360])(
    'no label of the diagram covers another one or leaves the frame, %i wide',
    async (width) => {
      await withPage({ width, scheme: 'light' }, async (page) => {
        await page.addInitScript(listenToCanvases);
        await page.goto(address);
        for (const key of ['0', '+', '+', '+', 'Home', 'ArrowRight', 'v', 'v', '+', '-']) {
          await page.keyboard.press(key);
          await page.waitForTimeout(120);
          const written = await drawnBy(page, 'written()');
          expect(written.length).toBeGreaterThan(5);
          const frame = await page.evaluate(`((one) =>
          [one.clientWidth, one.clientHeight])(document.getElementById('canvas'))`);
          const [frameWidth, frameHeight] = frame as [number, number];
          const outside = written.filter(
            ({ left, right, top, bottom }) => left < 0 || right > frameWidth || top < 0 || bottom > frameHeight,
          );
          expect(outside).toEqual([]);
          const covered = written.flatMap((one, i) =>
            written
              .slice(i + 1)
              .filter((other) => one.left < other.right - 0.5 && one.right > other.left + 0.5)
              .filter((other) => one.top < other.bottom && one.bottom > other.top)
              .map((other) => `${one.text} | ${other.text}`),
          );
          expect(covered, `behind ${key}`).toEqual([]);
        }
      });
    },
    60_000,
  );

  test('every control is reached by the keyboard alone, and is seen to be', async () => {
    await withPage({ width: 1280, scheme: 'light' }, async (page) => {
      await page.goto(address);
      const reached = new Set<string>();
      const outlines: string[] = [];
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(`((one) =>
          [one.id || one.getAttribute("aria-label") || one.tagName, getComputedStyle(one).outlineStyle])(document.activeElement)`);
        const [name, outline] = focused as [string, string];
        if (name === 'BODY') break;
        reached.add(name);
        if (outline === 'none') outlines.push(name);
      }
      const asked = 'button[id]:not(:disabled):not([hidden]), input, select, #steps, #stage';
      const controls = (await page.evaluate(
        `[...document.querySelectorAll('${asked}')].map((one) => one.id)`,
      )) as string[];
      expect(controls.filter((id) => !reached.has(id))).toEqual([]);
      expect(outlines).toEqual([]);
    });
  });

  test('on paper it is light, the text is open and no step is cut', async () => {
    await withPage({ width: 1280, scheme: 'dark' }, async (page) => {
      await page.goto(address);
      await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      expect(await page.locator('#text').getAttribute('open')).not.toBe(null);
      expect(await page.locator('.bar').isVisible()).toBe(false);
      const rows = report.run.rows.length;
      expect(await page.locator('.row').count()).toBe(Math.min(300, rows));
      if (rows > 300)
        expect(await page.locator('#printed').textContent()).toContain(`of ${rows.toLocaleString('en-US')}`);
      await page.emulateMedia({ media: null });
      await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(undefined);
    });
  });

  test('whatever values hold, they are text: no element and no script comes of them', async () => {
    const bait = '</script><img src=x onerror=alert(1)><svg onload=alert(2)>"\'><b>&lt;i&gt;</b><!--';
    const spoiled = (value: unknown, name: string): unknown => {
      if (typeof value === 'string')
        return ['kind', 'fate', 'format', 'role'].includes(name) ? value : `${value} ${bait}`;
      if (Array.isArray(value)) return value.map((one) => spoiled(one, name));
      if (typeof value !== 'object' || value === null) return value;
      // Names of fields are values too: keys of the store are in them.
      const isOpen = ['changed', 'held', 'network'].includes(name);
      const named = (field: string): string =>
        isOpen && field !== 'role' && field !== 'currentTerm' ? `${field} ${bait}` : field;
      return Object.fromEntries(Object.entries(value).map(([field, one]) => [named(field), spoiled(one, field)]));
    };
    const [one, two] = report.run.operations;
    const history = { key: 'k', why: 'none', clash: [one!.id, two!.id], longest: [one!.id], blocked: two!.id };
    const configuration = [{ field: 'f', value: 'v', plain: 'p' }];
    const bad = write('bait.html', spoiled({ ...report, full: null, history, configuration }, '') as Report);
    await withPage({ width: 1280, scheme: 'light' }, async (page) => {
      await page.goto(bad);
      for (const key of ['Home', 'ArrowRight', 'End', 'v']) await page.keyboard.press(key);
      await page.locator('#field').selectOption({ index: 1 });
      await page.locator('#search').fill('<img');
      await page.keyboard.press('Enter');
      await page.locator('#canvas').hover();
      expect(await page.locator('img, svg, b, i').count()).toBe(0);
      expect(await page.locator('script').count()).toBe(2);
      expect(await page.locator('#change').textContent()).toContain('<img src=x onerror=alert(1)>');
    });
  });
});

describe('what the page says of the clients\' history', () => {
  test.skipIf(browserPath === undefined)(
    'it never calls linearizable what is not, or what nobody looked at',
    async () => {
      const browser = await launchBrowser();
      const folder = mkdtempSync(join(tmpdir(), 'whitewater-history-'));
      try {
        const page = await browser.newPage();
        const sentence = async (one: Partial<Report>): Promise<string> => {
          writeFileSync(join(folder, 'page.html'), reportPage({ ...report, history: null, ...one }));
          await page.goto('about:blank');
          await page.goto(pathToFileURL(join(folder, 'page.html')).href);
          return (await page.locator('#history').textContent()) ?? '';
        };
        const broken = { kind: 'violation', property: 'Linearizability', detail: 'no order explains it' } as const;
        const other = { kind: 'violation', property: 'Election Safety', detail: 'two leaders' } as const;
        expect(await sentence({ verdict: broken, explainsHistory: false })).toBe(
          'The history of the clients is not linearizable. This system does not tell which operations clash.',
        );
        expect(await sentence({ verdict: broken, explainsHistory: true })).toBe(
          'The history of the clients is not linearizable; which operations clash could not be told.',
        );
        expect(await sentence({ verdict: other, explainsHistory: false })).toBe(
          'This system does not tell of the history of its clients.',
        );
        expect(await sentence({ verdict: other, explainsHistory: true })).toContain('No contradiction was found');
        expect(await sentence({ verdict: { kind: 'unknown', detail: 'key k' }, explainsHistory: true })).toContain(
          'was not decided',
        );
      } finally {
        await browser.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
