/**
 * Any protocol as a model: its own processes in a world without time. Any letter in flight may be
 * delivered, dropped or duplicated, any armed timer may fire, any server may crash and start again from
 * its disk, any client may go on, all within stated bounds.
 *
 * A step takes effect whole: its writes are durable, its letters are sent, its state is the node's. Beside
 * it stand the crashes at its barriers, where the writes are durable and nothing else happened; a crash
 * before the write is the node's crash before the step.
 *
 * The reduction (for a `set` network, in which a letter once sent stays for ever): see docs/explorer.md.
 * In short: a step that changes no node and answers nobody only adds letters. Letters take nothing away,
 * so taking such steps at once and always reaches the same nodes, and no other.
 */
import { Violated } from '../../../checkers/checker.ts';
import type { NodeId } from '../../../core/protocol.ts';
import type { Plan } from '../../plan/plan.ts';
import { Hasher, StructuralHasher } from '../fingerprint.ts';
import type { Path, Model, Problem, Property } from '../model.ts';
import { Interner, type Interned } from '../interner.ts';
import type { Described } from '../../text/difference.ts';
import { DeadLetters, deadLettersStayDead } from './dead-letters.ts';
import { Letters, type Inbox, type Letter, type NetworkKind } from './letters.ts';
import { Nodes } from './nodes.ts';
import type { Barrier, Move, Node, Outcome, Reached, Slot } from './parts.ts';
import { Renamings } from './renamings.ts';
import { planOfPath } from './plan-of-path.ts';
import { Slots } from './slots.ts';
import { World } from './state.ts';
import { unfolded } from './unfold.ts';
import { nodeName, type Notice, type UntimedSystem } from './system.ts';

export interface WorldBounds {
  readonly network: NetworkKind;
  readonly maxCrashes: number;
  /** Letters in flight at once; `Infinity` for any number. */
  readonly maxInFlight: number;
  /** Of `multiset` and `ordered`: in a `set` a letter may always be late for ever, and come twice. */
  readonly maxDrops: number;
  readonly maxDuplicates: number;
  /** Takes quiet steps at once; only for `set`, and without a bound on letters in flight. */
  readonly isReduced: boolean;
}

const kindWeights: Readonly<Record<string, number>> = {
  deliver: 40, client: 8, timer: 3, crash: 1, restart: 4, drop: 2, duplicate: 2,
};

export class UntimedWorld<Ghost, N extends Notice> implements Model<World<Ghost, N>, Move<N>> {
  readonly kindWeights = kindWeights;
  properties: readonly Property<World<Ghost, N>, Move<N>>[];
  readonly fingerprintOfOrbit?: (state: World<Ghost, N>, into: Hasher) => void;
  private readonly system: UntimedSystem<Ghost, N>;
  private readonly bounds: WorldBounds;
  private readonly letters: Letters;
  private readonly nodes: Nodes<Ghost, N>;
  private readonly ghosts: Interner<Ghost>;
  private readonly slots: Slots<Ghost, N>;
  /** Numbers of disks are below it where they are put together to one. */
  private readonly diskRadix: number;
  /** Null without the reduction. */
  private readonly dead: DeadLetters<Ghost, N> | null;

  constructor(system: UntimedSystem<Ghost, N>, bounds: WorldBounds) {
    this.system = system;
    this.bounds = bounds;
    this.letters = new Letters(bounds.network, system.views);
    this.nodes = new Nodes(system, this.letters, bounds.isReduced);
    this.ghosts = new Interner(system.views, true);
    this.dead = bounds.isReduced ? new DeadLetters(system, this.letters, this.nodes) : null;
    this.slots = new Slots(this.letters, this.nodes, this.dead);
    this.diskRadix = 2 ** Math.floor(exactBits / system.servers);
    this.properties = this.makeProperties();
    const renamings = system.renamings(bounds.isReduced);
    if (system.renamer !== null && renamings.length > 1) {
      const parts = new Renamings(system, system.renamer, renamings, this.letters, this.nodes, this.ghosts, this.slots);
      this.fingerprintOfOrbit = (state, into) => {
        parts.feed(state, into);
        feedCounts(state, into);
      };
    }
  }

