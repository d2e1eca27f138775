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

  /** @param server behind the event's actions */
  constructor(server: SpecServer) {
    this.server = server;
  }

  private of(peer: ServerId): readonly Range[] {
    const exact = this.server.nextIndex[peer] ?? 1;
    return this.choices?.get(peer) ?? this.common ?? [[exact, exact]];
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
  answered(before: SpecServer, { source, success, matchIndex }: Acknowledgement): void {
    const next = before.nextIndex[source]!;
    const match = before.matchIndex[source]!;
    if (success) {
      const known = Math.max(match, matchIndex);
      const highest = Math.max(next, known + 1);
      this.choose(source, [
        [matchIndex + 1, matchIndex + 1],
        [known + 1, known + 1],
        [highest, highest],
      ]);
    } else {
      const lower = Math.max(next - 1, 1);
      this.choose(source, [
        [lower, lower],
        [match + 1, next - 1],
      ]);
    }
  }

  /** Whether an entry may be sent as the next one; then what follows it may be next, too. */
  sends(peer: ServerId, from: number, count: number): boolean {
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
      if (peer === after.id || this.of(peer).some(([low, high]) => low <= is && is <= high)) continue;
      return refusedIn('nothing', '5.3', `nextIndex[${peer}] is ${is} and not ${this.inWords(peer)}`);
    }
    return null;
  }
}
