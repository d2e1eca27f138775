/** A report names the line: of each known bug, on the core that has it, the functions that the text points at. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { bugsIn, houseFolder } from '../../../harness/bugs/catalogue.ts';
import { fileOf, type KnownBug } from '../../../harness/bugs/known-bug.ts';
import { Replays } from '../../../harness/bugs/replay.ts';
import { accountOf } from '../../../harness/report/account.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { builtRegistryUrl } from '../../support/whitewater.ts';

const replays = new Replays(builtRegistryUrl, 1);
afterAll(() => replays.close());

const bugs = bugsIn(houseFolder()).filter(({ difficulty }) => difficulty !== 'control');

/** Of these the text points at the patched file, and at another function in it. */
const onlyTheFile = new Set([
  'D03', 'D05', 'E11', 'P03', 'P07', 'S06', 'S10', 'S13', 'S18', 'S23', 'E09', 'V20', 'W02', 'W03', 'W04', 'K09', 'K20',
  'K21', 'D02', 'V05', 'V07', 'V09', 'M30', 'M32',
]);
/**
 * W01: what a node does when its disk refuses a write is one word of its process, which no step of its shows. K01: the
 * text names the rule that the machine does not ask any more (wasExecuted), and not the machine.
 */
const missed = new Set(['K01', 'W01']);

const declared = /^(?:export )?(?:function (\w+)|const (\w+)|class (\w+))|^ {2}(?:static |get |private )*(\w+)\(.*\{$/;

/** The functions of the sound core in which a patch changes a line. */
function patchedFunctions({ patches }: KnownBug): ReadonlySet<string> {
  const found = new Set<string>();
  for (const patch of patches) {
    const lines = readFileSync(fileOf(patch), 'utf8').split('\n');
    for (const { oldStart, lines: changes } of patch.hunks) {
      let line = oldStart - 1;
      for (const change of changes) {
        const isCode = !/^.\s*(?:import|\/\*|\*|\/\/|[{}\]),;]*$)/.test(change);
        if (change[0] !== ' ' && isCode) {
          const name = enclosing(lines, change[0] === '-' ? line : line - 1);
          if (name !== null) found.add(`${fileOf(patch)} ${name}`);
        }
        if (change[0] !== '+') line += 1;
      }
    }
  }
  return found;
}

function enclosing(lines: readonly string[], from: number): string | null {
  for (let at = Math.min(from, lines.length - 1); at >= 0; at--) {
    const match = declared.exec(lines[at]!);
    const name = match?.slice(1).find((part) => part !== undefined);
    if (name !== undefined && !['if', 'for', 'while', 'switch'].includes(name)) return name;
  }
  return null;
}

const fileIn = (place: string): string => place.split(' ')[0]!;

describe('the text of a known bug points at what its patch changes', () => {
  test.each(bugs.map((bug) => [bug.id, bug] as const))('%s', async (id, bug) => {
    const { lookIn, text } = await replays.testified(bug);
    const functions = patchedFunctions(bug);
    const files = new Set(bug.patches.map(fileOf));
    const pointed = lookIn.some((place) => functions.has(place))
      ? 'function'
      : lookIn.some((place) => files.has(fileIn(place)))
        ? 'file'
        : 'nothing';
    expect(pointed, `${lookIn.join(', ')}; patched: ${[...functions].join(', ')}`).toBe(
      missed.has(id) ? 'nothing' : onlyTheFile.has(id) ? 'file' : 'function',
    );
    expect(lookIn.length).toBeLessThanOrEqual(5);
    expect(lookIn.length).toBeGreaterThan(0);
    for (const place of lookIn.slice(0, 1)) expect(text).toContain(place);
  });

  test('what misses is named, and is there', () => {
    const ids = new Set(bugs.map(({ id }) => id));
    for (const id of [...onlyTheFile, ...missed]) expect(ids).toContain(id);
  });
});

test('no step of the sound core breaks a rule by itself', () => {
  // In 629 a step cuts a log, executes what came in its place, and compacts it.
  for (const seed of [...Array.from({ length: 12 }, (_, i) => i + 1), 629]) {
    const { marked, account } = accountOf(swarm.system, swarm.draw(seed));
    expect(marked.length, `seed ${seed}`).toBeGreaterThan(account.rows.length / 4);
    const broken = marked.flatMap(({ place, marks }) =>
      marks
        .filter(({ against }) => against !== null)
        .map(({ says, against }) => `seed ${seed}, row ${place}: ${says}: ${against}`),
    );
    expect(broken).toEqual([]);
  }
});

test('a step that breaks Session Order is told as the step that it is, though no model can execute it (K19)', async () => {
  const { text } = await replays.testified(bugs.find(({ id }) => id === 'K19')!);
  expect(text).toContain('takes command 2 of c0');
  expect(text).not.toContain('the run is judged as a whole');
});