  /** More of them, before the search begins. */
  addProperties(more: readonly Property<World<Ghost, N>, Move<N>>[]): void {
    this.properties = [...this.properties, ...more];
  }

  initialStates(): readonly World<Ghost, N>[] {
    const { system, letters } = this;
    const boots = system.processes.map((process, index) => this.nodes.boot(index, process.blank));
    const blank = new World<Ghost, N>(
      boots.map((boot) => this.slots.of(boot.node, letters.empty)), this.ghosts.intern(system.observer.blank), 0, 0, 0,
      null,
    );
    for (const boot of boots) this.dead?.enter(boot.node);
    const booted = boots.reduce((state, boot) => this.booted(state, boot), blank);
    return [(system.wishes ?? []).reduce((state, { to, message }) => this.withWish(state, to, message), booted)];
  }

  private withWish(
    { slots, ghost, crashes, drops, duplicates, problem }: World<Ghost, N>, to: NodeId, message: unknown,
  ): World<Ghost, N> {
    const { node, inbox } = slots[to]!;
    return new World(
      slots.with(to, this.slots.of(node, this.letters.with(inbox, this.letters.letter(to, to, message)))),
      ghost,
      crashes,
      drops,
      duplicates,
      problem,
    );
  }

  actions(state: World<Ghost, N>): readonly Move<N>[] {
    const { slots, crashes, drops, duplicates } = state;
    // What is broken is found: nothing behind it counts.
    if (state.problem !== null) return [];
    const moves: Move<N>[] = [];
    const mayCrash = crashes < this.bounds.maxCrashes;
    const isReliable = this.bounds.network === 'set';
    for (const slot of slots) {
      for (const move of mayCrash ? this.movesOf(slot) : this.calmMovesOf(slot)) {
        if (!isReliable && move.kind === 'drop' && drops >= this.bounds.maxDrops) continue;
        if (!isReliable && move.kind === 'duplicate' && duplicates >= this.bounds.maxDuplicates) continue;
        moves.push(move);
      }
    }
    return moves;
  }

  next(state: World<Ghost, N>, move: Move<N>): World<Ghost, N> {
    const { letter, node: index, outcome } = move;
    const { letters } = this;
    const { slots } = state;
    switch (move.kind) {
      case 'drop':
        return this.withInbox(
          state, index, letters.without(slots[index]!.inbox, letter!), state.drops + 1, state.duplicates,
        );
      case 'duplicate':
        return this.withInbox(
          state, index, letters.doubled(slots[index]!.inbox, letter!), state.drops, state.duplicates + 1,
        );
      case 'crash':
        return this.crashed(state, move);
      case 'restart':
        return this.after(state, move, outcome!, state.crashes);
      case 'deliver':
        // To a node that is down: lost.
        if (outcome === null)
          return this.withInbox(
            state, index, letters.delivered(slots[index]!.inbox, letter!), state.drops, state.duplicates,
          );
        return this.after(state, move, outcome, state.crashes);
      case 'timer':
        return this.after(state, move, outcome!, state.crashes);
      case 'client':
        return this.after(state, move, outcome!, state.crashes);
    }
  }

  withinBoundary({ slots }: World<Ghost, N>): boolean {
    for (const { node } of slots) if (!node.isWithin) return false;
    return (
      this.bounds.maxInFlight === Infinity ||
      slots.reduce((sum, { inbox }) => sum + inbox.letters.length, 0) <= this.bounds.maxInFlight
    );
  }

  fingerprint(state: World<Ghost, N>, into: Hasher): void {
    // Each hash has its node's number in it, so the sum tells which slot is whose.
    into.bag(state.slots);
    into.part(state.ghost);
    feedCounts(state, into);
  }

  /** Everything that a property can see: what nodes would make no difference of is left out. */
  feedVisible({ nodes, ghost, problem }: World<Ghost, N>, into: Hasher): void {
    const { system } = this;
    const structural = new StructuralHasher(system.views, false);
    for (const { index, state, durable } of nodes)
      structural.feed([state === null ? null : system.essence(index, system.canonical(index, state)), durable], into);
    into.part(ghost);
    if (problem !== null) into.text(problem.property);
  }

  get servers(): number {
    return this.system.servers;
  }

