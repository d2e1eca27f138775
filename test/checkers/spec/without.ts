/**
 * The specification with one of its rules taken out: what breaks, and on which run. A run is either the first random
 * walk that breaks something, or, where it takes too many steps in the right order to be met, written out. What
 * breaks nothing is explained.
 */
import type { Bounds } from '../../../scenarios/protocols/raft-spec-model.ts';

export type Finding =
  | { readonly kind: 'walk'; readonly property: string; readonly actions: number; readonly bounds?: Partial<Bounds> }
  | { readonly kind: 'script'; readonly property: string; readonly script: string }
  /** `isUnseen`: no step differs, so the judge of steps has nothing to refuse. */
  | { readonly kind: 'safe'; readonly why: string; readonly isUnseen: boolean };

const walk = (property: string, actions: number, bounds?: Partial<Bounds>): Finding => ({
  kind: 'walk',
  property,
  actions,
  ...(bounds === undefined ? {} : { bounds }),
});
const script = (property: string, name: string): Finding => ({ kind: 'script', property, script: name });
const safe = (why: string): Finding => ({ kind: 'safe', why, isUnseen: false });
const unseen = (why: string): Finding => ({ kind: 'safe', why, isUnseen: true });

const narrow: Partial<Bounds> = { elections: 2, restarts: 0, isEager: true, hasSnapshots: false, hasStepDown: false };

export const findings: Readonly<Record<string, Finding>> = {
  'Restart: currentTerm survives': walk('Terms In Order, Votes Name Candidates, Term Monotonic', 78),
  'Restart: votedFor survives': walk('One Vote Per Term', 78),
  'Restart: the log survives': walk('Committed Entries Are On A Majority', 23),
  'Timeout: the server does not lead': safe(
    'a leader that stands for a later term is a server that gave up and then timed out; what it led stays as it was',
  ),
  'RequestVote: the server is a candidate': safe(
    'votes that nobody stands for elect nobody: BecomeLeader asks for a candidate, and a candidacy begins without votes but its own',
  ),
  'BecomeLeader: the server is a candidate': walk('Election Safety', 34),
  'BecomeLeader: a majority granted its vote': walk('Leader Completeness', 29),
  'BecomeLeader: matchIndex starts at 0': script('Match Index Is True', 'led before'),
  'StepDown: the server leads': safe('a candidate or follower that gives up is a slow one'),
  'ClientRequest: the server leads': walk('Log Matching', 2),
  'AdvanceCommitIndex: the server leads': script('Committed Entries Are On A Majority', 'follower counts'),
  'AdvanceCommitIndex: commitIndex rises': walk('Commit Index Monotonic', 68),
  'AdvanceCommitIndex: a majority holds the entry': walk('Committed Entries Are On A Majority', 7),
  'AdvanceCommitIndex: the entry is of this term': script('Leader Completeness', 'Figure 8'),
  'AppendEntries: the server leads': walk('Committed Entries Are On A Majority, Match Index Is True', 32, narrow),
  'AppendEntries: the entries are in the log': safe(
    'there would be nothing to send: the model remembers what was compacted, a server does not',
  ),
  'AppendEntries: leaderCommit is commitIndex': walk('Committed Entries Are On A Majority', 24, { servers: 5 }),
  "UpdateTerm: the message's term is newer": walk('One Vote Per Term', 3),
  'DropStaleResponse: the answer is of an older term': unseen('an answer that is dropped is a lost one'),
  'Receive: a newer term is taken over first': safe(
    'each handler asks for its own term once more, and the answers of a newer term are refusals',
  ),
  'HandleRequestVoteRequest: the request is of this term': walk('Votes Name Candidates', 32),
  "HandleRequestVoteRequest: the candidate's log is up to date": walk('Leader Completeness', 38),
  'HandleRequestVoteRequest: no other vote in this term': walk('Votes Are True, One Vote Per Term', 28),
  'HandleRequestVoteResponse: the answer is of this term': walk('Election Safety', 38),
  'HandleRequestVoteResponse: only a granted vote counts': walk('Election Safety', 55),
  'Receive: no leader hears a leader of its own term': unseen(
    'Election Safety: there is no other leader whom it could hear',
  ),
  'HandleAppendEntriesRequest: the request is of this term': walk('State Machine Safety', 27, narrow),
  'HandleAppendEntriesRequest: the log holds the entry before': walk('Match Index Is True', 68),
  'HandleAppendEntriesRequest: only a conflict cuts the log': walk(
    'Committed Entries Are On A Majority, Match Index Is True',
    15,
  ),
  'HandleAppendEntriesRequest: a conflict cuts the log': walk('Match Index Is True', 53),
  'HandleAppendEntriesRequest: commitIndex stays within the entries of the message': walk('State Machine Safety', 52),
  'HandleAppendEntriesRequest: commitIndex never falls': walk('Indexes In Order, Commit Index Monotonic', 59),
  'HandleAppendEntriesResponse: the answer is of this term': script('Match Index Is True', 'late answer'),
  'HandleAppendEntriesResponse: matchIndex never falls': walk('Match Index Monotonic', 16),
  'HandleAppendEntriesResponse: a refusal acknowledges nothing': walk('Match Index Is True', 37),
  'HandleInstallSnapshotRequest: the request is of this term': safe(
    'a snapshot holds what is committed, which is true in every later term',
  ),
  'HandleInstallSnapshotRequest: what is committed already is not installed': walk(
    'State Machine Safety, Indexes In Order, Snapshot Index Monotonic',
    76,
  ),
  'HandleInstallSnapshotRequest: what follows an entry that fits is kept': script(
    'Match Index Is True',
    'late snapshot',
  ),
  'HandleInstallSnapshotRequest: what follows an entry that does not fit goes': script(
    'Terms In Order',
    'nothing in common',
  ),
  'HandleInstallSnapshotResponse: the answer is of this term': safe(
    'it acknowledges what is committed, which its sender never loses',
  ),
  'Compact: the snapshot is later than the last one': walk('Snapshot Index Monotonic', 79),
  'Compact: what it covers is committed': walk('Indexes In Order', 16),
  'InstallSnapshot: the server leads': safe(
    'a snapshot holds what is committed, whoever sends it; it costs only bytes',
  ),
  'InstallSnapshot: the next entry is not in the log any more': safe(
    'a snapshot that was not needed installs nothing that is not so; it costs only bytes',
  ),
};

