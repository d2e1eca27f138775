/**
 * What nextIndex may be behind a step. Figure 2 gives it one value; an implementation may go back further on a
 * refusal that carries a hint (section 5.3, at its end), and may count on what it sends to arrive (pipelining,
 * dissertation 10.2.1).
 */
import type { AppendEntriesResponse } from './message.ts';
import { refusedIn, type Refusal } from './refusal.ts';
import type { ServerId, SpecServer } from './server.ts';

/** An answer to entries, or to a snapshot that was taken. */
type Acknowledgement = Pick<AppendEntriesResponse, 'source' | 'success' | 'matchIndex'>;

/** Both ends included. */
type Range = readonly [low: number, high: number];

export class NextIndexes {
  private readonly server: SpecServer;
  /** Of those peers only that have a choice. */
  private choices: Map<ServerId, readonly Range[]> | null = null;
  /** Of all peers without one; a leader just elected may have counted its own no-op. */
  private common: readonly Range[] | null = null;
  /** Turned into a choice only when what is likeliest does not fit. */
  private answer: { readonly before: SpecServer; readonly said: Acknowledgement; readonly likeliest: number } | null =
    null;

  /** @param server behind the event's actions */
  constructor(server: SpecServer) {
    this.server = server;
  }

  private of(peer: ServerId): readonly Range[] {
    const { answer } = this;
    if (answer?.said.source === peer) {
      this.answer = null;
      this.choose(peer, rangesBehind(answer.before, answer.said));
    }
    const exact = this.server.nextIndex[peer] ?? 1;
    return this.choices?.get(peer) ?? this.common ?? [[exact, exact]];
  }

  /** Whether nextIndex of a peer is what it is by far the most often: then nothing needs to be remembered. */
  private isLikeliest(peer: ServerId, is: number): boolean {
    if (this.common !== null || this.choices?.has(peer) === true) return false;
    const { answer } = this;
    return is === (answer?.said.source === peer ? answer.likeliest : this.server.nextIndex[peer]);
  }

  private choose(peer: ServerId, ranges: readonly Range[]): void {
    this.choices ??= new Map();
    this.choices.set(peer, ranges);
  }

  /** @param lastIndex of the leader's log behind the step */
  elected(server: SpecServer, lastIndex: number): void {
    const next = server.log.lastIndex + 1;
    this.choices = null;
    this.common = [
      [next, next],
      [lastIndex + 1, lastIndex + 1],
    ];
  }

  /** @param before the server that takes the answer */
  answered(before: SpecServer, said: Acknowledgement): void {
    const next = before.nextIndex[said.source]!;
    const likeliest = said.success
      ? Math.max(next, before.matchIndex[said.source]! + 1, said.matchIndex + 1)
      : Math.max(next - 1, 1);
    this.answer = { before, said, likeliest };
  }

  /**
   * Whether an entry may be sent as the next one; then what follows it may be next, too.
   * @param nextAfter what nextIndex is behind the step
   */
  sends(peer: ServerId, from: number, count: number, nextAfter: number): boolean {
    if (from === nextAfter && this.isLikeliest(peer, from)) return true;
    if (!this.of(peer).some(([low, high]) => low <= from && from <= high)) return false;
    this.choose(peer, [
      [from, from],
      [from + count, from + count],
    ]);
    return true;
  }

  /** Whether a peer may be sent a snapshot that ends at `lastIncluded`; then what follows it may be next, too. */
  sendsSnapshot(peer: ServerId, lastIncluded: number): boolean {
    const below = this.of(peer)
      .filter(([low]) => low <= lastIncluded)
      .map(([low, high]): Range => [low, Math.min(high, lastIncluded)]);
    if (below.length === 0) return false;
    this.choose(peer, [...below, [lastIncluded + 1, lastIncluded + 1]]);
    return true;
  }

  inWords(peer: ServerId): string {
    const texts = this.of(peer)
      .filter(([low, high]) => low <= high)
      .map(([low, high]) => (low === high ? `${low}` : `${low} to ${high}`));
    return [...new Set(texts)].join(' or ');
  }

  /** Null when the leader's nextIndex is among what it may be. */
  compared(after: SpecServer): Refusal | null {
    for (let peer = 0; peer < after.nextIndex.length; peer++) {
      const is = after.nextIndex[peer]!;
      if (peer === after.id || this.isLikeliest(peer, is)) continue;
      if (this.of(peer).some(([low, high]) => low <= is && is <= high)) continue;
      return refusedIn('nothing', '5.3', `nextIndex[${peer}] is ${is} and not ${this.inWords(peer)}`);
    }
    return null;
  }
}

function rangesBehind(before: SpecServer, { source, success, matchIndex }: Acknowledgement): readonly Range[] {
  const next = before.nextIndex[source]!;
  const match = before.matchIndex[source]!;
  if (success) {
    const known = Math.max(match, matchIndex);
    const highest = Math.max(next, known + 1);
    return [
      [matchIndex + 1, matchIndex + 1],
      [known + 1, known + 1],
      [highest, highest],
    ];
  }
  const lower = Math.max(next - 1, 1);
  return [
    [lower, lower],
    [match + 1, next - 1],
  ];
}