  /** The run with the steps that the reduction took unseen. */
  unfold(path: Path<World<Ghost, N>, Move<N>>): Path<World<Ghost, N>, Move<N>> {
    return this.bounds.isReduced
      ? unfolded(new UntimedWorld(this.system, { ...this.bounds, isReduced: false }), path, new Hasher())
      : path;
  }

  /** Null when the system does not say how its plans begin. */
  planOf(path: Path<World<Ghost, N>, Move<N>>, property: string): Plan | null {
    const { planBase, processes, wishes = [] } = this.system;
    // A wrong claim of the reduction breaks nothing that a run shows: without it, `--plain`, the search finds what
    // does.
    if (planBase === undefined || property === deadLettersStayDead) return null;
    // A world that cannot begin has no run.
    if (path.states[0]!.problem?.property === cannotStart) return null;
    const keyOf = (from: NodeId, to: NodeId, message: unknown): string => {
      const { lo, hi } = this.letters.letter(from, to, message);
      return `${lo} ${hi}`;
    };
    return planOfPath(planBase, { processes, keyOf, moves: this.unfold(path).actions, wishes });
  }

  kindOf(move: Move<N>): string {
    return move.kind;
  }

  /**
   * What the node with this inbox can do. Made once; drops and duplicates are left out later when their number is used
   * up.
   */
  private movesOf(slot: Slot<N>): readonly Move<N>[] {
    return (slot.moves ??= slot.node.state === null ? this.movesOfDown(slot) : this.movesOfUp(slot));
  }

  private calmMovesOf(slot: Slot<N>): readonly Move<N>[] {
    return (slot.calmMoves ??= this.movesOf(slot).filter(({ kind }) => kind !== 'crash'));
  }

  private movesOfUp({ node, inbox }: Slot<N>): readonly Move<N>[] {
    const { system, nodes, bounds } = this;
    const { index } = node;
    const isServer = index < system.servers;
    const moves: Move<N>[] = [];
    const add = (outcome: Outcome<N>, what: Pick<Move<N>, 'kind'> & Partial<Move<N>>): void => {
      if (bounds.isReduced && outcome.isQuiet) return;
      moves.push(move({ ...what, node: index, outcome }));
      if (!isServer) return;
      for (const barrier of outcome.barriers) {
        // With the reduction a crash behind the last write is the step, and then a crash: nobody has to get the
        // letters.
        if (bounds.isReduced && nodes.isSameDisk(barrier.durable, outcome.step.durableAfter)) continue;
        moves.push(move({ ...what, kind: 'crash', node: index, barrier, outcome }));
      }
    };
    for (const letter of inbox.deliverable) add(nodes.onLetter(node, letter), { kind: 'deliver', letter });
    if (bounds.network !== 'set') {
      for (const letter of inbox.deliverable)
        moves.push(move({ kind: 'drop', node: index, letter }), move({ kind: 'duplicate', node: index, letter }));
    }
    for (const timer of node.timers) {
      if (system.mayFire(index, node.state, timer)) add(nodes.onTimer(node, timer), { kind: 'timer', timer });
    }
    if (isServer) {
      const outcome = bounds.isReduced ? nodes.restart(node) : null;
      // A fall after which it is as it was and says nothing never was.
      if (outcome?.node !== node || outcome.sends.length > 0) moves.push(move({ kind: 'crash', node: index, outcome }));
      return moves;
    }
    const client = index - system.servers;
    const request = system.nextRequest(client, node.state);
    if (request !== null) add(nodes.onRequest(node, client, request), { kind: 'client', request });
    return moves;
  }

  private movesOfDown({ node, inbox }: Slot<N>): readonly Move<N>[] {
    const { index } = node;
    const lost =
      this.bounds.network === 'set'
        ? []
        : inbox.deliverable.map((letter) => move<N>({ kind: 'deliver', node: index, letter }));
    return [...lost, move<N>({ kind: 'restart', node: index, outcome: this.nodes.restart(node) })];
  }

  private withInbox(
    { slots, ghost, crashes, problem }: World<Ghost, N>, index: NodeId, inbox: Inbox, drops: number, duplicates: number,
  ): World<Ghost, N> {
    return new World(
      slots.with(index, this.slots.of(slots[index]!.node, inbox)), ghost, crashes, drops, duplicates, problem,
    );
  }

