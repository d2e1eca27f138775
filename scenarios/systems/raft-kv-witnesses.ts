/**
 * What each property is about: the steps that a report on its violation must show. Of each kind those that
 * meet what the violation names: the entry, the term, the server, the client's command.
 */
import type { PropertyName } from '../../checkers/properties.ts';
import { stepOfTheSpecification } from '../../checkers/spec/step-of-the-specification.ts';
import { places } from './code-places.ts';
import { marked } from './mark.ts';
import type { Broken, Mark, MarkedStep, Witness } from '../../harness/system.ts';

/** What a violation names; null for what it does not. */
interface Subject {
  readonly node: number | null;
  readonly peer: number | null;
  readonly index: number | null;
  readonly terms: readonly number[];
  readonly client: number | null;
  readonly sequence: number | null;
}

interface Asked {
  readonly kinds: readonly string[];
  /** What a mark must share with the subject; with the fatal step's for `here`. */
  readonly by?: readonly ('index' | 'term' | 'node' | 'peer' | 'command')[];
  readonly take?: 'first' | 'last' | 'all' | 'each';
}

const fatalStep = 'fatal';
type Rule = readonly (Asked | typeof fatalStep)[];

const votes: Rule = [
  { kinds: ['vote'], by: ['term'], take: 'all' }, { kinds: ['boot'], by: ['node'], take: 'last' }, fatalStep,
];
const elections: Rule = [
  { kinds: ['vote', 'count'], by: ['term'], take: 'all' }, { kinds: ['election'], by: ['term'], take: 'all' },
  fatalStep,
];
const followers: Rule = [
  { kinds: ['accept', 'acceptSnapshot'], by: ['peer'], take: 'last' },
  { kinds: ['truncate', 'boot', 'newDisk'], by: ['peer'], take: 'last' },
  { kinds: ['stay'], by: ['node'], take: 'last' },
  { kinds: ['persist'], by: ['peer'], take: 'last' },
  fatalStep,
];
const view: Rule = [{ kinds: ['match', 'election'], by: ['node'], take: 'last' }, fatalStep];
const indexes: Rule = [
  { kinds: ['boot', 'install', 'compact'], by: ['node'], take: 'last' },
  { kinds: ['commit', 'deliver'], by: ['node'], take: 'last' }, fatalStep,
];
const logs: Rule = [
  { kinds: ['boot', 'compact'], by: ['node'], take: 'last' },
  { kinds: ['append', 'truncate'], by: ['index'], take: 'each' },
  fatalStep,
];
const service: Rule = [
  { kinds: ['ask'], by: ['command'], take: 'all' },
  { kinds: ['execute'], by: ['command'], take: 'each' },
  { kinds: ['execute'], by: ['index'], take: 'each' },
  { kinds: ['boot', 'snapshot', 'install'], by: ['node'], take: 'last' },
  fatalStep,
];
const answers: Rule = [
  { kinds: ['ask'], by: ['command'], take: 'first' },
  { kinds: ['propose'], by: ['command'], take: 'all' },
  { kinds: ['execute'], by: ['command'], take: 'each' },
  { kinds: ['answer'], by: ['command'], take: 'all' },
  fatalStep,
];
/** A read around the log: what was noted of it, and what confirmed it. */
const reads: Rule = [
  { kinds: ['noted'], by: ['command'], take: 'last' }, { kinds: ['answered', 'confirm', 'lease'], take: 'last' },
  { kinds: ['leased'], by: ['command'], take: 'last' }, ...answers,
];
/** What a follower has of a snapshot. */
const chunks: Rule = [{ kinds: ['chunk', 'boot'], by: ['node'], take: 'last' }, fatalStep];
/** The last time that each thing was done which answers and leaders wait for. */
const pace: Rule = ['campaign', 'election', 'propose', 'accept', 'commit'].map((kind) => ({
  kinds: [kind], take: 'last',
}));
const fatalOnly: Rule = [fatalStep];

