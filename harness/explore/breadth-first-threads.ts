/**
 * Breadth first on several threads. All insert into one shared visited set; a state stays with the thread
 * that found it, and when shares grow uneven the surplus is made again elsewhere from its path.
 *
 * The same counts as on one thread: every state is expanded exactly once, by whoever holds it, and
 * a level ends only when all threads are done with it.
 */
import { search } from './breadth-first.ts';
import { LocalCrew, type Crew, type CrewCounts, type LevelEnd } from './crew.ts';
import { Findings } from './findings.ts';
import { handovers } from './handovers.ts';
import type { Model } from './model.ts';
import type { SearchOptions, SearchResult } from './result.ts';
import { Threads, type Thread } from './threads.ts';
import type { Visited } from './visited.ts';
import type { ModelSource } from './worker-messages.ts';

/**
 * A level of this many states is worth sharing; a smaller space is closed before threads know what this one has
 * remembered.
 */
const shareFrom = 20_000;
const progressMs = 200;

export interface ThreadOptions extends SearchOptions {
  readonly workers: number;
  /** Share levels from this many states on; tests set it low. */
  readonly shareFrom?: number;
}

/** @param source makes the same model again in every worker */
export function breadthFirstInThreads<State, Action>(
  model: Model<State, Action>,
  source: ModelSource,
  options: ThreadOptions,
): Promise<SearchResult<State, Action>> {
  return search(model, new ThreadCrew(model, source, options), options, options.workers);
}

interface Share {
  readonly thread: Thread;
  following: number;
  waiting: number;
  isDone: boolean;
}

class ThreadCrew<State, Action> implements Crew {
  readonly visited: Visited;
  readonly findings: Findings;
  private readonly options: ThreadOptions;
  private readonly source: ModelSource;
  private readonly local: LocalCrew<State, Action>;
  private readonly reached: number[] = [];
  private threads: Threads | null = null;
  private shares: Share[] = [];
  private generated = 0;
  private level = 0;
  private mustAttach = true;
  private next: { reached: readonly number[] } | null = null;
  private isInRound = false;

  constructor(model: Model<State, Action>, source: ModelSource, options: ThreadOptions) {
    this.options = options;
    this.source = source;
    this.local = new LocalCrew(model, options, true);
    this.visited = this.local.visited;
    this.findings = this.local.findings;
  }

  counts(): CrewCounts {
    if (this.threads === null) return this.local.counts();
    const round = this.isInRound ? this.threads.roundNumbers() : { found: 0, generated: 0 };
    const following = sum(this.shares, (share) => share.following) + round.found;
    const queue = this.isInRound
      ? this.threads.roundNumbers().queue
      : following + sum(this.shares, (share) => share.waiting);
    return { distinct: this.visited.size + round.found, generated: this.generated + round.generated, following, queue };
  }

  async expandLevel(onProgress: () => void): Promise<LevelEnd> {
    if (this.threads === null) return this.local.expandLevel(onProgress);
    const { threads, options } = this;
    const interrupt = (): void => threads.interrupt();
    options.signal?.addEventListener('abort', interrupt, { once: true });
    const timer = setInterval(onProgress, progressMs);
    try {
      if (options.signal?.aborted === true) return 'interrupted';
      for (;;) {
        const { wasInterrupted, wasFull } = await this.round(options.maxStates ?? Infinity);
        onProgress();
        if (this.shares.every((share) => share.isDone)) return 'done';
        if (wasInterrupted) return 'interrupted';
        if (wasFull) return 'max-states';
      }
    } finally {
      clearInterval(timer);
      options.signal?.removeEventListener('abort', interrupt);
    }
  }

  async beginNextLevel(reached: readonly number[]): Promise<void> {
    this.reached.push(...reached.filter((index) => !this.reached.includes(index)));
    this.level++;
    if (this.threads !== null) {
      await this.even();
      this.next = { reached: [...this.reached] };
      for (const share of this.shares) {
        share.waiting = share.following;
        share.following = 0;
        share.isDone = false;
      }
      return;
    }
    await this.local.beginNextLevel(reached);
    if (this.local.expander.waiting >= (this.options.shareFrom ?? shareFrom)) await this.handOut();
  }

