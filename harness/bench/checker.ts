/**
 * The checker against Go's Porcupine on the shared histories: `node dist/harness/bench/checker.js [FOLDER]`.
 *
 * The Go figures come with the histories and were taken on another run, on one core; what this prints is a
 * ratio of two runs, not a side-by-side measurement. Times are without reading the file; first in fresh processes,
 * each log once and in order, as one who checks a folder meets them; then after a warm-up, the median of repeated
 * checks.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asModel, detectFormat, formats, type ModelHistory } from '../../checkers/porcupine-ts-port/formats/index.ts';
import {
  checkOperations, type CheckOptions, type ModelName, type Verdict,
} from '../../checkers/porcupine-ts-port/index.ts';
import { table } from '../text/format.ts';

interface Row {
  readonly file: string;
  readonly model: ModelName;
  readonly verdict: 'ok' | 'illegal';
  readonly operations: number;
  readonly goSteps: number | null;
  readonly goMsOneCore: number;
}

interface Measured {
  readonly row: Row;
  readonly verdict: Verdict;
  readonly ms: number;
}

/** Enough for the compiler to have settled, and for the median to mean something. */
const warmUpRounds = 40;
const minSamples = 5;
const maxSamples = 201;
const samplingMs = 300;

function historiesFolder(): string | undefined {
  const named = process.argv[2] ?? process.env['WHITEWATER_HISTORIES'];
  if (named !== undefined) return resolve(named);
  // Beside the checkout, whether this runs from the sources or from dist.
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'shared', 'histories');
    if (existsSync(join(candidate, 'expected.json'))) return candidate;
  }
  return undefined;
}

function load(folder: string, row: Row): ModelHistory {
  const text = readFileSync(join(folder, row.file), 'utf8');
  return asModel(formats[detectFormat(text)](text), row.model);
}

function measure(row: Row, { model, operations }: ModelHistory, method: CheckOptions['method'] & string): Measured {
  const samples: number[] = [];
  let verdict: Verdict | undefined;
  const endMs = performance.now() + samplingMs;
  while (samples.length < minSamples || (samples.length < maxSamples && performance.now() < endMs)) {
    const startMs = performance.now();
    verdict = checkOperations(model, operations, { method });
    samples.push(performance.now() - startMs);
  }
  samples.sort((a, b) => a - b);
  return { row, verdict: verdict!, ms: samples[samples.length >> 1]! };
}

/** So many fresh processes; the median of their sums. */
const freshProcesses = 5;
const firstPassFlag = '--first-pass';

/** Milliseconds for each of Jepsen's logs, checked once and in order by a process that has checked nothing before. */
function firstPass(folder: string): void {
  const rows = (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Row[]).filter(({ file }) =>
    file.startsWith('jepsen/'),
  );
  const loaded = rows.map((row) => load(folder, row));
  const times = loaded.map(({ model, operations }) => {
    const startMs = performance.now();
    checkOperations(model, operations);
    return performance.now() - startMs;
  });
  process.stdout.write(JSON.stringify(times));
}