const rules: Readonly<Record<PropertyName, Rule>> = {
  'Refusal Is A Conflict': [
    { kinds: ['compact', 'install'], by: ['node'], take: 'last' }, { kinds: ['commit'], by: ['node'], take: 'last' },
    fatalStep,
  ],
  'Refusal Tells Of Its Conflict': fatalOnly,
  'Snapshot Is Taken': [{ kinds: ['commit', 'install'], by: ['node'], take: 'last' }, fatalStep],
  'Stale Replies Change Nothing': [{ kinds: ['campaign', 'term'], by: ['node'], take: 'last' }, fatalStep],
  'Pre-Vote Changes Nothing': fatalOnly,
  'Leader In Contact Is Kept': fatalOnly,
  'Pre-Vote Tells Of The Vote': fatalOnly,
  'New Leader Has A Timeout': fatalOnly,
  'Quorum Renews The Timer': [{ kinds: ['election'], by: ['node'], take: 'last' }, fatalStep],
  'Leader Without Quorum Steps Down': [{ kinds: ['election'], by: ['node'], take: 'last' }, fatalStep],
  'Told When Up To Date': [{ kinds: ['match'], by: ['peer'], take: 'last' }, fatalStep],
  "Leader's Wish Is Done": [{ kinds: ['wish'], take: 'last' }, fatalStep],
  'Transfer Is Bounded': [{ kinds: ['wish'], by: ['node'], take: 'last' }, fatalStep],
  'Transfer Is Given Up': [{ kinds: ['wish'], by: ['node'], take: 'last' }, fatalStep],
  'Transfer Takes No Proposals': [{ kinds: ['wish'], by: ['node'], take: 'last' }, fatalStep],
  'Heir Has A Vote': [{ kinds: ['change', 'append', 'install', 'boot'], by: ['node'], take: 'last' }, fatalStep],
  'Read Under Lease': [{ kinds: ['lease', 'wish'], by: ['node'], take: 'last' }, fatalStep],
  'Lease Begins With Its Round': fatalOnly,
  'Lease Is Over By Its Timer': fatalOnly,
  'Answered Rounds Are Kept': fatalOnly,
  'Promise Is Kept': [{ kinds: ['contact'], by: ['node'], take: 'last' }, fatalStep],
  'Stands On Pre-Votes': [{ kinds: ['campaign', 'term'], by: ['node'], take: 'last' }, fatalStep],
  'Log Terms Non-Decreasing': logs,
  'Log Matching': logs,
  'Persist Before Send': fatalOnly,
  'Leader Append-Only': [{ kinds: ['election'], by: ['node'], take: 'last' }, fatalStep],
  'Configuration Is Logged': logs,
  'One Change At A Time': [{ kinds: ['election', 'commit', 'change'], by: ['node'], take: 'last' }, fatalStep],
  'Joint Is Left When Committed': [{ kinds: ['election', 'commit', 'change'], by: ['node'], take: 'last' }, fatalStep],
  'Round Covers The Log': fatalOnly,
  'Voter Has Caught Up': [{ kinds: ['match'], by: ['node'], take: 'last' }, fatalStep],
  'Caught Up Is Let In': [{ kinds: ['match'], by: ['node'], take: 'last' }, fatalStep],
  'Stands As Member': [{ kinds: ['append', 'install', 'boot'], by: ['node'], take: 'last' }, fatalStep],
  'Leader That Left Steps Down': [{ kinds: ['election', 'append', 'commit'], by: ['node'], take: 'last' }, fatalStep],
  'New Disk Begins At Removal': [{ kinds: ['change'], take: 'last' }],
  'Newcomer Grants No Vote': [{ kinds: ['boot', 'newDisk'], by: ['node'], take: 'last' }, fatalStep],
  'Term Monotonic': [{ kinds: ['term', 'campaign', 'persist'], by: ['node'], take: 'last' }, fatalStep],
  'One Vote Per Term': votes,
  'Election Safety': elections,
  'Elected By Majority': elections,
  'Leader Completeness': [
    { kinds: ['append'], by: ['index'], take: 'first' },
    { kinds: ['commit'], by: ['index'], take: 'first' },
    { kinds: ['truncate'], by: ['index'], take: 'all' },
    { kinds: ['vote'], by: ['term'], take: 'all' },
    fatalStep,
  ],
  'Next Above Match': view,
  'Match Index Monotonic': view,
  'Match Index Is Durable': followers,
  'Window Is Kept': [{ kinds: ['flow', 'election'], by: ['node'], take: 'last' }, fatalStep],
  'Commit Index Monotonic': indexes,
  'Last Applied Monotonic': indexes,
  'Applied Is Committed': indexes,
  'Committed Is Logged': indexes,
  'Committed By Majority': [
    { kinds: ['match'], by: ['node', 'index'], take: 'all' }, { kinds: ['accept'], by: ['index'], take: 'each' },
    fatalStep,
  ],
  'State Machine Safety': [
    { kinds: ['append', 'truncate'], by: ['index'], take: 'each' }, { kinds: ['commit'], by: ['index'], take: 'each' },
    fatalStep,
  ],
  'Applied In Order': indexes,
  'Step Of The Specification': fatalOnly,
  'Equal Replicas': service,
  'Snapshot Equals Prefix': service,
  'Bounded Raft State': [{ kinds: ['compact'], by: ['node'], take: 'last' }, fatalStep],
  'Responds After Applied': [{ kinds: ['propose'], by: ['index'], take: 'last' }, fatalStep],
  'Acknowledged Is Committed': answers,
  'Acknowledged Result': answers,
  'Read Is Fresh': reads,
  'No Read Is Dropped': [{ kinds: ['noted', 'confirm'], by: ['node'], take: 'last' }, fatalStep],
  'Chunks Leave No Gap': chunks,
  'One Chunk At A Time': fatalOnly,
  'Ended Session Is Agreed': answers,
  'Session Order': [{ kinds: ['turn'], by: ['command'], take: 'all' }, ...answers],
  'Snapshot Tells Who Takes Part': service,
  'Acknowledged Change Is Committed': [
    { kinds: ['ask'], by: ['command'], take: 'first' }, { kinds: ['answer'], by: ['command'], take: 'all' }, fatalStep,
  ],
  'Refusal Is Sure': answers,
  'Acknowledged Writes Survive': answers,
  Linearizability: answers,
  'Progress After Healing': [],
  'Progress While Owed': [],
  Slow: pace,
  'Time Limit': [],
  'Bounded Work': fatalOnly,
  'Protocol Contract': fatalOnly,
  'Time Goes On': fatalOnly,
  'No Exception': [
    { kinds: ['boot', 'install', 'compact', 'deliver', 'accept', 'execute'], by: ['node'], take: 'last' },
    fatalStep,
  ],
  'Starts From Undamaged Disk': [{ kinds: ['compact', 'persist'], by: ['node'], take: 'last' }, fatalStep],
};

