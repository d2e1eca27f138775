/** What the page's script works with: the report's accounts, without what can be told from the rest. */
import type { Account, PlayedLanes } from '../account.ts';
import { answerPath } from '../answer-path.ts';
import { causeOf } from '../cause.ts';
import type { Report } from '../report.ts';

export interface PageData {
  readonly run: PageAccount;
  readonly full: PageAccount | null;
  readonly leftOutRows: number;
  readonly history: Report['history'];
  /** Steps of the run by which the answer that has no place came to be, the first one first. */
  readonly answerPath: readonly number[];
  /** How each role is painted, by its name. */
  readonly roles: Readonly<Record<string, string>>;
  readonly faults: Report['faults'];
  readonly network: Report['network'];
  readonly configuration: Report['configuration'];
  readonly explainsHistory: boolean;
  /** The name of the violated property; "" for none. */
  readonly property: string;
  readonly verdict: Report['verdict']['kind'];
  readonly isShrunk: boolean;
  readonly proof: string;
}

/** Rows and messages as tuples: a page of 20,000 events stays a few megabytes. */
export interface PageAccount {
  readonly nodes: readonly string[];
  readonly servers: number;
  /** kind, step, atUs, node, event, told, weight, other effects, changed, message, operation, code, log, held */
  readonly rows: readonly (readonly unknown[])[];
  /** from, to, what, sentUs, sentBy, dueUs, takenBy, fate */
  readonly messages: readonly (readonly unknown[])[];
  readonly operations: Account['operations'];
  readonly faults: Account['faults'];
  readonly endUs: number;
  readonly stormUs: number;
  readonly lanes: Omit<PlayedLanes, 'roles'> | null;
  readonly fatal: number | null;
  readonly cause: number | null;
}

export const pageData = (report: Report): PageData => ({
  run: pageAccount(report.run, causeOf(report.run, report.history)),
  full: report.full === null ? null : pageAccount(report.full.account, causeOf(report.full.account, null)),
  leftOutRows: report.full?.leftOutRows ?? 0,
  history: report.history,
  answerPath: [...answerPath(report.run, report.history?.blocked ?? null)].sort((a, b) => a - b),
  roles: Object.fromEntries(rolesOf(report).map(({ name, colour }) => [name, colour])),
  faults: report.faults,
  network: report.network,
  configuration: report.configuration,
  explainsHistory: report.explainsHistory,
  property: report.verdict.kind === 'violation' ? report.verdict.property : '',
  verdict: report.verdict.kind,
  isShrunk: report.shrunk !== null,
  proof:
    report.shrunk?.proof == null
      ? ''
      : `each of ${report.shrunk.proof.candidates} faults, operations, fates and timers was taken away once more, and is needed`,
});

const pageAccount = (account: Account, cause: number | null): PageAccount => ({
  nodes: account.nodes,
  servers: account.servers,
  rows: account.rows.map(
    ({ kind, step, atUs, node, event, told, weight, effects, changed, message, operation, code, contents }) => [
      kind, step, atUs, node, event, told === event ? 0 : told, weight,
      effects.filter((effect) => !effect.startsWith('to ')), changed, message, operation, code,
      ...(contents === undefined ? [] : [contents.log ?? 0, contents.held ?? 0]),
    ],
  ),
  messages: account.messages.map(({ from, to, what, sentUs, sentBy, dueUs, takenBy, fate }) => [
    from, to, what, sentUs, sentBy, dueUs, takenBy, fate,
  ]),
  operations: account.operations,
  faults: account.faults,
  endUs: account.endUs,
  stormUs: account.stormUs,
  lanes: account.lanes === null ? null : withoutRoles(account.lanes),
  fatal: account.fatal,
  cause,
});

const withoutRoles = ({ role, epoch, epochName, epochMark, commit }: PlayedLanes): Omit<PlayedLanes, 'roles'> => ({
  role, epoch, epochName, epochMark, commit,
});

/** Colours of the page's style for those who neither lead nor stand for it. */
const others = ['follower', 'role1', 'role2', 'role3'] as const;
const looks = ['leads', 'stands', 'follows'] as const;

export interface PaintedRole {
  readonly name: string;
  /** Of the page's style. */
  readonly colour: string;
}

/** Roles of both runs: who leads first. */
export function rolesOf({ run, full }: Report): readonly PaintedRole[] {
  const played = [run, ...(full === null ? [] : [full.account])].flatMap(({ lanes }) => lanes?.roles ?? []);
  const known = new Map(played.map(({ name, look }) => [name, look]));
  const named = looks.flatMap((look) => [...known].filter(([, one]) => one === look).map(([name]) => ({ name, look })));
  let next = 0;
  return named.map(({ name, look }) => ({
    name,
    colour: look === 'leads' ? 'leader' : look === 'stands' ? 'candidate' : others[next++ % others.length]!,
  }));
}