function reportFirstPass(folder: string, rows: readonly Row[]): void {
  const logs = rows.filter(({ file }) => file.startsWith('jepsen/'));
  const goMs = logs.reduce((sum, { goMsOneCore }) => sum + goMsOneCore, 0);
  const sums = Array.from({ length: freshProcesses }, () => {
    const text = execFileSync(process.execPath, [fileURLToPath(import.meta.url), firstPassFlag, folder], {
      encoding: 'utf8',
    });
    return (JSON.parse(text) as number[]).reduce((sum, ms) => sum + ms, 0);
  }).toSorted((a, b) => a - b);
  const here = sums[sums.length >> 1]!;
  process.stdout.write(
    `\nfirst use in a fresh process, ${logs.length} of Jepsen's logs in order: ${milliseconds(here)} ms in all (${milliseconds(sums[0]!)} to ${milliseconds(sums.at(-1)!)}), ` +
      `Go ${milliseconds(goMs)} ms on one core: ${(here / goMs).toFixed(2)}\n`,
  );
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
const milliseconds = (ms: number): string => (ms < 10 ? ms.toFixed(4) : ms.toFixed(1));

function report(measured: readonly Measured[]): void {
  const lines = measured.map(({ row, verdict, ms }) => [
    row.file,
    row.model,
    verdict.kind === row.verdict ? verdict.kind : `${verdict.kind}, WRONG: ${row.verdict} is listed`,
    verdict.method,
    String(verdict.steps),
    String(row.goSteps ?? '-'),
    milliseconds(ms),
    milliseconds(row.goMsOneCore),
    (ms / row.goMsOneCore).toFixed(4),
  ]);
  const head = ['file', 'model', 'verdict', 'method', 'steps', 'Go steps', 'ms', 'Go ms', 'ratio'];
  process.stdout.write(`${table([head, ...lines], [4, 5, 6, 7, 8])}\n\n`);
  const ratios = measured.map(({ row, ms }) => ms / row.goMsOneCore);
  const slowest = measured.reduce((worst, one) =>
    one.ms / one.row.goMsOneCore > worst.ms / worst.row.goMsOneCore ? one : worst,
  );
  const folders = [...new Set(measured.map(({ row }) => dirname(row.file)))];
  const byFolder = folders.map(
    (folder) =>
      `${folder} ${geometricMean(measured.flatMap(({ row, ms }) => (dirname(row.file) === folder ? [ms / row.goMsOneCore] : []))).toFixed(3)}`,
  );
  process.stdout.write(
    `time here / time of Go's Porcupine on one core, geometric mean: ${geometricMean(ratios).toFixed(3)} (${byFolder.join(', ')})\n`,
  );
  process.stdout.write(
    `slowest against Go: ${(slowest.ms / slowest.row.goMsOneCore).toFixed(3)} (${slowest.row.file}, ${slowest.row.model})\n`,
  );
  const long = measured.filter(({ row }) => /synthetic\/(reg|kv|crash)_/.test(row.file));
  if (long.length > 0) {
    process.stdout.write(
      `unique-value histories, Go / here: ${long.map(({ row, ms }) => `${row.file.split('/')[1]!.replace('.jsonl', '')} ${(row.goMsOneCore / ms).toFixed(1)}`).join(', ')}\n`,
    );
  }
}

function main(): number {
  const folder = historiesFolder();
  if (folder === undefined) {
    process.stderr.write(
      'the shared histories are absent: name their folder as an argument or in WHITEWATER_HISTORIES\n',
    );
    return 4;
  }
  const rows = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Row[];
  const loaded = rows.map((row) => ({ row, history: load(folder, row) }));
  process.stdout.write(
    `Node ${process.versions.node}; after warm-up, median, reading the files not counted.\n` +
      "Go's figures were taken on another run (see the histories' README): ratios across runs, not side by side.\n",
  );
  reportFirstPass(folder, rows);
  let wrong = 0;
  for (const method of ['auto', 'search', 'plain'] as const) {
    // The whole-store model without its fast path is a search over whole maps: seconds, and no news.
    const chosen = loaded.filter(({ row }) => method === 'auto' || row.model !== 'kv-unpartitioned');
    for (let round = 0; round < warmUpRounds; round++) {
      for (const { row, history } of chosen)
        if (row.goMsOneCore < 1) checkOperations(history.model, history.operations, { method });
    }
    const measured = chosen.map(({ row, history }) => measure(row, history, method));
    process.stdout.write(`\n== method ${method}${method === 'auto' ? ' (the default)' : ''}\n\n`);
    report(measured);
    wrong += measured.filter(({ row, verdict }) => verdict.kind !== row.verdict).length;
  }
  return wrong === 0 ? 0 : 1;
}

if (process.argv[2] === firstPassFlag) firstPass(process.argv[3]!);
else process.exitCode = main();
