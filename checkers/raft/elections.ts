/** Elections: who leads, who voted for whom, and that terms only rise (sections 5.1, 5.2). */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { Log, Term } from '../../core/raft/log.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';
import { hold, property } from '../property.ts';

export interface Election {
  readonly term: Term;
  readonly leader: NodeId;
  /** The leader's log when it was elected. */
  readonly log: Log;
}

export const termMonotonic = property({
  name: 'Term Monotonic',
  source: 'Raft, 5.1',
  says: "A server's term never goes back",
  looksAt: 'ghost',
  check: ({ node, lastTerm, term }: { readonly node: NodeId; readonly lastTerm: Term; readonly term: Term }) =>
    term >= lastTerm ? null : `n${node} went back from term ${lastTerm} to term ${term}`,
});

export interface TwoVotes {
  readonly voter: NodeId;
  readonly term: Term;
  /** Whom it voted for in that term before, and now; null for nobody. */
  readonly lastVote: NodeId | null;
  readonly vote: NodeId | null;
}

export const oneVotePerTerm = property({
  name: 'One Vote Per Term',
  source: 'Raft, 5.2',
  says: 'A server votes for at most one candidate in a term, also across restarts',
  looksAt: 'ghost',
  check: ({ voter, term, lastVote, vote }: TwoVotes) =>
    lastVote === null || vote === null || vote === lastVote
      ? null
      : `n${voter} voted for n${lastVote} and for n${vote} in term ${term}`,
});

export const electionSafety = property({
  name: 'Election Safety',
  source: 'Raft, Figure 3',
  says: 'At most one leader is elected in a term',
  looksAt: 'ghost',
  check: ({
    term, leader, other,
  }: {
    readonly term: Term;
    readonly leader: NodeId;
    readonly other: NodeId | undefined;
  }) => (other === undefined || other === leader ? null : `n${other} and n${leader} were both elected in term ${term}`),
});

export interface Majority {
  readonly term: Term;
  readonly leader: NodeId;
  readonly votes: number;
  readonly servers: number;
}

export const electedByMajority = property({
  name: 'Elected By Majority',
  source: 'Raft, 5.2',
  says: 'Whoever leads was given votes in its term by more than half of the servers',
  looksAt: 'ghost',
  check: ({ term, leader, votes, servers }: Majority) =>
    votes * 2 > servers ? null : `n${leader} leads term ${term} with ${votes} of ${servers} votes`,
});

const asksForVote = ({ kind }: { readonly kind: string }): boolean =>
  kind === 'requestVote' || kind === 'requestTransferVote';

type AnyEffect = Effect<unknown, unknown, unknown>;

/** Whether this step, or boot, made a leader. */
function electionIn(node: NodeId, before: Raft | null, after: Raft): Election | null {
  if (after.role === before?.role || after.role.kind !== 'leader') return null;
  const { currentTerm, log } = after.persistent;
  if (before?.role.kind === 'leader' && before.persistent.currentTerm === currentTerm) return null;
  return { term: currentTerm, leader: node, log };
}

export class Elections {
  /** In the order in which they were won. */
  won: Election[] = [];
  private readonly leaderOf = new Map<Term, NodeId>();
  /** Of each node, the last term seen and whom it voted for in it: remembered across restarts. */
  private readonly terms: Term[];
  private readonly votes: (NodeId | null)[];
  /** Whom each node voted for, by term. */
  private readonly granted = new Map<Term, (NodeId | null)[]>();

  constructor(servers: number) {
    this.terms = new Array<Term>(servers).fill(0);
    this.votes = new Array<NodeId | null>(servers).fill(null);
  }

  /** Reads terms and votes, and whether this step, or boot, made a leader. */
  read(node: NodeId, before: Raft | null, after: Raft): Election | null {
    const { currentTerm, votedFor } = after.persistent;
    if (before === null || before.persistent !== after.persistent) this.readVote(node, currentTerm, votedFor);
    const election = electionIn(node, before, after);
    if (election === null) return null;
    hold(electionSafety, { term: currentTerm, leader: node, other: this.leaderOf.get(currentTerm) });
    this.leaderOf.set(currentTerm, node);
    this.won.push(election);
    return election;
  }

  /** What a server promised with its old disk, its new one cannot know: it is another server under the same id. */
  replaced(node: NodeId, { currentTerm, votedFor }: Persistent): void {
    this.terms[node] = currentTerm;
    this.votes[node] = votedFor;
  }

  /** No server goes back to a term before that one: Term Monotonic. */
  forgetBelow(term: Term): void {
    this.won = this.won.filter((election) => election.term >= term);
    for (const known of [this.leaderOf, this.granted])
      for (const old of known.keys()) if (old < term) known.delete(old);
  }

  /** `voters`: who counts, as the leader sees it. */
  mustBeGranted({ term, leader }: Election, voters: readonly NodeId[] = this.terms.map((_, node) => node)): void {
    const granted = this.granted.get(term);
    const votes = voters.filter((voter) => granted?.[voter] === leader).length;
    hold(electedByMajority, { term, leader, votes, servers: voters.length });
  }

  private readVote(node: NodeId, term: Term, votedFor: NodeId | null): void {
    const lastTerm = this.terms[node]!;
    hold(termMonotonic, { node, lastTerm, term });
    const lastVote = term === lastTerm ? this.votes[node]! : null;
    hold(oneVotePerTerm, { voter: node, term, lastVote, vote: votedFor });
    this.terms[node] = term;
    // Forgetting a vote is no second vote; but the first one counts for as long as the term lasts.
    this.votes[node] = votedFor ?? lastVote;
    if (votedFor !== null) this.grantedIn(term)[node] = votedFor;
  }

  private grantedIn(term: Term): (NodeId | null)[] {
    let votes = this.granted.get(term);
    if (votes === undefined) this.granted.set(term, votes = new Array<NodeId | null>(this.terms.length).fill(null));
    return votes;
  }

  /** Votes that are granted by message count, whatever the voter's own state says. */
  readGrants(node: NodeId, event: Event<unknown, unknown>, effects: readonly AnyEffect[]): void {
    if (event.kind !== 'message' || !asksForVote(event.message as { kind: string })) return;
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const reply = effect.message as { kind: string; voteGranted?: boolean; term: Term };
      if (reply.kind === 'requestVoteReply' && reply.voteGranted === true) this.readVote(node, reply.term, effect.to);
    }
  }
}
