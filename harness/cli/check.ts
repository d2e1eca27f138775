/** `whitewater check`: are recorded histories linearizable? */
import { basename, extname } from 'node:path';
import { checkOperationsInSlices } from '../../checkers/porcupine-ts-port/check.ts';
import { describeOperation } from '../../checkers/porcupine-ts-port/describe.ts';
import type { Explanation } from '../../checkers/porcupine-ts-port/explain/explain.ts';
import { mustFitModel } from '../../checkers/porcupine-ts-port/fit.ts';
import {
  asModel, detectFormat, FormatError, formats, guessModel, type FormatName, type ModelHistory, type RecordedHistory,
} from '../../checkers/porcupine-ts-port/formats/index.ts';
import { models, type ModelName } from '../../checkers/porcupine-ts-port/models/index.ts';
import { HistoryError } from '../../checkers/porcupine-ts-port/operation.ts';
import { orderHistory } from '../../checkers/porcupine-ts-port/order.ts';
import type { CrossCheck, Difference, Progress, Verdict, Weaker } from '../../checkers/porcupine-ts-port/verdict.ts';
import {
  durationMs, exitCode, parseCommandLine, UsageError, wholeNumber, type Command, type ExitCode, type Terminal,
} from './command.ts';
import { mustBeWritable, readText, writeWhole } from '../text/files.ts';
import { Kept } from './kept.ts';
import { count, duration, plural, short } from '../text/format.ts';
import { jsonText } from '../text/printable.ts';

const modelNames = Object.keys(models) as ModelName[];
const formatNames = Object.keys(formats) as FormatName[];
const defaultColumns = 80;
/** An explanation longer than this is left to the picture. */
const maxBars = 40;
/** Characters of a reason that is not the first. */
const maxWhy = 200;
/** A picture that was asked for gets so much time, whatever is left. */
const shortestPictureMs = 500;
const progressEveryMs = 250;
const bytesInMiB = 1024 * 1024;
/** For the second look of --cross-check, for each file. */
const crossCheckSteps = 20_000_000;

const usage = `whitewater check FILE... [options]

Says for each recorded history whether it is linearizable: ok, illegal or unknown. Of an illegal one it shows
the few operations that cannot all be true, at the first error in time, and which other keys are illegal.

  --model NAME       ${modelNames.join(', ')}
                     (default: by the operations that the file holds)
  --format NAME      auto, ${formatNames.join(', ')} (default: auto)
  --budget STEPS     steps for each file; over it the verdict is unknown (default: 200,000,000)
  --memory MIB       memory for each file, in MiB; over it the verdict is unknown (default: 512)
  --timeout TIME     time for each file, such as 10s; over it the verdict is unknown. A budget in steps gives
                     the same verdict on every machine, a time does not. The explanation is in it
  --cross-check N    lets the general search go over the first N files too where a faster way decided them: a
                     difference is a fault of the checker (default: 0)
  --html FILE        writes a picture of the history; of several histories one each, FILE-NAME.html
  --json FILE        writes the verdicts and the minimal sub-histories as JSON

A line of JSON lines: {"client":1,"op":"put","key":"k0","value":"v0","output":null,"call":0,"return":9}, with
"return":null for an operation that never returned; without "output" it was not told. An empty file is a history
without operations.

Exit code: 0 all are ok, 1 one is illegal, 2 one is unknown, 4 wrong usage or damaged input, 5 two ways of checking
differ.
`;

interface Input extends ModelHistory {
  readonly file: string;
  readonly recorded: RecordedHistory;
}

interface Limits {
  readonly budgetSteps?: number;
  readonly memoryBytes?: number;
  readonly timeoutMs?: number;
  readonly crossCheckSteps?: number;
}

interface Outcome {
  readonly input: Input;
  readonly verdict: Verdict;
  readonly wallMs: number;
  readonly explanation: Explanation | undefined;
}