export function witnessesOf(broken: Broken): readonly Witness[] {
  const property = broken.property as PropertyName;
  const rule: Rule = rules[property] ?? fatalOnly;
  const subject = subjectOf(broken);
  const lacking = lacks[property];
  return [
    ...rule.flatMap((asked) => (asked === fatalStep ? fatalMarks(broken) : found(broken, subject, asked))),
    ...sentTooEarly(broken),
    ...passedOn(broken),
    ...(lacking === undefined ? [] : [{ place: broken.fatal, mark: marked('lack', ...lacking) }]),
    ...nearestAction(broken),
  ];
}

/** What a leader whose writes are pipelined says to its followers need not wait for its disk (dissertation 10.2.1). */
const aheadOfWrites = /^(?:AppendEntries|InstallSnapshot|heartbeat) term/;

/** Figure 2: what was heard of a step before it had taken effect. */
function sentTooEarly({ early, fatal, nodes, steps }: Broken): readonly Witness[] {
  if (early === null) return [];
  const isPipelined = steps.some(({ marks }) =>
    marks.some(({ kind, at }) => kind === 'persist' && at[0] === places.pipelined));
  if (isPipelined && aheadOfWrites.test(early.what)) return [];
  const mark = marked(
    'early', isPipelined ? [places.pipelined, places.settle] : [places.settle, places.changes],
    `hears of ${nodes[early.from]}: ${early.what}; the write of that step is not yet durable`,
    'persistent state is durable before an answer is sent (Figure 2)',
  );
  return [{ place: fatal, mark }];
}

