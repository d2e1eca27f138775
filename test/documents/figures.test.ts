/** The figures of the documents are made by a command, or it is said where they come from and when. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { figures } from './tool/figures.ts';
import { measured, top, type Measured } from './tool/measured.ts';
import { regionsIn, RegionError, tablesIn, withRegion } from './tool/regions.ts';

const documents = [
  'README.md',
  ...readdirSync(join(top, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (path: string): string => readFileSync(join(top, path), 'utf8');

const results = new Map<string, Measured>();
function once(command: string): Measured {
  const result = results.get(command) ?? measured(command);
  results.set(command, result);
  return result;
}

/**
 * Tables of figures that no command makes anew, by document and the beginning of their head: when they were measured,
 * or which test holds them.
 */
const elsewhere: readonly (readonly [document: string, head: string, why: string])[] = [
  ['docs/lab-bugs.md', '| fault | tests of the labs |', '2026-11-24: which tests catch which of ten faults'],
  ['docs/shrinking.md', '| planted fault | seed |', '2026-11-23: how far ten faults shrank'],
  ['docs/any-language.md', '| what happens | what is said', 'no figures: exit codes'],
  ['docs/explorer.md', '| bounds (3 servers) |', 'test/harness/explore/raft-kv.test.ts'],
  ['docs/explorer.md', '| two-phase commit, one transaction', 'test/scenarios/examples.test.ts'],
  ['docs/explorer.md', '| bug | property | actions', 'test/scenarios/bugs/explored.test.ts'],
  ['docs/explorer.md', '| `whitewater explore ...` | distinct', '2026-11-23: two searches of five minutes each'],
  [
    'docs/explorer.md', '| `whitewater explore --clients 0 --workers 1',
    'test/harness/explore/raft-kv.test.ts, and 2026-11-28: the two larger ones',
  ],
  ['docs/explorer.md', '| | generated/s |', '2026-11-23: rates beside those of other tools'],
  ['docs/fault-model.md', '| Kind | What it does | Bounds in the swarm', 'test/harness/faults/document.test.ts'],
  ['docs/fleet.md', '| seeds | CPU time | wall time', '2026-11-27: the commands in the table'],
  ['docs/options.md', '| setting | what it does', 'no figures: sections of the dissertation'],
  ['docs/options.md', '| bounds | distinct', 'test/harness/explore/raft-kv.test.ts'],
  [
    'docs/explorer.md', '| `whitewater explore --servers 2',
    'test/harness/explore/raft-kv.test.ts, and 2026-11-28: the two larger ones',
  ],
  ['docs/options.md', '| of 40 seeds | timers take', 'test/scenarios/lease-clocks.test.ts'],
  ['docs/options.md', '| of 40 seeds | log |', '2026-11-28: the three commands above it'],
  ['docs/options.md', '| of 60 seeds |', '2026-11-27: the two commands above it'],
  ['docs/specification.md', '| `--published` | distinct', 'test/checkers/spec/counts.test.ts'],
  ['docs/specification.md', '| `--eager` and | distinct', 'test/checkers/spec/counts.test.ts'],
  ['docs/specification.md', '| `--pipelined --eager --joined` and | distinct', 'test/checkers/spec/counts.test.ts'],
  ['docs/specification.md', '| rule | section | without it', 'test/checkers/spec/rules.test.ts'],
  [
    'docs/specification.md', '| defect | rule | seed',
    '2026-11-27: the first of seeds 1 to 100 at which each was found',
  ],
  ['docs/speed.md', '| How | 97d70e0, ms a seed', '2026-11-27: on a busy machine, as is said above it'],
  ['docs/speed.md', '| What is on | Without options', '2026-11-28: on a busy machine'],
  ['docs/speed.md', '| What | Gave | Digests', '2026-11-27: on a busy machine'],
  ['docs/speed.md', '| What | Main thread, ms', '2026-11-27: flags of the engine, two rounds each'],
  [
    'docs/speed.md', '| Grown | us a step',
    '2026-11-28: `npm run bench -- --growth`, a minute and a half of a busy machine',
  ],
  ['docs/speed.md', '| Command | Asked | Before', '2026-11-28: on a busy machine, as is said above it'],
  ['docs/speed.md', '| What | Gave |', '2026-11-28: prototypes that are there no more'],
  ['docs/track-record.md', '| what was late | before |', '2026-11-23: what early measurements led to'],
];