export const checkCommand: Command = {
  isAlone: true,
  usage,
  async run(argv, { terminal }) {
    const { values, positionals } = parseCommandLine('check', argv, {
      model: { type: 'string' },
      format: { type: 'string', default: 'auto' },
      budget: { type: 'string' },
      memory: { type: 'string' },
      timeout: { type: 'string' },
      'cross-check': { type: 'string' },
      html: { type: 'string' },
      json: { type: 'string' },
    });
    if (positionals.length === 0)
      throw new UsageError('check needs a FILE with a recorded history (see: whitewater check --help)');
    const model = values.model === undefined ? undefined : oneOf('--model', values.model, modelNames);
    const format =
      values.format === 'auto' ? 'auto' : oneOf('--format', values.format, ['auto', ...formatNames] as const);
    const limits: Limits = {
      ...(values.budget !== undefined && {
        budgetSteps: wholeNumber('--budget', values.budget, 1, Number.MAX_SAFE_INTEGER),
      }),
      ...(values.memory !== undefined && {
        memoryBytes: wholeNumber('--memory', values.memory, 1, 1 << 20) * bytesInMiB,
      }),
      ...(values.timeout !== undefined && { timeoutMs: durationMs('--timeout', values.timeout) }),
    };
    const crossChecked =
      values['cross-check'] === undefined
        ? 0
        : wholeNumber('--cross-check', values['cross-check'], 0, Number.MAX_SAFE_INTEGER);
    const pictureOf = (file: string): string => pictureName(values.html!, file, positionals.length);
    if (values.json !== undefined) mustBeWritable(values.json, terminal.err, positionals);
    if (values.html !== undefined)
      for (const file of positionals) mustBeWritable(pictureOf(file), terminal.err, positionals);
    // All are read before any is checked: damaged input is told at once.
    const inputs = positionals.map((file) => readInput(file, format, model));
    const outcomes: Outcome[] = [];
    const kept = new Kept();
    for (const [at, input] of inputs.entries()) {
      const outcome = await checkOne(input, { ...limits, ...(at < crossChecked && { crossCheckSteps }) }, terminal);
      outcomes.push(outcome);
      terminal.out(await tell(outcome, terminal));
      if (values.html === undefined) continue;
      const path = pictureOf(input.file);
      const drawn = await picture(outcome, limits, terminal.interrupted);
      if (kept.write(() => writeWhole(path, drawn))) terminal.out(`  picture: ${path}\n`);
    }
    const { json } = values;
    if (json !== undefined) kept.write(() => writeWhole(json, `${jsonText({ files: outcomes.map(asJson) }, 2)}\n`));
    kept.tell(terminal);
    const code = worst(outcomes.map(({ verdict }) => verdict));
    const isAllWritten = kept.facts.unwritten?.length === 0;
    return isAllWritten || code === exitCode.violation || code === exitCode.harnessFault ? code : exitCode.usage;
  },
};

function oneOf<const N extends string>(option: string, text: string, names: readonly N[]): N {
  const name = names.find((one) => one === text);
  if (name === undefined) throw new UsageError(`${option} takes one of ${names.join(', ')}, not "${text}"`);
  return name;
}

/** One picture has the name that was asked for; several have the names of their histories in it. */
function pictureName(html: string, file: string, files: number): string {
  if (files === 1) return html;
  const extension = extname(html);
  return `${html.slice(0, html.length - extension.length)}-${basename(file)}${extension === '' ? '.html' : extension}`;
}

/** @throws UsageError with the file, the line and what was expected there */
function readInput(file: string, format: FormatName | 'auto', model: ModelName | undefined): Input {
  const text = readText(file);
  let recorded: RecordedHistory | undefined;
  try {
    recorded = formats[format === 'auto' ? detectFormat(text) : format](text);
    const name = model ?? guessModel(recorded);
    if (name === undefined) {
      const ops = [...new Set(recorded.operations.map(({ op }) => op))].join(', ');
      throw new UsageError(`${file}: no model has all the operations ${ops}; name one with --model`);
    }
    const read = asModel(recorded, name);
    // Whatever cannot be a history is told now, not after the histories before it were checked.
    mustFitModel(read.model, read.operations);
    orderHistory(read.operations);
    return { ...read, file, recorded };
  } catch (error) {
    // A name in a damaged file may go over many lines.
    if (error instanceof FormatError)
      throw new UsageError(`${file}:${error.line}: ${error.message.replaceAll('\n', '\\n')}`);
    if (error instanceof HistoryError)
      throw new UsageError(`${file}:${recorded?.operations[error.index]?.line ?? 1}: ${error.message}`);
    throw error;
  }
}