  async close(): Promise<void> {
    await this.threads?.end();
  }

  /** All threads that are not done with the level go on, each with its part of the room. */
  private async round(maxStates: number): Promise<{ wasInterrupted: boolean; wasFull: boolean }> {
    const { visited, threads } = this;
    if (visited.room < roomForRound(visited.size) / 2) {
      visited.reserve(roomForRound(visited.size));
      this.mustAttach = true;
    }
    const total = Math.min(visited.room, Math.max(0, maxStates - visited.size));
    const active = this.shares.filter((share) => !share.isDone);
    // With fewer states left than threads, as many threads go on; with none left, all do, to see whether they need one.
    const asked = total === 0 ? active : active.slice(0, total);
    // Those that sit out this round must not miss the new buffers or the new level: both go to all.
    const buffers = this.mustAttach ? visited.buffers : null;
    const { next } = this;
    const quotaOf = (share: Share): number => (asked.includes(share) ? Math.floor(total / asked.length) : 0);
    this.mustAttach = false;
    this.next = null;
    threads!.clearRound();
    this.isInRound = true;
    const replies = await Promise.all(
      this.shares.map((share) =>
        share.thread.ask('expanded', { kind: 'expand', quota: quotaOf(share), visited: buffers, next }),
      ),
    ).finally(() => {
      this.isInRound = false;
    });
    let found = 0;
    replies.forEach((reply, index) => {
      const share = this.shares[index]!;
      share.following = reply.following;
      share.waiting = reply.waiting;
      share.isDone = reply.pause === 'level-done';
      found += reply.found;
      this.generated += reply.generated;
      for (const finding of reply.findings) this.findings.add(finding);
    });
    visited.setSize(visited.size + found);
    return { wasInterrupted: replies.some((reply) => reply.pause === 'interrupted'), wasFull: total === 0 };
  }

  /** Starts the threads and gives each its share of the level, which this thread then forgets. */
  private async handOut(): Promise<void> {
    const { workers } = this.options;
    const { expander } = this.local;
    this.threads = new Threads(workers, this.source, this.options.hasSymmetry === true);
    this.generated = expander.generated;
    const { current } = expander;
    const parts = Array.from({ length: workers }, (): number[] => []);
    for (let index = 0; index < current.length; index++)
      parts[index % workers]!.push(current.lo(index), current.hi(index));
    current.takeLast(current.length);
    this.shares = this.threads.all.map((thread, index) => ({
      thread, following: 0, waiting: parts[index]!.length / 2, isDone: false,
    }));
    const start = { level: this.level, reached: [...this.reached] };
    const visited = this.visited.buffers;
    this.mustAttach = false;
    await Promise.all(
      this.shares.map((share, index) =>
        share.thread.ask('took', { kind: 'take', halves: Int32Array.from(parts[index]!), start, visited }),
      ),
    );
  }

  /** Moves states of the following level from large shares to small ones. */
  private async even(): Promise<void> {
    for (const { from, to, count } of handovers(
      this.shares.map(({ following }) => following), this.options.shareFrom ?? shareFrom,
    )) {
      const [giver, taker] = [this.shares[from]!, this.shares[to]!];
      const { halves } = await giver.thread.ask('gave', { kind: 'give', count });
      await taker.thread.ask('took', { kind: 'take', halves, start: null, visited: null });
      giver.following -= count;
      taker.following += count;
    }
  }
}

/** More than for one thread alone: at the end of a round all stand still. */
const roomForRound = (distinct: number): number => Math.max(1024, Math.ceil(distinct / 10));

const sum = (shares: readonly Share[], of: (share: Share) => number): number =>
  shares.reduce((total, share) => total + of(share), 0);