describe('figures in documents', () => {
  test.each(documents)('every table of figures of %s is made by a command, or listed', (document) => {
    const left = tablesIn(document, read(document)).filter(
      ({ hasFigures, region, head }) =>
        hasFigures &&
        region === null &&
        !elsewhere.some(([where, begin]) => where === document && head.startsWith(begin)),
    );
    expect(left.map(({ line, head }) => `${document}:${line}: ${head}`)).toEqual([]);
  });

  test('what is listed is there', () => {
    for (const [document, begin] of elsewhere)
      expect(
        tablesIn(document, read(document)).some(({ head }) => head.startsWith(begin)), `${document}: ${begin}`,
      ).toBe(true);
  });

  test('every region has its figures, and all figures their region; each says where it comes from', () => {
    const regions = documents.flatMap((document) =>
      regionsIn(document, read(document)).map(({ name }) => `${document} ${name}`),
    );
    expect(regions.sort()).toEqual(figures.map(({ document, name }) => `${document} ${name}`).sort());
    for (const document of documents) for (const { origin, lines } of regionsIn(document, read(document))) {
      expect(origin).toMatch(/; revision .+/);
      expect(lines.length).toBeGreaterThan(0);
    }
  });

  test.each(figures.flatMap((one) => (one.quick === null ? [] : [[one.name, one, one.quick] as const])))(
    '%s can be made',
    (_name, one, quick) => {
      const lines = one.lines(quick.map(once));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/);
      // The same columns as in the document.
      const region = regionsIn(one.document, read(one.document)).find(({ name }) => name === one.name)!;
      const heads = (some: readonly string[]): readonly string[] =>
        tablesIn(one.document, ['', ...some].join('\n')).map(({ head }) => head);
      expect(heads(lines)[0]).toBe(heads(region.lines)[0]);
    },
  );
});

describe('regions', () => {
  const text = 'a\n<!-- figures:x make x; revision 1 -->\nold\n<!-- /figures -->\nb\n';

  test('what lies between the marks is replaced, the rest stays', () => {
    expect(withRegion('d.md', text, 'x', 'make y; revision 2', ['new', 'er'])).toBe(
      'a\n<!-- figures:x make y; revision 2 -->\nnew\ner\n<!-- /figures -->\nb\n',
    );
  });

  test.each([
    [text.replace('<!-- /figures -->\n', ''), 'd.md:2: "x" is never closed'],
    [`${text}<!-- /figures -->\n`, 'd.md:6: closes nothing'],
    [text.replace('old', '<!-- figures:y z -->'), 'd.md:3: "x" is still open'],
    ['<!-- figures:x -->\n', 'd.md:1: expected <!-- figures:NAME'],
  ])('%j is refused', (bad, says) => expect(() => regionsIn('d.md', bad)).toThrow(says));

  test('a region that is not there is said', () =>
    expect(() => withRegion('d.md', text, 'y', '', [])).toThrow(RegionError));

  test.each([
    ['| a | b |\n|---|--:|\n| x | 1,000 |\n| y | 12 ms |\n', true],
    ['| a | b |\n|---|---|\n| x | 20/20 |\n', true],
    ['| a | b |\n|---|---|\n| x | word |\n| y | other |\n', false],
    ['| 1 | b |\n|---|---|\n| 1 | word |\n| 2 | other |\n', false],
  ])('%j has figures: %s', (table, hasFigures) =>
    expect(tablesIn('d.md', table).map((one) => one.hasFigures)).toEqual([hasFigures]),
  );
});