async function checkOne(input: Input, limits: Limits, terminal: Terminal): Promise<Outcome> {
  const clock = (): number => performance.now();
  const startMs = clock();
  let shownMs = startMs;
  let isShown = false;
  const pause = async (says: () => string): Promise<void> => {
    // The event loop must have its turn, or Ctrl-C would not be heard.
    await new Promise((resolve) => setImmediate(resolve));
    if (!terminal.isTerminal || clock() - shownMs < progressEveryMs) return;
    shownMs = clock();
    isShown = true;
    terminal.err(`\r\x1b[2K${`${input.file}: ${says()}`.slice(0, terminal.columns - 1)}`);
  };
  const { model, operations } = input;
  const signal = terminal.interrupted;
  const progress = ({ steps, partitionsDone, partitions, bytes }: Progress): string =>
    `${short(steps)} steps, ${partitionsDone} of ${partitions} partitions, ${Math.round(bytes / bytesInMiB)} MiB`;
  const verdict = await checkOperationsInSlices(
    model, operations, { ...limits, clock, signal, everyIllegal: true, weaker: true },
    (now) => pause(() => progress(now)),
  );
  const wallMs = clock() - startMs;
  const explanation =
    verdict.kind === 'illegal' ? await explainOne(input, verdict, limits, signal, wallMs, pause) : undefined;
  if (isShown) terminal.err('\r\x1b[2K');
  return { input, verdict, wallMs, explanation };
}