/** Bounds of the walks, where a finding names no others. */
export const bounds: Bounds = {
  servers: 3,
  elections: 4,
  restarts: 2,
  values: 3,
  duplicates: 0,
  drops: 0,
  isPublished: false,
  isJoined: true,
  isEager: false,
  hasSnapshots: true,
  hasStepDown: true,
  isPipelined: false,
  without: [],
};

/** A vote of each voter, and with the last one the election. */
const elect = (candidate: number, voters: readonly number[], term: number): readonly string[] => [
  `Timeout(${candidate}, of term ${term})`,
  ...voters.map((voter) => `Receive(${voter}, RequestVoteRequest of term ${term}, ${candidate} -> ${voter}`),
  ...voters.map(
    (voter) => `Receive(${candidate}, RequestVoteResponse of term ${term}, ${voter} -> ${candidate}, granted`,
  ),
];
const hears = (server: number, candidate: number, term: number): string =>
  `Receive(${server}, RequestVoteRequest of term ${term}, ${candidate} -> ${server}`;

/** The leader sends what it has at nextIndex, which fits; `last` is the answer's matchIndex. */
const replicate = (
  leader: number,
  to: number,
  term: number,
  prev: string,
  entry: string,
  last: number,
): readonly string[] => [
  ...send(leader, to, term, prev, entry),
  `Receive(${leader}, AppendEntriesResponse of term ${term}, ${to} -> ${leader}, match ${last}`,
];
const send = (leader: number, to: number, term: number, prev: string, entry: string): readonly string[] => [
  `AppendEntries(${leader}, to ${to}, behind ${prev.split('@')[0]}: entry`,
  `Receive(${to}, AppendEntriesRequest of term ${term}, ${leader} -> ${to}, behind ${prev}: ${entry}`,
];
/** A message that was refused before: it is still there. */
const again = (leader: number, to: number, term: number, prev: string, entry: string): readonly string[] =>
  send(leader, to, term, prev, entry).slice(1);
/** The same, and it does not fit; a heartbeat when there is no entry. */
const refuse = (leader: number, to: number, term: number, prev: string, entry: string): readonly string[] => [
  `AppendEntries(${leader}, to ${to}, behind ${prev.split('@')[0]}: ${entry === 'nothing' ? 'nothing' : 'entry'}`,
  `Receive(${to}, AppendEntriesRequest of term ${term}, ${leader} -> ${to}, behind ${prev}: ${entry}`,
  `Receive(${leader}, AppendEntriesResponse of term ${term}, ${to} -> ${leader}, refused`,
];

/**
 * 0 has a and c of term 2 alone; 1 has b of term 3 alone; 0 leads again in term 4, and brings a and c to those of
 * `others`, whose answers to c are taken or not; 1 leads in term 5.
 */