/** What a clerk makes of its last answer is no step of its own: a run is judged with it. */
function passedOn({ property, detail, fatal, nodes, steps }: Broken): readonly Witness[] {
  const match = property === 'Refusal Is Sure' ? /^(c\d+) was told (\w+) for its put (\d+)/.exec(detail) : null;
  if (match === null) return [];
  const [, client, told, sequence] = match as unknown as readonly [string, string, string, string];
  const about = { client: nodes.indexOf(client), sequence: Number(sequence) };
  const times = steps.flatMap(({ marks }) => marks).filter(
    ({ kind, ...mark }) => kind === 'ask' && mark.client === about.client && mark.sequence === about.sequence,
  ).length;
  const mark = marked(
    'told', [places.forApplication, places.stepVersionClerk],
    `is told ${told} of its command ${sequence}, for which it asked ${times === 1 ? 'once' : `${times} times`}`,
    times > 1 && told === 'ErrVersion'
      ? 'a put that was sent again may have taken effect before: ErrMaybe (6.5840)'
      : null,
    about,
  );
  return [{ place: fatal, mark }];
}

/** What was not done leaves no mark: where it should have been, and what. */
const lacks: Readonly<Partial<Record<PropertyName, readonly [at: readonly string[], says: string]>>> = {
  'Starts From Undamaged Disk': [[places.recover, places.store], 'cannot read what was written'],
  'Bounded Raft State': [[places.compacted, places.taken], 'takes no snapshot, or too late'],
  'Responds After Applied': [[places.answered, places.settle], 'applies what a client waits for, and does not answer'],
  'New Disk Begins At Removal': [[places.newDisk], 'is given a new disk that does not tell what its operator knew'],
  'Refusal Tells Of Its Conflict': [[places.conflict], 'does not tell of the conflict that its log has'],
  'Quorum Renews The Timer': [[places.heardFrom], 'does not go by the servers that have answered since it last had time'],
  'New Leader Has A Timeout': [[places.inOffice], 'is given no time of its own to hear a majority'],
  'Pre-Vote Tells Of The Vote': [[places.hasContact], 'does not answer as it would vote'],
  'Caught Up Is Let In': [[places.caughtUp], 'does not let in who has caught up'],
  'Round Covers The Log': [[places.caughtUp], 'does not ask in its round for all that its log holds'],
  'Persist Before Send': [[places.serverProcess, places.applyWrite], 'goes on with what its disk does not hold'],
};

/** Where the action of Figure 2 is taken that the step is nearest to: what it should have done leaves no mark. */
function nearestAction({ property, detail, fatal }: Broken): readonly Witness[] {
  if (property !== stepOfTheSpecification.name) return [];
  const action = /the nearest is (\w+)|: (\w+) is due/.exec(detail)?.slice(1).find((name) => name !== undefined);
  const at = action === undefined ? undefined : takenAt[action];
  return at === undefined
    ? []
    : [
        {
          place: fatal,
          mark: marked('action', at, `should do what ${action} of Figure 2 does`, detail.replace(/^.*?: /, '')),
        },
      ];
}

const takenAt: Readonly<Record<string, readonly string[]>> = {
  Restart: [places.bootServer, places.applyWrite],
  Timeout: [places.onElectionTimeout],
  RequestVote: [places.onElectionTimeout],
  BecomeLeader: [places.becomeLeader, places.onRequestVoteReply],
  ClientRequest: [places.propose, places.onCommand],
  AdvanceCommitIndex: [places.advanceCommitIndex, places.highestOnMajority],
  AppendEntries: [places.replicateTo],
  HandleRequestVoteRequest: [places.onRequestVote],
  HandleRequestVoteResponse: [places.onRequestVoteReply],
  HandleAppendEntriesRequest: [places.onAppendEntries, places.withMerged],
  HandleAppendEntriesResponse: [places.onMatch, places.onRefusal],
  Compact: [places.compact, places.compacted],
  InstallSnapshot: [places.installSnapshotFor, places.replicateTo],
  HandleInstallSnapshotRequest: [places.onInstallSnapshot, places.install],
  HandleInstallSnapshotResponse: [places.onMatch],
  Receive: [places.settle],
};

const fatalMarks = ({ steps, fatal }: Broken): readonly Witness[] =>
  steps.filter(({ place }) => place === fatal).flatMap(({ place, marks }) => marks.map((mark) => ({ place, mark })));

