/**
 * What a set of facts means: one exit code, and the line that says why. Every command asks here, so that what
 * one of them calls a failure no other one passes.
 */
import { plural } from '../text/format.ts';

/** Exit codes of the process. */
export const exitCode = {
  pass: 0,
  violation: 1,
  unknown: 2,
  /** Two runs of one plan differ: the world or the protocol is not deterministic. */
  nondeterminism: 3,
  /** Wrong usage or bad input: the message says what, where, and what to do. */
  usage: 4,
  /** A fault of the harness itself. */
  harnessFault: 5,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

interface Rule {
  readonly fact: string;
  readonly code: ExitCode;
  /** What so many of them are, for a person. */
  readonly says: (many: number) => string;
}

/**
 * Every kind of fact that keeps a command from passing. The order is that of precedence: the first that is there
 * decides. What makes the harness itself doubtful stands first, because then nothing else that it says can be
 * believed; then what cannot be repeated; then what was found; then what was asked wrongly; and last what nobody knows.
 */
const rules = [
  { fact: 'checkerDisagreements', code: 5, says: (many) => `${plural(many, 'check')} and the general search disagree` },
  { fact: 'harnessFaults', code: 5, says: (many) => `${plural(many, 'run')} ended by a fault of the harness itself` },
  { fact: 'unbalanced', code: 5, says: () => 'the books of the harness do not balance' },
  {
    fact: 'worldsApart',
    code: 5,
    says: (many) => `${plural(many, 'counterexample')} of the explorer that the simulator does not find`,
  },
  { fact: 'notFound', code: 5, says: (many) => `${plural(many, 'known bug')} not found` },
  { fact: 'falseAlarms', code: 5, says: (many) => `${plural(many, 'control')} reported, which breaks nothing` },
  {
    fact: 'idleWitnesses',
    code: 5,
    says: (many) => `${plural(many, 'witness of a known bug', 'witnesses of known bugs')} that shows nothing any more`,
  },
  { fact: 'nondeterministic', code: 3, says: (many) => `${plural(many, 'run')} not the same when run again` },
  { fact: 'violations', code: 1, says: (many) => `${plural(many, 'violation')}` },
  { fact: 'regressionsFailing', code: 1, says: (many) => `${plural(many, 'regression')} failing again` },
  { fact: 'regressionsNotFitting', code: 1, says: (many) => `${plural(many, 'regression')} not fitting any more` },
  { fact: 'unreached', code: 1, says: (many) => `${plural(many, 'situation')} never reached` },
  { fact: 'faultsNeverOn', code: 1, says: (many) => `${plural(many, 'kind')} of fault never switched on` },
  { fact: 'faultsNeverFired', code: 1, says: (many) => `${plural(many, 'kind')} of fault on and never fired` },
  { fact: 'faultsNeverMattered', code: 1, says: (many) => `${plural(many, 'kind')} of fault fired and never mattered` },
  { fact: 'slower', code: 1, says: (many) => `${plural(many, 'measure')} of pace worse than in the baseline` },
  { fact: 'undrawn', code: 4, says: (many) => `${plural(many, 'seed')} that could not be run` },
  { fact: 'notHunted', code: 4, says: (many) => `${plural(many, 'known bug')} that cannot be hunted` },
  { fact: 'shardsForeign', code: 4, says: (many) => `${plural(many, 'shard')} of another campaign` },
  { fact: 'shardsDoubled', code: 4, says: (many) => `${plural(many, 'shard')} given twice` },
  { fact: 'unwritten', code: 4, says: (many) => `${plural(many, 'file')} that could not be written` },
  { fact: 'unknowns', code: 2, says: (many) => `${plural(many, 'verdict')} unknown` },
  { fact: 'shardsMissing', code: 2, says: (many) => `${plural(many, 'part')} of the campaign missing` },
  { fact: 'tooFewSeeds', code: 2, says: (many) => `${plural(many, 'thing')} not seen, in too few seeds to tell` },
  { fact: 'notClosed', code: 2, says: () => 'the space is not closed' },
  { fact: 'interrupted', code: 2, says: () => 'interrupted before it was done' },
  { fact: 'idle', code: 2, says: (many) => `${plural(many, 'thing')} not looked at` },
] as const satisfies readonly Rule[];

export type FactName = (typeof rules)[number]['fact'];

/** What happened. Each list names what is wrong, one entry a thing; an absent list is an empty one. */
export type Facts = Partial<Readonly<Record<FactName, readonly string[]>>> & {
  /** How much was looked at: seeds, plans, states. Nothing at all is no pass. */
  readonly done: number;
};

export interface Judgement {
  readonly code: ExitCode;
  /** Why, for a person. */
  readonly line: string;
  /** What else is wrong, in the order of precedence. */
  readonly others: readonly string[];
}

export function judge(facts: Facts): Judgement {
  const wrong: readonly Rule[] = rules.filter(({ fact }) => listOf(facts, fact).length > 0);
  const [first, ...others] = wrong;
  if (first !== undefined) {
    return { code: first.code, line: lineOf(first, facts), others: others.map((rule) => lineOf(rule, facts)) };
  }
  if (facts.done <= 0) return { code: exitCode.unknown, line: 'nothing was run at all', others: [] };
  return { code: exitCode.pass, line: 'everything that was asked was run, and passed', others: [] };
}

const listOf = (facts: Facts, fact: string): readonly string[] => facts[fact as FactName] ?? [];

/** Entries that are named; how many more there are is said. */
const named = 3;

function lineOf({ fact, says }: Rule, facts: Facts): string {
  const items = listOf(facts, fact);
  const rest = items.length > named ? [`and ${items.length - named} more`] : [];
  return `${says(items.length)}: ${[...items.slice(0, named).map(firstLine), ...rest].join('; ')}`;
}

const firstLine = (text: string): string => text.split('\n')[0]!;

/** Facts from several places as one set. */
export function together(all: readonly Facts[]): Facts {
  const lists = rules.map(({ fact }) => [fact, all.flatMap((facts) => listOf(facts, fact))] as const);
  return {
    ...Object.fromEntries(lists.filter(([, items]) => items.length > 0)),
    done: all.reduce((sum, { done }) => sum + done, 0),
  };
}

/** The judgement as rows below a summary: nothing for a pass, which the summary tells. */
export const judgementText = ({ code, line, others }: Judgement): string =>
  code === exitCode.pass
    ? ''
    : [`  exit code ${code}: ${line}`, ...others.map((other) => `  also: ${other}`), ''].join('\n');
