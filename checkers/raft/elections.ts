/** Elections: who leads, who voted for whom, and that terms only rise (sections 5.1, 5.2). */
import type { Event, NodeId } from '../../core/protocol.ts';
import type { Effect } from '../../core/protocol.ts';
import type { Log, Term } from '../../core/raft/log.ts';
import type { Raft } from '../../core/raft/state.ts';
import { mustHold } from '../checker.ts';

export interface Election {
  readonly term: Term;
  readonly leader: NodeId;
  /** The leader's log when it was elected. */
  readonly log: Log;
}

type AnyEffect = Effect<unknown, unknown, unknown>;

export class Elections {
  /** In the order in which they were won. */
  readonly won: Election[] = [];
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

  /** Whether this step, or boot, made a leader. */
  read(node: NodeId, before: Raft | null, after: Raft): Election | null {
    const { currentTerm, votedFor, log } = after.persistent;
    if (before === null || before.persistent !== after.persistent) this.readVote(node, currentTerm, votedFor);
    if (after.role === before?.role || after.role.kind !== 'leader') return null;
    if (before?.role.kind === 'leader' && before.persistent.currentTerm === currentTerm) return null;
    const other = this.leaderOf.get(currentTerm);
    mustHold('Election Safety', other === undefined || other === node, () => `n${other} and n${node} were both elected in term ${currentTerm}`);
    this.leaderOf.set(currentTerm, node);
    const election: Election = { term: currentTerm, leader: node, log };
    this.won.push(election);
    return election;
  }

  /** Whoever leads was given the votes of that very term by more than half of the servers (section 5.2). */
  mustBeGranted({ term, leader }: Election): void {
    const votes = this.granted.get(term)?.filter((vote) => vote === leader).length ?? 0;
    mustHold('Elected By Majority', votes * 2 > this.terms.length, () => `n${leader} leads term ${term} with ${votes} of ${this.terms.length} votes`);
  }

  private readVote(node: NodeId, term: Term, votedFor: NodeId | null): void {
    const lastTerm = this.terms[node]!;
    mustHold('Term Monotonic', term >= lastTerm, () => `n${node} went back from term ${lastTerm} to term ${term}`);
    const lastVote = term === lastTerm ? this.votes[node]! : null;
    mustHold('One Vote Per Term', lastVote === null || votedFor === null || votedFor === lastVote, () =>
      `n${node} voted for n${lastVote} and for n${votedFor} in term ${term}`);
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
    if (event.kind !== 'message' || (event.message as { kind: string }).kind !== 'requestVote') return;
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const reply = effect.message as { kind: string; voteGranted?: boolean; term: Term };
      if (reply.kind === 'requestVoteReply' && reply.voteGranted === true) this.readVote(node, reply.term, effect.to);
    }
  }
}