/** What explains and draws is loaded when there is something to explain or to draw: most files are ok. */
async function explainOne(
  { model, operations }: Input, verdict: Verdict, limits: Limits, signal: AbortSignal, passedMs: number,
  pause: (says: () => string) => Promise<void>,
): Promise<Explanation | undefined> {
  const { defaultExplainSteps, explainInSlices } = await import('../../checkers/porcupine-ts-port/explain/explain.ts');
  const { budgetSteps, memoryBytes, timeoutMs } = limits;
  const bounds = {
    clock: () => performance.now(),
    signal,
    ...(budgetSteps !== undefined && { budgetSteps: Math.min(budgetSteps, defaultExplainSteps) }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(timeoutMs !== undefined && { timeoutMs: Math.max(0, timeoutMs - passedMs) }),
  };
  return explainInSlices(model, operations, verdict, bounds, () =>
    pause(() => 'illegal; looking for the few operations that show it'),
  );
}

const reasons: Record<NonNullable<Verdict['reason']>, string> = {
  steps: 'the steps were used up; give more with --budget',
  memory: 'the memory was used up; give more with --memory',
  time: 'the time was used up; give more with --timeout',
  aborted: 'interrupted',
  disagreement: 'two methods of the checker disagree, and one of them is wrong',
};

async function tell({ input, verdict, wallMs, explanation }: Outcome, terminal: Terminal): Promise<string> {
  const time = wallMs < 10 ? `${wallMs.toFixed(2)} ms` : duration(wallMs);
  const work = verdict.steps === 0 ? verdict.method : `${verdict.method}, ${plural(verdict.steps, 'step')}`;
  const operations = input.operations.length === 0 ? 'no operations' : plural(input.operations.length, 'operation');
  const lines = [`${input.file}: ${verdict.kind}, ${operations}, ${time} (${input.modelName}; ${work})`];
  if (verdict.reason !== undefined) lines.push(`  unknown is no pass: ${reasons[verdict.reason]}`);
  if (verdict.difference !== undefined) lines.push(...tellDifference(input, verdict.difference));
  if (verdict.crossCheck !== undefined) lines.push(tellCrossCheck(verdict.crossCheck));
  if (explanation !== undefined) lines.push(...(await tellWhy(input, explanation, verdict, terminal)));
  if (verdict.weaker !== undefined) lines.push(tellWeaker(verdict.weaker));
  return `${lines.join('\n')}\n`;
}

/** What is left of it, for systems that promise less. */
function tellWeaker({ sequential, readYourWrites, monotonicReads, writesFollowReads }: Weaker): string {
  const said = {
    ok: 'but sequentially consistent', illegal: 'nor sequentially consistent',
    unknown: 'and whether it is sequentially consistent is not known',
  }[sequential];
  const sessions = Object.entries({
    'read your writes': readYourWrites, 'monotonic reads': monotonicReads, 'writes follow reads': writesFollowReads,
  });
  const named = (kind: Verdict['kind']): string =>
    sessions
      .filter(([, found]) => found === kind)
      .map(([name]) => name)
      .join(', ');
  const kept = named('ok') === '' ? '' : `; kept: ${named('ok')}`;
  return `  not linearizable, ${said}${kept}${named('illegal') === '' ? '' : `; broken: ${named('illegal')}`}`;
}

function tellCrossCheck({ confirmed, undecided, steps }: CrossCheck): string {
  const rest = undecided === 0 ? '' : `, and did not get to an answer for ${count(undecided)}`;
  return `  cross-check: the search confirmed ${plural(confirmed, 'part')}${rest} (${plural(steps, 'step')})`;
}

function tellDifference(input: Input, { key, operations, method, said }: Difference): string[] {
  const lines = operations.map((index) => input.recorded.operations[index]!.line);
  const where = `${nameOf(input, key)}lines ${lines[0]} to ${lines.at(-1)}`;
  return [
    `  the method ${method} says ${said}, and the search says ${said === 'ok' ? 'illegal' : 'ok'} (${where}): please report it, with this file`,
  ];
}

function textOf({ model, operations }: Input, index: number): string {
  const { input, output, returnTime } = operations[index]!;
  return describeOperation(model, input, returnTime === null ? undefined : output);
}

/** A value may be long: the picture and --json show more of it. */
const cut = (text: string): string =>
  text.length > maxWhy
    ? `${text.slice(0, maxWhy)} ... (${count(text.length - maxWhy)} characters more: see --json)`
    : text;

/** Followed by a comma, where there is a key. */
const nameOf = ({ model }: Input, key: string | number | undefined): string =>
  key === undefined ? '' : `${model.describeMetadata?.(key) ?? `key ${JSON.stringify(key)}`}, `;

async function tellWhy(
  input: Input, explanation: Explanation, verdict: Verdict, terminal: Terminal,
): Promise<string[]> {
  const { blocked, minimal, partition, others, endedBy } = explanation;
  const lines: string[] = [];
  const where = partition.key === undefined ? '' : ` (${nameOf(input, partition.key).slice(0, -2)})`;
  if (blocked !== undefined) lines.push(`  ${blocked.why}${where}`);
  else if (partition.suspect !== undefined)
    lines.push(
      `  no order comes past the return of ${textOf(input, partition.suspect)} (line ${input.recorded.operations[partition.suspect]!.line})${where}`,
    );
  const ended =
    endedBy === undefined
      ? 'the steps did not suffice to tell'
      : endedBy === 'aborted'
        ? 'it was interrupted'
        : `the ${endedBy} did not suffice to tell`;
  if (!minimal.isMinimal && minimal.core.length > maxBars) {
    lines.push(`  Which few operations show it is not known: ${ended}.`);
  } else {
    const those =
      minimal.core.length === 1
        ? 'The operation marked * cannot have happened'
        : `The ${count(minimal.core.length)} operations marked * cannot all have happened`;
    lines.push(
      `  ${those} as recorded, whichever of the others did${minimal.isMinimal ? '' : ` (perhaps fewer would do: ${ended})`}:`,
    );
    const { renderBars } = await import('../../checkers/porcupine-ts-port/text-bars.ts');
    const bars = renderBars(input.model, input.operations, minimal.operations.slice(0, maxBars), {
      columns: terminal.columns > 0 ? terminal.columns : defaultColumns,
      marked: minimal.core,
    });
    lines.push(...bars);
    if (minimal.operations.length > maxBars)
      lines.push(`    ... and ${count(minimal.operations.length - maxBars)} more: see the picture (--html)`);
  }
  for (const other of others) {
    const line =
      other.blocked === undefined ? '' : `line ${input.recorded.operations[other.blocked.operation]!.line}: `;
    lines.push(
      `  also illegal: ${nameOf(input, other.partition.key)}${line}${cut(other.blocked?.why ?? 'where, is too much to search')}`,
    );
  }
  const { undecidedPartitions = 0, partitions } = verdict;
  if (undecidedPartitions > 0)
    lines.push(
      `  of the ${count(partitions)} parts ${count(undecidedPartitions)} ${undecidedPartitions === 1 ? 'was' : 'were'} not decided, because this one is illegal already`,
    );
  return lines;
}

async function picture(
  { input, verdict, explanation, wallMs }: Outcome, { timeoutMs }: Limits, signal: AbortSignal,
): Promise<string> {
  const { renderHtml } = await import('../../checkers/porcupine-ts-port/picture/html.ts');
  return renderHtml(input.model, input.operations, {
    title: basename(input.file),
    verdict,
    explanation,
    annotations: input.recorded.annotations,
    signal,
    clock: () => performance.now(),
    ...(timeoutMs !== undefined && { timeoutMs: Math.max(shortestPictureMs, timeoutMs - wallMs) }),
  });
}

function asJson({ input, verdict, wallMs, explanation }: Outcome): Record<string, unknown> {
  const { file, modelName, operations, recorded } = input;
  const minimal = explanation?.minimal;
  return {
    file,
    model: modelName,
    verdict: verdict.kind,
    ...(verdict.reason !== undefined && { reason: verdict.reason }),
    operations: operations.length,
    steps: verdict.steps,
    wallMs,
    method: verdict.method,
    peakBytes: verdict.peakBytes,
    ...(verdict.difference !== undefined && { difference: verdict.difference }),
    ...(verdict.crossCheck !== undefined && { crossCheck: verdict.crossCheck }),
    ...(verdict.weaker !== undefined && { weaker: verdict.weaker }),
    ...(verdict.undecidedPartitions !== undefined && { undecidedPartitions: verdict.undecidedPartitions }),
    ...(explanation !== undefined && {
      key: explanation.partition.key,
      alsoIllegal: explanation.others.map(({ partition, blocked }) => ({
        key: partition.key,
        ...(blocked !== undefined && { blocked: { ...blocked, line: recorded.operations[blocked.operation]!.line } }),
      })),
      ...(explanation.endedBy !== undefined && { explanationEndedBy: explanation.endedBy }),
    }),
    ...(explanation?.blocked !== undefined && {
      blocked: { ...explanation.blocked, line: recorded.operations[explanation.blocked.operation]!.line },
    }),
    ...(minimal !== undefined && {
      isMinimal: minimal.isMinimal,
      minimal: minimal.operations.map((index) => {
        const { client, callTime, returnTime } = operations[index]!;
        return {
          operation: index,
          line: recorded.operations[index]!.line,
          inCore: minimal.core.includes(index),
          client,
          text: textOf(input, index),
          call: callTime,
          return: returnTime,
        };
      }),
    }),
  };
}

function worst(verdicts: readonly Verdict[]): ExitCode {
  if (verdicts.some(({ difference }) => difference !== undefined)) return exitCode.harnessFault;
  if (verdicts.some(({ kind }) => kind === 'illegal')) return exitCode.violation;
  return verdicts.some(({ kind }) => kind === 'unknown') ? exitCode.unknown : exitCode.pass;
}