const twoLeaders = (others: readonly number[], takesLast: boolean): readonly string[] => [
  ...elect(0, others, 2),
  'ClientRequest(0, a)',
  'ClientRequest(0, c)',
  hears(1, 0, 2),
  ...elect(1, others, 3),
  'ClientRequest(1, b)',
  hears(0, 1, 3),
  ...elect(0, others, 4),
  ...others.flatMap((other) => [
    ...refuse(0, other, 4, '2@2', 'nothing'),
    ...refuse(0, other, 4, '1@2', 'c@2'),
    ...replicate(0, other, 4, '0@0', 'a@2', 1),
    ...again(0, other, 4, '1@2', 'c@2'),
    ...(takesLast ? [`Receive(0, AppendEntriesResponse of term 4, ${other} -> 0, match 2`] : []),
  ]),
  hears(1, 0, 4),
  ...elect(1, others, 5),
];

/** 1 leads in term 5 and brings b to 0. */
const broughtBack = (log: string): readonly string[] => [
  ...refuse(1, 0, 5, log, 'nothing'),
  ...replicate(1, 0, 5, '0@0', 'b@3', 1),
];

interface Script {
  readonly servers: number;
  readonly steps: readonly string[];
}

export const scripts: Readonly<Record<string, Script>> = {
  'Figure 8': {
    servers: 3,
    steps: [
      ...elect(0, [2], 2),
      'ClientRequest(0, a)',
      hears(1, 0, 2),
      ...elect(1, [2], 3),
      'ClientRequest(1, b)',
      hears(0, 1, 3),
      ...elect(0, [2], 4),
      ...refuse(0, 2, 4, '1@2', 'nothing'),
      ...replicate(0, 2, 4, '0@0', 'a@2', 1),
      hears(1, 0, 4),
      ...elect(1, [2], 5),
    ],
  },
  // 1 sends its snapshot to 0, whose entries are of an older term.
  'nothing in common': {
    servers: 3,
    steps: [
      ...elect(0, [2], 2),
      'ClientRequest(0, a)',
      'ClientRequest(0, c)',
      hears(1, 0, 2),
      ...elect(1, [2], 3),
      'ClientRequest(1, b)',
      ...replicate(1, 2, 3, '0@0', 'b@3', 1),
      'Compact(1, up to 1)',
      'InstallSnapshot(1, to 0)',
      'Receive(0, InstallSnapshotRequest of term 3, 1 -> 0',
    ],
  },
  // The snapshot was on its way when a and c arrived by themselves; 1 forgets its commitIndex.
  'late snapshot': {
    servers: 3,
    steps: [
      ...elect(0, [2], 2),
      'ClientRequest(0, a)',
      'ClientRequest(0, c)',
      'AppendEntries(0, to 1, behind 0: entry',
      ...replicate(0, 2, 2, '0@0', 'a@2', 1),
      'Compact(0, up to 1)',
      'InstallSnapshot(0, to 1)',
      'Receive(1, AppendEntriesRequest of term 2, 0 -> 1, behind 0@0: a@2',
      'Receive(0, AppendEntriesResponse of term 2, 1 -> 0, match 1',
      ...replicate(0, 1, 2, '1@2', 'c@2', 2),
      'Restart(1)',
      'Receive(1, InstallSnapshotRequest of term 2, 0 -> 1',
    ],
  },
  // 2 held a and c once, which 0 remembers; b took their place on both.
  'led before': {
    servers: 3,
    steps: [
      ...twoLeaders([2], true),
      ...refuse(1, 2, 5, '1@3', 'nothing'),
      ...replicate(1, 2, 5, '0@0', 'b@3', 1),
      ...broughtBack('1@3'),
      ...elect(0, [2], 6),
    ],
  },
  // The same, and the answer of term 4 that says so comes only now.
  'late answer': {
    servers: 3,
    steps: [
      ...twoLeaders([2], false),
      ...refuse(1, 2, 5, '1@3', 'nothing'),
      ...replicate(1, 2, 5, '0@0', 'b@3', 1),
      ...broughtBack('1@3'),
      ...elect(0, [2], 6),
      'Receive(0, AppendEntriesResponse of term 4, 2 -> 0, match 2',
    ],
  },
  // 2 and 3 held a and c once, which 0 remembers; then it follows 1, which gives it b and d of term 5, and counts
  // them.
  'follower counts': {
    servers: 5,
    steps: [
      ...twoLeaders([2, 3], true),
      'ClientRequest(1, d)',
      ...broughtBack('1@3'),
      ...replicate(1, 0, 5, '1@3', 'd@5', 2),
      'AdvanceCommitIndex(0, to 2)',
    ],
  },
};
