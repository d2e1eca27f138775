/** A failing run as a report: one versioned value, `report.json`, that feeds every form. */
import type { Verdict } from '../../checkers/verdict.ts';
import type { Plan } from '../plan/plan.ts';
import type { HistoryStory, System } from '../system.ts';
import type { Proof, PlanSize } from '../shrink/shrink.ts';
import { progressProperties } from '../shrink/cause.ts';
import { sizeOf } from '../shrink/shrink.ts';
import { run } from '../run.ts';
import { sameRun } from '../same-run.ts';
import { accountOf, type Account, type Fields } from './account.ts';
import { answerPath, clashingAnswers, heardOf } from './answer-path.ts';
import { configurationOf, type Difference } from './configuration.ts';
import { joined, type ContentsChange } from './contents.ts';
import { historyStoryOf } from './history-story.ts';
import { signatureOf } from './signature.ts';
import { cyclesOf, type Cycle } from './cycle.ts';
import { transcriptOf, type Transcript } from './transcript.ts';
import { testimonyOf, type Testimony } from './witnesses.ts';

const reportFormat = 'whitewater-report';
export const reportVersion = 1;

export interface Report {
  readonly format: typeof reportFormat;
  readonly version: typeof reportVersion;
  /** "swarm seed 42", or the file of the plan. */
  readonly what: string;
  readonly scenario: string;
  readonly system: string;
  readonly seed: number | null;
  readonly verdict: Verdict;
  /** What the violated property says; null when nothing is violated or its system does not tell. */
  readonly meaning: string | null;
  /** Names the same failure whatever its seed. */
  readonly signature: string | null;
  readonly step: number;
  readonly atUs: number;
  /** Of two runs: the same twice when all is well. */
  readonly digests: readonly [string, string];
  /** What differs between the two runs; empty when all is well. */
  readonly differs: readonly string[];
  readonly shrunk: ShrinkFacts | null;
  readonly size: PlanSize;
  readonly transcript: Transcript;
  readonly testimony: Testimony;
  /** Of a violation that progress is missing: what happens again and again, and what would have to. */
  readonly stall: Stall | null;
  readonly fatal: FatalStep | null;
  readonly faults: readonly FaultFact[];
  /** Of messages: how many were sent, dropped and so on. */
  readonly network: Readonly<Record<string, number>>;
  readonly configuration: readonly Difference[];
  readonly history: HistoryStory | null;
  /** Whether the system can tell of its clients' histories: without it, no story says nothing. */
  readonly explainsHistory: boolean;
  /** The run that the report is about: the shrunk one, where there is one. */
  readonly run: Account;
  readonly plan: Plan;
  /** The run before it was shrunk. */
  readonly full: FullRun | null;
  readonly commands: { readonly replay: string; readonly pin: string };
  readonly files: Readonly<Record<string, string>>;
}

export interface ShrinkFacts {
  readonly before: PlanSize;
  readonly after: PlanSize;
  readonly candidates: number;
  readonly endedEarly: 'budget' | null;
  readonly proof: Proof | null;
  readonly others: readonly string[];
}

export interface Stall {
  readonly cycles: readonly Cycle[];
  /** Cycles that are done less often, and not told. */
  readonly more: number;
  /** In the words of the paper where the system can tell, else the end of what is missing. */
  readonly mustHappen: string;
}

export interface FullRun {
  readonly account: Account;
  /** Rows that the account leaves out at its beginning. */
  readonly leftOutRows: number;
  readonly step: number;
  readonly detail: string;
}

export interface FatalStep {
  readonly step: number;
  readonly node: string | null;
  readonly told: string;
  readonly code: string | null;
  readonly lines: readonly FieldChange[];
  /** Who sent the message on which the property broke: what is wrong may have been done there. */
  readonly sender: {
    readonly node: string;
    readonly step: number;
    readonly said: string;
    readonly code: string | null;
  } | null;
}

export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface FaultFact {
  readonly kind: string;
  readonly eligible: number;
  readonly fired: number;
  readonly mattered: number;
}

export interface ReportSpec {
  readonly system: System;
  readonly what: string;
  readonly seed: number | null;
  /** The plan that the report is about, shrunk or not. */
  readonly plan: Plan;
  readonly shrunk: ShrinkFacts | null;
  /** The plan before it was shrunk; null when it was not. */
  readonly original: Plan | null;
  readonly commands: Report['commands'];
  readonly files: Report['files'];
}

/** A page of more rows than this takes longer than some seconds to open; what is left out is said. */
const fullRowsMax = 100_000;

