/**
 * The reduction takes quiet steps unseen: repeated requests, heartbeats, refusals. A counterexample must
 * be a run that a person can follow and that can be made a plan, so here the quiet steps that it needs
 * are put back, and no others: every letter that is delivered was sent by a step before.
 */
import type { Hasher } from '../fingerprint.ts';
import type { Path } from '../model.ts';
import type { Letter } from './letters.ts';
import type { Move } from './parts.ts';
import type { Notice } from './system.ts';
import type { World } from './state.ts';

/** A world without the reduction, and what the reduction calls the same. */
export interface PlainWorld<Ghost, N extends Notice> {
  readonly servers: number;
  initialStates(): readonly World<Ghost, N>[];
  actions(state: World<Ghost, N>): readonly Move<N>[];
  next(state: World<Ghost, N>, move: Move<N>): World<Ghost, N>;
  /** Feeds what every property can see. */
  feedVisible(state: World<Ghost, N>, into: Hasher): void;
}

interface Taken<N extends Notice> {
  readonly move: Move<N>;
  /** Letters that nobody had sent before. */
  readonly sent: readonly Letter[];
  readonly isQuiet: boolean;
}

/** @throws Error when the path is none of this world */
export function unfolded<Ghost, N extends Notice>(
  plain: PlainWorld<Ghost, N>, path: Path<World<Ghost, N>, Move<N>>, hasher: Hasher,
): Path<World<Ghost, N>, Move<N>> {
  const taken: Taken<N>[] = [];
  let state = plain.initialStates()[0]!;
  const take = (move: Move<N>, isQuiet: boolean): void => {
    const after = plain.next(state, move);
    taken.push({ move, sent: newLetters(state, after), isQuiet });
    state = after;
  };
  for (const seen of path.actions) {
    takeQuietSteps(
      plain, hasher, () => state, (move) => take(move, true),
    );
    const move = movesLike(plain, state, seen);
    // The last step of a path may throw.
    if (taken.length > 0 && path.actions.at(-1) === seen && path.states.length === path.actions.length) {
      taken.push({ move, sent: [], isQuiet: false });
      break;
    }
    take(move, false);
    if (seen.kind === 'crash')
      take(
        plain.actions(state).find(({ kind, node }) => kind === 'restart' && node === seen.node)!, false,
      );
  }
  return run(plain, needed(plain, taken), path.detail);
}

function newLetters<Ghost, N extends Notice>(before: World<Ghost, N>, after: World<Ghost, N>): readonly Letter[] {
  return after.inboxes.flatMap((inbox, to) =>
    inbox === before.inboxes[to] ? [] : inbox.letters.filter((letter) => !before.inboxes[to]!.letters.includes(letter)),
  );
}

/** Steps that only add letters, until none adds any. */
function takeQuietSteps<Ghost, N extends Notice>(
  plain: PlainWorld<Ghost, N>, hasher: Hasher, stateOf: () => World<Ghost, N>, take: (move: Move<N>) => void,
): void {
  const visible = (of: World<Ghost, N>): string => {
    hasher.reset();
    plain.feedVisible(of, hasher);
    hasher.finish();
    return `${hasher.lo} ${hasher.hi}`;
  };
  for (let isDone = false; !isDone;) {
    isDone = true;
    const state = stateOf();
    const before = visible(state);
    for (const move of plain.actions(state)) {
      // What a client is told only moves it on; its timer alone makes it ask everybody.
      const mayBeQuiet = move.kind === 'timer' || (move.kind === 'deliver' && move.node < plain.servers);
      if (!mayBeQuiet || move.outcome === null || move.outcome.thrown !== null) continue;
      const after = plain.next(state, move);
      if (newLetters(state, after).length === 0 || visible(after) !== before) continue;
      take(move);
      isDone = false;
      break;
    }
  }
}

function movesLike<Ghost, N extends Notice>(
  plain: PlainWorld<Ghost, N>, state: World<Ghost, N>, seen: Move<N>,
): Move<N> {
  const isLike = (move: Move<N>): boolean =>
    move.kind === seen.kind &&
    move.node === seen.node &&
    move.timer === seen.timer &&
    barrierOf(move) === barrierOf(seen) &&
    move.letter?.lo === seen.letter?.lo &&
    move.letter?.hi === seen.letter?.hi;
  const move = plain.actions(state).find(isLike);
  if (move === undefined)
    throw new Error('a step of the reduced run is not possible in the world without the reduction');
  return move;
}

/** Which of its step's barriers a crash is at; -1 between two steps. */
const barrierOf = <N extends Notice>({ barrier, outcome }: Move<N>): number =>
  barrier === null ? -1 : outcome!.barriers.indexOf(barrier);

/** All steps that were seen, and the quiet ones that sent what they need, from the last to the first. */
function needed<Ghost, N extends Notice>(plain: PlainWorld<Ghost, N>, taken: readonly Taken<N>[]): readonly Move<N>[] {
  const wanted = new Set<Letter>();
  /** Clients whose later askings are needed: they come in a row. */
  const asking = new Set<number>();
  const kept: Move<N>[] = [];
  for (const { move, sent, isQuiet } of taken.toReversed()) {
    if (isQuiet && !asking.has(move.node) && !sent.some((letter) => wanted.has(letter))) continue;
    const isClient = move.node >= plain.servers;
    if (isClient && isQuiet) asking.add(move.node);
    if (isClient && !isQuiet) asking.delete(move.node);
    if (move.letter !== null) wanted.add(move.letter);
    kept.push(move);
  }
  return kept.reverse();
}

/** The moves once more: nodes are where they were, only fewer letters are in flight. */
function run<Ghost, N extends Notice>(
  plain: PlainWorld<Ghost, N>, moves: readonly Move<N>[], detail: string,
): Path<World<Ghost, N>, Move<N>> {
  const states = [plain.initialStates()[0]!];
  const actions: Move<N>[] = [];
  for (const wanted of moves) {
    const state = states.at(-1)!;
    const move =
      (wanted.kind === 'crash' && wanted.barrier === null) || wanted.kind === 'restart'
        ? plain
            .actions(state)
            .find(({ kind, node, barrier }) => kind === wanted.kind && node === wanted.node && barrier === null)!
        : movesLike(plain, state, wanted);
    actions.push(move);
    try {
      states.push(plain.next(state, move));
    } catch {
      break;
    }
  }
  return { states, actions, detail };
}