/** A violation's words are the checkers' own: which entry, term, server and command they name. */
function subjectOf({ detail, steps, fatal, nodes }: Broken): Subject {
  const number = (pattern: RegExp): number | null => {
    const match = pattern.exec(detail);
    return match === null ? null : Number(match[1]);
  };
  const named = [...detail.matchAll(/\bn(?:ode )?(\d+)\b/g)].map(([, id]) => Number(id));
  const client = number(/\bc(\d+)\b/);
  const fatalNode = steps.find(({ place }) => place === fatal)?.node ?? null;
  const node = named[0] ?? fatalNode;
  return {
    node,
    peer: named.find((id) => id !== node) ?? null,
    index: number(/\b(?:entry|index|snapshot at) (\d+)/),
    terms: [...detail.matchAll(/\bterm (\d+)/g)].map(([, term]) => Number(term)),
    client: client === null ? null : nodes.indexOf(`c${client}`),
    sequence: number(/command (\d+)/) ?? number(/must be \{"sequence":(\d+)/) ?? number(/"sequence":(\d+)/),
  };
}

function found(
  { steps, fatal }: Broken, subject: Subject, { kinds, by = [], take = 'all' }: Asked,
): readonly Witness[] {
  const all: (Witness & { readonly node: number })[] = [];
  for (const step of steps) {
    if (step.place >= fatal) break;
    for (const mark of step.marks)
      if (kinds.includes(mark.kind) && by.every((what) => meets(what, subject, step, mark)))
        all.push({ place: step.place, mark, node: step.node });
  }
  switch (take) {
    case 'all':
      return all;
    case 'first':
      return all.slice(0, 1);
    case 'last':
      return kinds.flatMap((kind) => all.filter(({ mark }) => mark.kind === kind).slice(-1));
    case 'each':
      // The first of each server: where it came to be there.
      return all.filter(
        (one, i) =>
          all.findIndex(
            ({ node, mark }) => node === one.node && mark.kind === one.mark.kind && mark.sequence === one.mark.sequence,
          ) === i,
      );
  }
}

function meets(
  what: NonNullable<Asked['by']>[number], { node, peer, index, terms, client, sequence }: Subject, step: MarkedStep,
  mark: Mark,
): boolean {
  switch (what) {
    case 'index':
      return index !== null && mark.index !== undefined && mark.index <= index && index <= (mark.upTo ?? mark.index);
    case 'term':
      return mark.term !== undefined && (terms[0] === undefined || mark.term === terms[0]);
    case 'node':
      return node === null || step.node === node;
    case 'peer':
      return peer === null || step.node === peer;
    case 'command':
      return client === null
        ? index !== null && mark.index === index
        : mark.client === client && (sequence === null || Math.abs((mark.sequence ?? -9) - sequence) <= 1);
  }
}

/** What the missing progress waits for, in the words of the paper. */
export function mustHappen(missing: string, servers: number): string | null {
  const majority = (servers >> 1) + 1;
  if (/^\d+ servers lead$/.test(missing) || missing === 'nobody leads') {
    return /^0|nobody/.test(missing)
      ? `one server must let its election timer run out, campaign, and get the votes of ${majority} of ${servers}, its own among them (5.2)`
      : 'all but the leader of the newest term must step down when they hear of it (5.1)';
  }
  const behind = /^n(\d+) has (?:executed|applied) up to (\d+) of (\d+)$/.exec(missing);
  if (behind !== null) {
    const next = Number(behind[2]) + 1;
    return (
      `the leader must send n${behind[1]} entry ${next}, or a snapshot that holds it, n${behind[1]} must accept it, ` +
      `and an entry of the leader's own term must be stored by ${majority} of ${servers} (5.3, 5.4.2)`
    );
  }
  const noise = /^n(\d+) still sends (entries|its snapshot) to n(\d+), /.exec(missing);
  if (noise !== null)
    return `n${noise[1]} must take from the answers of n${noise[3]} what it holds, raise its nextIndex above that, and send heartbeats only (5.3)`;
  const down = /^n(\d+) is down$/.exec(missing);
  if (down !== null)
    return `n${down[1]} must start again from its disk, and take from the leader what it has missed (5.5)`;
  if (/operations? (?:is|are) not answered$/.test(missing))
    return 'a leader must put each command into its log, commit it and answer its client (8)';
  return null;
}
