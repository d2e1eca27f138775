/** A gate that cannot see a known bug any more must say so, whatever the reason. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCanaries } from '../../../harness/bugs/canary.ts';
import { houseFolder } from '../../../harness/bugs/catalogue.ts';
import { builtRegistryUrl } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-canaries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const patch = readFileSync(join(houseFolder(), 'e03-majority-is-half.patch'), 'utf8').replace(/^Canary: .*\n/m, '');
/** A control: it breaks nothing that the witness of another bug would show. */
const harmless = readFileSync(join(houseFolder(), 'controls', 'x2-late-votes-tallied.patch'), 'utf8').replace(
  'Difficulty: control', 'Difficulty: easy',
);
const witness = join(houseFolder(), 'e03-majority-is-half.plan.json');

/** A folder with these bugs. */
function own(bugs: Readonly<Record<string, { readonly patch: string; readonly witness: string | null }>>): string {
  const made = mkdtempSync(join(folder, 'own-'));
  for (const [name, bug] of Object.entries(bugs)) {
    writeFileSync(join(made, `${name}.patch`), bug.patch);
    if (bug.witness !== null) copyFileSync(bug.witness, join(made, `${name}.plan.json`));
  }
  return made;
}

test('each is shown by its witness, or it is said why not', async () => {
  const made = own({
    'a-shown': { patch, witness },
    'b-another-property': { patch: patch.replace(/^Property: .*$/m, 'Property: Log Matching'), witness },
    'c-shows-nothing': { patch: harmless, witness },
    'd-no-witness': { patch, witness: null },
    'e-does-not-fit': { patch: patch.replace(/^ (.*\S.*)$/m, ' $1 // moved'), witness },
  });
  const results = await runCanaries(builtRegistryUrl, 1, new AbortController().signal, made);
  expect(results.map(({ name, by, seeds }) => [name, by, seeds])).toEqual([
    ['a-shown', 'witness', 0], ['b-another-property', 'witness', null], ['c-shows-nothing', 'witness', null],
    ['d-no-witness', 'witness', null], ['e-does-not-fit', 'witness', null],
  ]);
  const troubles = results.map(({ trouble }) => trouble);
  expect(troubles[0]).toBe('');
  expect(troubles[1]).toMatch(/^its witness shows .+ instead of Log Matching: the harness has gone blind to it$/);
  expect(troubles[2]).toMatch(/^its witness shows nothing instead of /);
  expect(troubles[3]).toContain('no "Canary:" in its head: nothing shows that it is found');
  expect(troubles[4]).toContain('does not apply');
});

test('interrupted, those that were not looked for are left out', async () => {
  expect(await runCanaries(builtRegistryUrl, 1, AbortSignal.abort(), own({ a: { patch, witness } }))).toEqual([]);
});
