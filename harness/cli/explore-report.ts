/** A search's result as text for a person and as JSON for programs. */
import { allLines, changedLines } from '../text/difference.ts';
import type { Model, Path } from '../explore/model.ts';
import type { ParameterValues } from '../explore/parameters.ts';
import type { PropertyResult, SearchEnd, SearchResult } from '../explore/result.ts';
import { count, duration, plural, short } from '../text/format.ts';
import { jsonText } from '../text/printable.ts';

export interface Told<State, Action> {
  readonly name: string;
  readonly values: ParameterValues;
  readonly hasSymmetry: boolean;
  readonly model: Model<State, Action>;
  readonly result: SearchResult<State, Action>;
}

const endings: Record<SearchEnd, string> = {
  closed: 'The space is closed: every state within the bounds was seen.',
  violation: 'Stopped at a violation.',
  'max-states': 'Stopped at --max-states before the space was closed.',
  'max-depth': 'Stopped at --max-depth before the space was closed.',
  interrupted: 'Interrupted before the space was closed; this is what was known.',
  'walks-done': 'All walks are done. Walks never close a space: nothing here says that something cannot happen.',
};

const strategies = { bfs: 'breadth first', dfs: 'depth first', random: 'random walks' } as const;

const perSecond = (value: number, elapsedMs: number): number => Math.round((value * 1000) / Math.max(elapsedMs, 0.001));

export function resultText<State, Action>(told: Told<State, Action>, showsAllPaths: boolean): string {
  const { name, values, result, model } = told;
  const parameters = Object.entries(values)
    .filter(([, value]) => value !== false)
    .map(([parameter, value]) => (value === true ? ` --${parameter}` : ` --${parameter} ${value}`));
  const lines = [
    `${name}${parameters.join('')}: ${strategies[result.strategy]}, ${plural(result.workers, 'worker')}${told.hasSymmetry ? ', up to symmetry' : ''}`,
    endings[result.end],
    countsLine(result),
    '',
  ];
  for (const property of result.properties) lines.push(propertyLine(property));
  for (const property of result.properties) {
    const isShown = property.path !== null && (showsAllPaths || property.verdict !== 'reached');
    if (isShown) lines.push('', `${property.name}: ${property.verdict}`, ...pathLines(model, property.path!));
  }
  return `${lines.join('\n')}\n`;
}

function countsLine(result: SearchResult<unknown, unknown>): string {
  const { distinct, generated, depth, elapsedMs } = result;
  const seen = distinct === null ? [] : [`distinct ${count(distinct)}`];
  const cost =
    distinct === null
      ? []
      : [
          `${short(perSecond(distinct, elapsedMs))} states/s`,
          `${(result.visitedBytes / Math.max(1, distinct)).toFixed(1)} bytes a state`,
          `probability of an omission ${result.omissionProbability.toExponential(1)}`,
        ];
  return [
    ...seen, `generated ${count(generated)}`, `depth ${count(depth)}`, duration(elapsedMs),
    `${short(perSecond(generated, elapsedMs))} generated/s`, ...cost,
  ].join('  ');
}

function propertyLine({ kind, name, verdict, detail, path }: PropertyResult<unknown, unknown>): string {
  const where = path === null ? '' : `after ${plural(path.actions.length, 'action')}`;
  const why = [where, detail].filter((part) => part !== '').join(': ');
  return `  ${verdict.padEnd(9)}  ${kind.startsWith('always') ? 'always' : 'sometimes'}: ${name}${why === '' ? '' : ` (${why})`}`;
}

function pathLines<State, Action>(model: Model<State, Action>, found: Path<State, Action>): readonly string[] {
  const path = model.unfold?.(found) ?? found;
  const described = path.states.map((state) => model.describeState(state));
  const lines = ['   0. the initial state', ...allLines(described[0]!).map(indent)];
  path.actions.forEach((action, index) => {
    lines.push(`${String(index + 1).padStart(4)}. ${model.describeAction(action)}`);
    const after = described[index + 1];
    if (after === undefined) lines.push(indent('this step throws'));
    else lines.push(...changesOr(changedLines(described[index], after)).map(indent));
  });
  if (path.detail !== '') lines.push(`  => ${path.detail}`);
  return lines;
}

const indent = (line: string): string => `        ${line}`;
const changesOr = (changes: readonly string[]): readonly string[] =>
  changes.length === 0 ? ['nothing changes'] : changes;

/** Everything, for programs: the names are a promise. Times and rates are the only fields that vary between runs. */
export function resultJson<State, Action>(told: Told<State, Action>): string {
  const { name, values, hasSymmetry, model, result } = told;
  const { strategy, workers, distinct, generated, depth, end, elapsedMs, visitedBytes, omissionProbability } = result;
  const facts = {
    model: name,
    parameters: values,
    strategy,
    symmetry: hasSymmetry,
    workers,
    distinct,
    generated,
    depth,
    end,
    isClosed: end === 'closed',
    seconds: elapsedMs / 1000,
    statesPerSecond: distinct === null ? null : perSecond(distinct, elapsedMs),
    generatedPerSecond: perSecond(generated, elapsedMs),
    bytesPerState: distinct === null || distinct === 0 ? null : visitedBytes / distinct,
    omissionProbability,
    properties: result.properties.map((property) => ({
      name: property.name,
      kind: property.kind,
      verdict: property.verdict,
      detail: property.detail,
      path: property.path === null ? null : pathJson(model, property.path),
    })),
  };
  return `${jsonText(facts, 2)}\n`;
}

/** `state` is the one after the action; `null` when the step throws. */
function pathJson<State, Action>(model: Model<State, Action>, found: Path<State, Action>): object {
  const path = model.unfold?.(found) ?? found;
  const described = path.states.map((state) => model.describeState(state));
  return {
    initial: described[0]!,
    steps: path.actions.map((action, index) => ({
      action: model.describeAction(action), state: described[index + 1] ?? null,
    })),
  };
}
