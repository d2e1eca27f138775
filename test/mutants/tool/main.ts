/** `npm run mutants`: plants each mutant alone, runs the tests that must see it, and lists those that nobody saw. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ended, wholeNumber } from '../../support/tool.ts';
import { allMutants, askedFor, changedSince, tenthOf, top, touchedBy } from './catalogue.ts';
import { Copy } from './copy.ts';
import type { Mutant } from './mutant.ts';
import { written } from './write.ts';
import { failuresOf, nameOf, reportsOf, sightOf, type Sight } from './trial.ts';

const usage = `npm run mutants -- [NAME...|PATH...] [options]

Plants each mutant of test/mutants/ alone in a copy of the working tree and runs the tests that its head names.
NAME is the beginning of a mutant's name; PATH a source, a folder or a test: all mutants that change or name it.

  --changed BASE     those of which a source, a test or the patch differs from this revision of git
  --tenth N          one of ten parts of all; with --changed both
  --workers N        so many at once (default: one for each two cores)
  --time-budget S    begin none after so many seconds; what was not run is named
  --timeout S        give one up after so many seconds (default 300)
  --tests-pass       do not run the tests without a mutant first: they are known to pass
  --write NAME --file FILE --old TEXT --new TEXT --breaks TEXT --test FILE[: NAME]... [--equivalent TEXT]
                     writes test/mutants/NAME.patch, which puts the new text in the place of the old one (it must occur
                     once; with lines, \\n stands for their ends), and runs it; the source stays as it is
  --list             only say which would be run

Exit code: 0 each was seen by every test that it names, 1 some were not, 2 some that were asked for by name or by
--changed were not run, 4 wrong usage or a patch that does not fit.
`;

interface Asked {
  /** These must be run; of the others as many as time allows. */
  readonly first: readonly Mutant[];
  readonly rest: readonly Mutant[];
}

interface Result {
  readonly mutant: Mutant;
  readonly sight: Sight;
  readonly wallMs: number;
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      changed: { type: 'string' }, tenth: { type: 'string' }, workers: { type: 'string' },
      'time-budget': { type: 'string' }, timeout: { type: 'string' }, 'tests-pass': { type: 'boolean' },
      list: { type: 'boolean' }, write: { type: 'string' }, file: { type: 'string' }, old: { type: 'string' },
      new: { type: 'string' }, breaks: { type: 'string' }, test: { type: 'string', multiple: true },
      equivalent: { type: 'string' }, help: { type: 'boolean' },
    },
  });
  if (values.help === true) return say(usage, 0);
  const number = (name: keyof typeof values, otherwise: number, least = 0): number => {
    const text = values[name];
    return typeof text === 'string' ? wholeNumber(name, text, least) : otherwise;
  };
  const names = values.write === undefined ? positionals : [written(values.write, values)];
  const { first, rest } = chosen(
    allMutants(), names, values.changed ?? null, values.tenth === undefined ? null : number('tenth', 0),
  );
  const all = [...first, ...rest];
  if (all.length === 0) return say('no mutant is touched\n', 0);
  if (values.list === true) return say(all.map(({ name, breaks }) => `${name}: ${breaks}\n`).join(''), 0);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-mutants-'));
  try {
    const workers = Math.min(all.length, Math.max(1, number('workers', Math.ceil(availableParallelism() / 2), 1)));
    const copy = Copy.of(top, join(folder, '0'));
    const copies = [copy, ...Array.from({ length: workers - 1 }, (_, i) => copy.twin(join(folder, String(i + 1))))];
    const timeoutMs = number('timeout', 300, 1) * 1000;
    const endMs = performance.now() + number('time-budget', 1_000_000) * 1000;
    const failures =
      values['tests-pass'] === true ? [] : await failuresWithout(copies[0]!, all, 10 * timeoutMs, stop.signal);
    if (failures.length > 0) return say(failures.join(''), 1);
    const results = await allTried(copies, all, { timeoutMs, endMs, stop: stop.signal });
    return say(summary(all, results), codeOf(first, results));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function chosen(all: readonly Mutant[], names: readonly string[], base: string | null, tenth: number | null): Asked {
  if (base === null && tenth === null) return { first: askedFor(all, names), rest: [] };
  const touched = base === null ? [] : touchedBy(all, changedSince(base));
  const first = names.length === 0 ? touched : [...new Set([...askedFor(all, names), ...touched])];
  return { first, rest: (tenth === null ? [] : tenthOf(all, tenth)).filter((mutant) => !first.includes(mutant)) };
}

/** A test that fails without a mutant sees nothing. */
async function failuresWithout(
  copy: Copy, mutants: readonly Mutant[], timeoutMs: number, stop: AbortSignal,
): Promise<readonly string[]> {
  const watchers = [
    ...new Map(mutants.flatMap((mutant) => mutant.watchers).map((watcher) => [nameOf(watcher), watcher])).values(),
  ];
  const failures = failuresOf(watchers, await reportsOf(copy.folder, watchers, timeoutMs, stop));
  return failures.map((failure) => `nothing is planted, and ${failure}\n`);
}

interface Limits {
  readonly timeoutMs: number;
  readonly endMs: number;
  readonly stop: AbortSignal;
}

async function allTried(
  copies: readonly Copy[], mutants: readonly Mutant[], { timeoutMs, endMs, stop }: Limits,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = mutants.values();
  const serve = async (copy: Copy): Promise<void> => {
    while (!stop.aborted && performance.now() < endMs) {
      const next = queue.next();
      if (next.done === true) return;
      const startedMs = performance.now();
      copy.plant(next.value);
      const sight = sightOf(next.value.watchers, await reportsOf(copy.folder, next.value.watchers, timeoutMs, stop));
      copy.restore();
      const result: Result = { mutant: next.value, sight, wallMs: performance.now() - startedMs };
      results.push(result);
      say(lineOf(result), 0);
    }
  };
  await Promise.all(copies.map(serve));
  return results;
}

const isGood = ({ mutant, sight }: Result): boolean =>
  mutant.equivalent === null ? sight.kind === 'seen' : sight.kind === 'unseen';

function lineOf({ mutant: { name, equivalent }, sight, wallMs }: Result): string {
  const told =
    sight.kind === 'unseen'
      ? `${equivalent === null ? 'NOT SEEN' : 'equivalent, not seen'} by ${sight.by.join(', ')}`
      : sight.kind === 'unjudged'
        ? `NOT JUDGED: ${sight.why}`
        : equivalent === null
          ? 'seen'
          : 'SEEN, although it is called equivalent';
  return `${(wallMs / 1000).toFixed(1).padStart(6)} s  ${name}: ${told}\n`;
}

function summary(all: readonly Mutant[], results: readonly Result[]): string {
  const bad = results.filter((result) => !isGood(result));
  const left = all.filter((mutant) => !results.some((result) => result.mutant === mutant));
  return [
    `\n${results.length - bad.length} of ${results.length} mutants are as their heads say`,
    ...bad.map(({ mutant: { name, breaks } }) => `  survives: ${name}: ${breaks}`),
    ...(left.length === 0 ? [] : [`not run: ${left.map(({ name }) => name).join(', ')}`]), '',
  ].join('\n');
}

function codeOf(first: readonly Mutant[], results: readonly Result[]): number {
  if (results.some((result) => !isGood(result))) return 1;
  return first.every((mutant) => results.some((result) => result.mutant === mutant)) ? 0 : 2;
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

await ended('mutants', () => main(process.argv.slice(2)));