  private crashed(state: World<Ghost, N>, move: Move<N>): World<Ghost, N> {
    const { node: index, letter, barrier, outcome } = move;
    const { slots, ghost, drops, duplicates, problem } = state;
    const crashes = state.crashes + 1;
    // With the reduction it starts again at once: until then it would only have been silent.
    if (barrier !== null && this.bounds.isReduced)
      return this.after(state, move, this.nodes.restartAt(index, barrier), crashes);
    if (barrier !== null) return this.crashedAt(state, index, letter, barrier, crashes);
    if (outcome !== null) return this.after(state, move, outcome, crashes);
    const { node, inbox } = slots[index]!;
    const down = this.slots.of(this.nodes.down(index, node.durable), inbox);
    return new World(slots.with(index, down), ghost, crashes, drops, duplicates, problem);
  }

  private crashedAt(
    { slots, ghost, drops, duplicates, problem }: World<Ghost, N>, index: NodeId, letter: Letter | null,
    barrier: Barrier, crashes: number,
  ): World<Ghost, N> {
    const after = slots.slice();
    const { inbox } = slots[index]!;
    after[index] = this.slots.of(
      this.nodes.down(index, barrier.durable), letter === null ? inbox : this.letters.delivered(inbox, letter),
    );
    for (const sent of barrier.sends) {
      const { to } = sent.value;
      after[to] = this.slots.of(after[to]!.node, this.letters.with(after[to]!.inbox, sent));
    }
    return new World(after, ghost, crashes, drops, duplicates, problem);
  }

  private booted(state: World<Ghost, N>, outcome: Outcome<N>): World<Ghost, N> {
    const { thrown, step } = outcome;
    if (thrown !== null) {
      // No step leads here: the world itself is broken.
      const { slots, ghost, crashes, drops, duplicates } = state;
      const problem =
        state.problem ??
        new Violated(
          cannotStart,
          `${nodeName(this.system.servers, step.node)} cannot start: ${thrown.error instanceof Error ? thrown.error.message : String(thrown.error)}`,
        );
      return new World(slots, ghost, crashes, drops, duplicates, problem);
    }
    return this.after(state, move({ kind: 'restart', node: outcome.step.node, outcome }), outcome, state.crashes);
  }

  /** The world when a step has taken effect. */
  private after(state: World<Ghost, N>, taken: Move<N>, outcome: Outcome<N>, crashes: number): World<Ghost, N> {
    if (outcome.thrown !== null) throw outcome.thrown.error;
    const { node: at, letter, request } = taken;
    const reached = (taken.reached ??= this.stepped(state.slots[at]!, letter, outcome));
    let objection = reached.objection;
    let slots: Slot<N>[] | null = null;
    if (reached.slot !== state.slots[at]) (slots = state.slots.slice())[at] = reached.slot;
    /** What was said and is not in its inbox yet. */
    const open = [reached.says];
    for (let says = open.pop(); says !== undefined; says = open.pop()) {
      for (const batch of says) {
        const { to } = batch;
        const before = (slots ?? state.slots)[to]!;
        const after = before.plus?.get(batch.id) ?? this.slots.plus(before, batch);
        objection ??= after.objection;
        if (after.slot === before) continue;
        slots ??= state.slots.slice();
        slots[to] = after.slot;
        if (after.says.length > 0) open.push(after.says);
      }
    }
    const { ghost, problem: broken } = this.observed(outcome, slots ?? state.slots, state.ghost, request);
    const problem = broken ?? objection;
    const { drops, duplicates } = state;
    if (slots === null && ghost === state.ghost && problem === null && crashes === state.crashes) return state;
    return new World(slots ?? state.slots, ghost, crashes, drops, duplicates, problem);
  }

  private stepped(slot: Slot<N>, letter: Letter | null, outcome: Outcome<N>): Reached<N> {
    const { node, inbox } = slot;
    const left = letter === null ? inbox : this.letters.delivered(inbox, letter);
    return this.slots.stepped(slot, left, outcome, (timer) =>
      this.system.mayFire(node.index, outcome.node.state, timer),
    );
  }