/** Runs the plan twice and tells of it. */
export function buildReport(spec: ReportSpec): Report {
  const { system, plan } = spec;
  const { record, account, marked } = accountOf(system, plan);
  // Without a listener: that a run is told must change nothing about it.
  const again = run(system, plan);
  const { differs } = sameRun(record, again);
  const verdict = record.verdict;
  const detail = verdict.kind === 'ok' ? '' : verdict.detail;
  const fatal = account.fatal === null ? null : fatalStep(account, account.fatal);
  const property = verdict.kind === 'violation' ? verdict.property : '';
  const stall = progressProperties.has(property) ? stallOf(system, account, detail) : null;
  const history = verdict.kind === 'ok' ? null : historyStoryOf(system, account);
  const testimony = testimonyOf(system, account, marked, property, detail, stall?.cycles ?? []);
  const told = history === null ? [] : [...answerPath(account, history.blocked), ...clashingAnswers(account, history)];
  return {
    format: reportFormat,
    version: reportVersion,
    what: spec.what,
    scenario: plan.scenario,
    system: plan.system,
    seed: spec.seed,
    verdict,
    meaning: verdict.kind === 'violation' ? (system.properties?.[verdict.property] ?? null) : null,
    signature: verdict.kind === 'violation' ? signatureOf(verdict.property, detail, account, plan) : null,
    step: fatal?.step ?? record.steps,
    atUs: record.endUs,
    digests: [record.digest, again.digest],
    differs,
    shrunk: spec.shrunk,
    size: sizeOf(plan, record),
    transcript: transcriptOf(
      account, detail, [...testimony.steps.map(({ place }) => place), ...told],
      history === null ? [] : heardOf(account, history),
    ),
    testimony,
    stall,
    fatal,
    faults: Object.entries(record.faults).map(([kind, fact]) => ({ kind, ...fact })),
    network: { ...record.network },
    configuration: configurationOf(system, plan),
    history,
    explainsHistory: system.explainHistory !== undefined,
    run: account,
    plan,
    full: spec.original === null ? null : fullRun(system, spec.original),
    commands: spec.commands,
    files: spec.files,
  };
}

function stallOf(system: System, account: Account, detail: string): Stall {
  const missing = detail.replace(/^.* ms after (?:all faults ended|the storm, with [^,]*), /, '');
  const { cycles, more } = cyclesOf(account);
  return {
    cycles,
    more,
    mustHappen: system.mustHappen?.(missing, account.servers) ?? `this must come to an end: ${missing}`,
  };
}

function fullRun(system: System, original: Plan): FullRun {
  const { record, account } = accountOf(system, original);
  const leftOutRows = Math.max(0, account.rows.length - fullRowsMax);
  return {
    account: leftOutRows === 0 ? account : withoutFirst(account, leftOutRows),
    leftOutRows,
    step: record.steps,
    detail: record.verdict.kind === 'ok' ? '' : record.verdict.detail,
  };
}

/** The end is what matters: rows go from the beginning, and the state that they led to stands in their place. */
function withoutFirst(account: Account, count: number): Account {
  const moved = (place: number | null): number | null => (place === null || place < count ? null : place - count);
  const kept = account.rows.slice(count);
  const states = new Map<number, Record<string, string | number | null>>();
  const contents = new Map<number, ContentsChange[]>();
  const of = (node: number): ContentsChange[] => {
    const known = contents.get(node) ?? [];
    contents.set(node, known);
    return known;
  };
  for (const row of account.rows.slice(0, count)) {
    if (row.node === null) continue;
    states.set(row.node, { ...states.get(row.node), ...row.changed });
    // A server that is down, or starts again, begins anew.
    if (row.kind === 'crash') contents.delete(row.node);
    else if (row.contents !== undefined) of(row.node).push(row.contents);
  }
  const seen = new Set<number>();
  const messages = account.messages.map((message) => ({
    ...message, sentBy: moved(message.sentBy), takenBy: message.takenBy.map(moved).filter((place) => place !== null),
  }));
  return {
    ...account,
    rows: kept.map((row) => {
      if (row.node === null || seen.has(row.node)) return row;
      seen.add(row.node);
      const held = row.kind === 'crash' ? {} : joined([...(contents.get(row.node) ?? []), row.contents ?? {}]);
      return { ...row, changed: { ...states.get(row.node), ...row.changed }, contents: held };
    }),
    messages,
    fatal: moved(account.fatal),
  };
}

/** The state difference at the fatal step: changed fields only, with what they were. */
function senderOf({ rows, messages, nodes }: Account, place: number): FatalStep['sender'] {
  const { message } = rows[place]!;
  const sentBy = message === null ? null : messages[message]!.sentBy;
  if (message === null || sentBy === null) return null;
  const { step, code } = rows[sentBy]!;
  return { node: nodes[messages[message]!.from]!, step, said: messages[message]!.what, code };
}

function fatalStep(account: Account, place: number): FatalStep {
  const { rows, nodes } = account;
  const row = rows[place]!;
  let state: Record<string, string | number | null> = {};
  // A node that starts again is held against what it was before it crashed.
  for (const earlier of rows.slice(0, place))
    if (earlier.node === row.node && earlier.kind !== 'crash') state = { ...state, ...earlier.changed };
  return {
    step: row.step,
    node: row.node === null ? null : nodes[row.node]!,
    told: row.told,
    code: row.code,
    lines: changesBetween(state, row.changed),
    sender: senderOf(account, place),
  };
}

const changesBetween = (before: Fields, changed: Fields): readonly FieldChange[] =>
  Object.entries(changed)
    .map(([field, value]) => ({ field, before: shown(before[field]), after: shown(value) }))
    .filter((change) => change.before !== change.after);

const shown = (value: string | number | null | undefined): string | null => (value == null ? null : String(value));