  private observed(
    outcome: Outcome<N>, slots: readonly Slot<N>[], before: Interned<Ghost>, request: unknown,
  ): { ghost: Interned<Ghost>; problem: Violated | null } {
    const { notice, problem, replies, step, ghosts } = outcome;
    const isOthers = notice?.concernsOthers === true;
    if (problem !== null || (!isOthers && replies.length === 0 && request === null)) return { ghost: before, problem };
    const broken = isOthers ? (this.compared(outcome, notice, slots, before) ?? this.momentNow(slots)) : null;
    if (broken !== null) return { ghost: before, problem: broken };
    const isBoot = step.event === null;
    let after = isBoot ? undefined : (ghosts.get(before.id) as Interned<Ghost> | Violated | undefined);
    if (after === undefined)
      ghosts.set(
        before.id,
        (after = this.behind(outcome, before, request, isBoot ? slots.map(({ node }) => node) : null)),
      );
    return after instanceof Violated ? { ghost: before, problem: after } : { ghost: after, problem: null };
  }

  /** Steps are held against disks, of which there are few: what was said of equal ones is said again. */
  private compared(outcome: Outcome<N>, notice: N, slots: readonly Slot<N>[], ghost: Interned<Ghost>): Violated | null {
    const { diskRadix } = this;
    let key = 0;
    for (let server = 0; server < this.system.servers; server++) {
      const { disk } = slots[server]!.node;
      // More disks than numbers for them: not remembered.
      if (disk >= diskRadix) return this.comparedNow(outcome, notice, slots, ghost);
      key = key * diskRadix + disk;
    }
    let byDisks = outcome.compared.get(ghost.id);
    if (byDisks === undefined) outcome.compared.set(ghost.id, (byDisks = new Map()));
    let problem = byDisks.get(key);
    if (problem === undefined) byDisks.set(key, (problem = this.comparedNow(outcome, notice, slots, ghost)));
    return problem;
  }

  private comparedNow(
    { step }: Outcome<N>, notice: N, slots: readonly Slot<N>[], ghost: Interned<Ghost>,
  ): Violated | null {
    try {
      this.system.observer.compare(
        step, notice, slots.map(({ node }) => node.durable), ghost.value,
      );
      return null;
    } catch (error) {
      return asViolated(error);
    }
  }

  /** Of observers that look at all states together; null where nothing is broken. */
  private momentNow(slots: readonly (Slot<N> | null)[]): Violated | null {
    const { observer, servers } = this.system;
    if (observer.moment === undefined) return null;
    try {
      // While the first boots are told, those behind have no place yet.
      observer.moment(slots.slice(0, servers).map((slot) => slot?.node?.state ?? null));
      return null;
    } catch (error) {
      return asViolated(error);
    }
  }

  private behind(
    { notice, step, replies }: Outcome<N>, before: Interned<Ghost>, request: unknown, nodes: readonly Node<N>[] | null,
  ): Interned<Ghost> | Violated {
    const { observer, servers } = this.system;
    try {
      let ghost = before.value;
      if (request !== null) ghost = observer.invoked(ghost, step.node - servers, request);
      if (notice?.concernsOthers === true) ghost = observer.observe(ghost, step, notice, nodes);
      for (const reply of replies) ghost = observer.returned(ghost, step.node - servers, reply);
      return ghost === before.value ? before : this.ghosts.intern(ghost);
    } catch (error) {
      return asViolated(error);
    }
  }

  private makeProperties(): readonly Property<World<Ghost, N>, Move<N>>[] {
    const { observer } = this.system;
    const names = this.dead === null ? observer.invariants : [...observer.invariants, deadLettersStayDead];
    const invariants = names.map((name): Property<World<Ghost, N>, Move<N>> => ({
      kind: 'always',
      name,
      check: ({ problem }): Problem | null =>
        problem !== null && problem.property === name ? { verdict: 'violation', detail: problem.message } : null,
    }));
    const known = new Set(names);
    const others: Property<World<Ghost, N>, Move<N>> = {
      kind: 'always',
      name: 'Other Checks',
      check: ({ problem }) =>
        problem === null || known.has(problem.property)
          ? null
          : { verdict: 'violation', detail: `${problem.property}: ${problem.message}` },
    };
    return [...invariants, others, ...observer.properties.map(onGhosts<Ghost, N>)];
  }

  describeAction(move: Move<N>): string {
    const { system } = this;
    const name = (node: NodeId): string => nodeName(system.servers, node);
    const who = name(move.node);
    const told = (letter: Letter): string =>
      `${system.describeMessage(letter.value.message)} from ${name(letter.value.from)}`;
    const what = (): string => {
      if (move.letter !== null) return `takes ${told(move.letter)}`;
      return move.timer !== null ? `hears its ${move.timer} timer` : `asks for ${system.describeRequest(move.request)}`;
    };
    switch (move.kind) {
      case 'deliver':
        return move.outcome === null ? `${who} is down and loses ${told(move.letter!)}` : `${who} ${what()}`;
      case 'timer':
      case 'client':
        return `${who} ${what()}`;
      case 'drop':
        return `lost on the way to ${who}: ${told(move.letter!)}`;
      case 'duplicate':
        return `doubled on the way to ${who}: ${told(move.letter!)}`;
      case 'crash':
        if (move.barrier !== null)
          return `${who} ${what()}, and crashes ${move.barrier.isLost ? 'before' : 'behind'} its write`;
        return move.outcome === null ? `${who} crashes` : `${who} crashes and starts again`;
      case 'restart':
        return `${who} starts again`;
    }
  }

  describeState({ nodes, inboxes, ghost, crashes }: World<Ghost, N>): Described {
    const { system } = this;
    const name = (node: NodeId): string => nodeName(system.servers, node);
    const fields = nodes.map((node, index): [string, Described] => [
      name(index), node.state === null ? 'down' : system.describeState(index, node.state),
    ]);
    const histories = system.observer.historiesOf(ghost.value) as unknown as Described;
    const letters = inboxes.flatMap((inbox, to) =>
      inbox.letters.map(({ value }) => `${name(value.from)} to ${name(to)}: ${system.describeMessage(value.message)}`),
    );
    return { ...Object.fromEntries(fields), letters, histories, crashes };
  }
}

/** In one shape, whatever is given of it: moves are read more often than anything else. */
const move = <N extends Notice>({
  kind, node, letter = null, timer = null, request = null, barrier = null, outcome = null,
}: Pick<Move<N>, 'kind' | 'node'> & Partial<Move<N>>): Move<N> => ({
  kind, node, letter, timer, request, barrier, outcome, reached: null,
});

/** As the simulator names it when a process throws. */
const cannotStart = 'No Exception';

/** All numbers up to 2 to the power of this are exact. */
const exactBits = 53;

function feedCounts<Ghost, N extends Notice>(
  { crashes, drops, duplicates, problem }: World<Ghost, N>, into: Hasher,
): void {
  into.int(crashes);
  if (drops + duplicates > 0) {
    into.int(drops);
    into.int(duplicates);
  }
  if (problem !== null) into.text(problem.property);
}

/** @throws what is no verdict */
function asViolated(error: unknown): Violated {
  if (error instanceof Violated) return error;
  throw error;
}

/** A property of the ghost, asked once for each. */
function onGhosts<Ghost, N extends Notice>(property: Property<Ghost, never>): Property<World<Ghost, N>, Move<N>> {
  if (property.kind === 'always') {
    const known = new WeakMap<Interned<Ghost>, { problem: Problem | null }>();
    return {
      kind: 'always',
      name: property.name,
      check({ ghost }) {
        let verdict = known.get(ghost);
        if (verdict === undefined) known.set(ghost, verdict = { problem: property.check(ghost.value) });
        return verdict.problem;
      },
    };
  }
  if (property.kind === 'sometimes')
    return { kind: 'sometimes', name: property.name, reached: ({ ghost }) => property.reached(ghost.value) };
  throw new TypeError('a property of a ghost is about a state');
}

/** Steps that show a situation. */
export const sometimesSeen = <Ghost, N extends Notice>(
  name: string, situation: string,
): Property<World<Ghost, N>, Move<N>> => ({
  kind: 'sometimes-step',
  name,
  reached: (_before, { outcome, kind, barrier }) =>
    kind !== 'drop' && barrier === null && outcome?.notice?.situations.includes(situation) === true,
});
