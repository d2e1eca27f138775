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
import { Nodes, type Barrier, type Move, type Node, type Outcome } from './nodes.ts';
import { Renamings } from './renamings.ts';
import { planOfPath } from './plan-of-path.ts';
import type { World } from './state.ts';
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

const kindWeights: Readonly<Record<string, number>> = { deliver: 40, client: 8, timer: 3, crash: 1, restart: 4, drop: 2, duplicate: 2 };

export class UntimedWorld<Ghost, N extends Notice> implements Model<World<Ghost, N>, Move<N>> {
  readonly kindWeights = kindWeights;
  properties: readonly Property<World<Ghost, N>, Move<N>>[];
  readonly representative?: (state: World<Ghost, N>) => World<Ghost, N>;
  private readonly system: UntimedSystem<Ghost, N>;
  private readonly bounds: WorldBounds;
  private readonly letters: Letters;
  private readonly nodes: Nodes<Ghost, N>;
  private readonly ghosts: Interner<Ghost>;
  /** Null without the reduction. */
  private readonly dead: DeadLetters<Ghost, N> | null;

  constructor(system: UntimedSystem<Ghost, N>, bounds: WorldBounds) {
    this.system = system;
    this.bounds = bounds;
    this.letters = new Letters(bounds.network, system.views);
    this.nodes = new Nodes(system, this.letters, bounds.isReduced);
    this.ghosts = new Interner(system.views, true);
    this.dead = bounds.isReduced ? new DeadLetters(system, this.letters, this.nodes) : null;
    this.properties = this.makeProperties();
    const renamings = system.renamings(bounds.isReduced);
    if (system.renamer !== null && renamings.length > 1) {
      const parts = new Renamings(system, system.renamer, renamings, this.letters, this.nodes, this.ghosts);
      this.representative = (state) => parts.representative(state);
    }
  }

  /** More of them, before the search begins. */
  addProperties(more: readonly Property<World<Ghost, N>, Move<N>>[]): void {
    this.properties = [...this.properties, ...more];
  }

  initialStates(): readonly World<Ghost, N>[] {
    const { system, letters } = this;
    const boots = system.processes.map((process, index) => this.nodes.boot(index, process.blank));
    const blank: World<Ghost, N> = {
      nodes: boots.map((boot) => boot.node), inboxes: boots.map(() => letters.empty),
      ghost: this.ghosts.intern(system.observer.blank), crashes: 0, drops: 0, duplicates: 0, problem: null,
    };
    for (const boot of boots) this.dead?.enter(boot.node);
    return [boots.reduce((state, boot) => this.after(state, boot, state.inboxes, state.crashes), blank)];
  }

  actions(state: World<Ghost, N>): readonly Move<N>[] {
    const { nodes, inboxes, crashes } = state;
    // What is broken is found: nothing behind it counts.
    if (state.problem !== null) return [];
    const moves: Move<N>[] = [];
    const mayCrash = crashes < this.bounds.maxCrashes;
    for (let index = 0; index < nodes.length; index++) {
      for (const move of this.movesOf(nodes[index]!, inboxes[index]!)) {
        switch (move.kind) {
          case 'crash':
            if (mayCrash) moves.push(move);
            break;
          case 'drop':
            if (state.drops < this.bounds.maxDrops) moves.push(move);
            break;
          case 'duplicate':
            if (state.duplicates < this.bounds.maxDuplicates) moves.push(move);
            break;
          default:
            moves.push(move);
        }
      }
    }
    return moves;
  }

  next(state: World<Ghost, N>, move: Move<N>): World<Ghost, N> {
    const { letter, node: index, outcome } = move;
    const { letters } = this;
    switch (move.kind) {
      case 'drop':
        return this.withInbox({ ...state, drops: state.drops + 1 }, index, letters.without(state.inboxes[index]!, letter!));
      case 'duplicate':
        return this.withInbox({ ...state, duplicates: state.duplicates + 1 }, index, letters.doubled(state.inboxes[index]!, letter!));
      case 'crash':
        return this.crashed(state, move);
      case 'restart':
        return this.after(state, outcome!, state.inboxes, state.crashes);
      case 'deliver': {
        const inbox = state.inboxes[index]!;
        const left = letters.delivered(inbox, letter!);
        // To a node that is down: lost.
        if (outcome === null) return this.withInbox(state, index, left);
        return this.after(state, outcome, left === inbox ? state.inboxes : state.inboxes.with(index, left), state.crashes);
      }
      case 'timer':
        return this.after(state, outcome!, state.inboxes, state.crashes);
      case 'client':
        return this.after(state, outcome!, state.inboxes, state.crashes, move.request);
    }
  }

  withinBoundary(state: World<Ghost, N>): boolean {
    for (const node of state.nodes) if (!node.isWithin) return false;
    return this.bounds.maxInFlight === Infinity || state.inboxes.reduce((sum, inbox) => sum + inbox.letters.length, 0) <= this.bounds.maxInFlight;
  }

  fingerprint({ nodes, inboxes, ghost, crashes, drops, duplicates, problem }: World<Ghost, N>, into: Hasher): void {
    for (const node of nodes) into.part(node);
    for (const inbox of inboxes) into.part(inbox);
    into.part(ghost);
    into.int(crashes);
    if (drops + duplicates > 0) {
      into.int(drops);
      into.int(duplicates);
    }
    if (problem !== null) into.text(problem.property);
  }

  /** Everything that a property can see: what nodes would make no difference of is left out. */
  feedVisible({ nodes, ghost, problem }: World<Ghost, N>, into: Hasher): void {
    const { system } = this;
    const structural = new StructuralHasher(system.views, false);
    for (const { index, state, durable } of nodes) structural.feed([state === null ? null : system.essence(index, system.canonical(index, state)), durable], into);
    into.part(ghost);
    if (problem !== null) into.text(problem.property);
  }

  get servers(): number {
    return this.system.servers;
  }

  /** The run with the steps that the reduction took unseen. */
  unfold(path: Path<World<Ghost, N>, Move<N>>): Path<World<Ghost, N>, Move<N>> {
    return this.bounds.isReduced ? unfolded(new UntimedWorld(this.system, { ...this.bounds, isReduced: false }), path, new Hasher()) : path;
  }

  /** Null when the system does not say how its plans begin. */
  planOf(path: Path<World<Ghost, N>, Move<N>>, property: string): Plan | null {
    const { planBase, processes } = this.system;
    // A wrong claim of the reduction breaks nothing that a run shows: without it, `--plain`, the search finds what does.
    if (planBase === undefined || property === deadLettersStayDead) return null;
    const keyOf = (from: NodeId, to: NodeId, message: unknown): string => {
      const { lo, hi } = this.letters.letter(from, to, message);
      return `${lo} ${hi}`;
    };
    return planOfPath(planBase, { processes, keyOf, moves: this.unfold(path).actions });
  }

  kindOf(move: Move<N>): string {
    return move.kind;
  }

  /** What the node with this inbox can do. Made once; crashes, drops and duplicates are left out later when their number is used up. */
  private movesOf(node: Node<N>, inbox: Inbox): readonly Move<N>[] {
    let moves = node.moves.get(inbox.id);
    if (moves === undefined) {
      moves = node.state === null ? this.movesOfDown(node, inbox) : this.movesOfUp(node, inbox);
      node.moves.set(inbox.id, moves);
    }
    return moves;
  }

  private movesOfUp(node: Node<N>, inbox: Inbox): readonly Move<N>[] {
    const { system, nodes, bounds } = this;
    const { index } = node;
    const isServer = index < system.servers;
    const moves: Move<N>[] = [];
    const none: Omit<Move<N>, 'kind' | 'outcome'> = { node: index, letter: null, timer: null, request: null, barrier: null };
    const add = (outcome: Outcome<N>, move: Omit<Move<N>, 'outcome'>): void => {
      if (bounds.isReduced && outcome.isQuiet) return;
      moves.push({ ...move, outcome });
      // With the reduction the same as the step, and then a crash: nobody has to get the letters.
      if (bounds.isReduced || !isServer) return;
      for (const barrier of outcome.barriers) moves.push({ ...move, kind: 'crash', barrier, outcome });
    };
    for (const letter of inbox.deliverable) add(nodes.onLetter(node, letter), { ...none, kind: 'deliver', letter });
    if (bounds.network !== 'set') {
      for (const letter of inbox.deliverable) moves.push({ ...none, kind: 'drop', letter, outcome: null }, { ...none, kind: 'duplicate', letter, outcome: null });
    }
    for (const timer of node.timers) {
      if (system.mayFire(index, node.state, timer)) add(nodes.onTimer(node, timer), { ...none, kind: 'timer', timer });
    }
    if (isServer) {
      const outcome = bounds.isReduced ? nodes.restart(node) : null;
      if (outcome?.node !== node) moves.push({ ...none, kind: 'crash', outcome });
      return moves;
    }
    const client = index - system.servers;
    const request = system.nextRequest(client, node.state);
    if (request !== null) add(nodes.onRequest(node, client, request), { ...none, kind: 'client', request });
    return moves;
  }

  private movesOfDown(node: Node<N>, inbox: Inbox): readonly Move<N>[] {
    const none: Omit<Move<N>, 'kind' | 'outcome'> = { node: node.index, letter: null, timer: null, request: null, barrier: null };
    const lost = this.bounds.network === 'set' ? [] : inbox.deliverable.map((letter): Move<N> => ({ ...none, kind: 'deliver', letter, outcome: null }));
    return [...lost, { ...none, kind: 'restart', outcome: this.nodes.restart(node) }];
  }

  private withInbox(state: World<Ghost, N>, index: NodeId, inbox: Inbox): World<Ghost, N> {
    return { ...state, inboxes: state.inboxes.with(index, inbox) };
  }

  private crashed(state: World<Ghost, N>, { node: index, letter, barrier, outcome }: Move<N>): World<Ghost, N> {
    const crashes = state.crashes + 1;
    if (barrier !== null) return this.crashedAt(state, index, letter, barrier, crashes);
    // With the reduction it starts again at once: until then it would only have been silent.
    if (outcome !== null) return this.after(state, outcome, state.inboxes, crashes);
    const node = this.nodes.down(index, state.nodes[index]!.durable);
    return { ...state, nodes: state.nodes.with(index, node), crashes };
  }

  private crashedAt(state: World<Ghost, N>, index: NodeId, letter: Letter | null, barrier: Barrier, crashes: number): World<Ghost, N> {
    const inboxes = state.inboxes.slice();
    if (letter !== null) inboxes[index] = this.letters.delivered(inboxes[index]!, letter);
    for (const sent of barrier.sends) inboxes[sent.value.to] = this.letters.with(inboxes[sent.value.to]!, sent);
    return { ...state, nodes: state.nodes.with(index, this.nodes.down(index, barrier.durable)), inboxes, crashes };
  }

  /** The world when a step has taken effect. */
  private after(state: World<Ghost, N>, outcome: Outcome<N>, before: readonly Inbox[], crashes: number, request: unknown = null): World<Ghost, N> {
    if (outcome.thrown !== null) throw outcome.thrown.error;
    const { node, sends, step } = outcome;
    const isSame = node === state.nodes[step.node];
    this.dead?.begin();
    if (this.dead !== null && !isSame) this.dead.meet(state.nodes[step.node]!, node);
    const nodes = isSame ? state.nodes : state.nodes.with(step.node, node);
    const inboxes = this.sent(nodes, before, sends, step.node, isSame);
    const { ghost, problem: broken } = this.observed(outcome, nodes, state.ghost, request);
    const problem = broken ?? this.dead?.problem ?? null;
    const { drops, duplicates } = state;
    const isUnchanged = isSame && inboxes === state.inboxes && ghost === state.ghost && problem === null && crashes === state.crashes;
    return isUnchanged ? state : { nodes, inboxes, ghost, crashes, drops, duplicates, problem };
  }

  private observed(outcome: Outcome<N>, nodes: readonly Node<N>[], before: Interned<Ghost>, request: unknown): { ghost: Interned<Ghost>; problem: Violated | null } {
    const { notice, problem, replies, step, ghosts } = outcome;
    const isOthers = notice?.concernsOthers === true;
    if (problem !== null || (!isOthers && replies.length === 0 && request === null)) return { ghost: before, problem };
    try {
      if (isOthers) this.system.observer.compare(step, notice, nodes, before.value);
    } catch (error) {
      return { ghost: before, problem: asViolated(error) };
    }
    const isBoot = step.event === null;
    let after = isBoot ? undefined : ghosts.get(before.id) as Interned<Ghost> | Violated | undefined;
    if (after === undefined) ghosts.set(before.id, after = this.behind(outcome, before, request, isBoot ? nodes : null));
    return after instanceof Violated ? { ghost: before, problem: after } : { ghost: after, problem: null };
  }

  private behind({ notice, step, replies }: Outcome<N>, before: Interned<Ghost>, request: unknown, nodes: readonly Node<N>[] | null): Interned<Ghost> | Violated {
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

  /** Puts letters into inboxes; with the reduction also all that quiet steps have to say to them. */
  private sent(nodes: readonly Node<N>[], before: readonly Inbox[], sends: readonly Letter[], changed: NodeId, isSame: boolean): readonly Inbox[] {
    const { letters, dead } = this;
    let inboxes: Inbox[] | null = null;
    const dirty: boolean[] = [];
    const place = (to: NodeId, inbox: Inbox): void => {
      if (inbox === (inboxes ?? before)[to]) return;
      inboxes ??= before.slice();
      inboxes[to] = inbox;
      dirty[to] = true;
    };
    const put = (sent: readonly Letter[]): void => {
      for (const letter of sent) {
        const { to } = letter.value;
        if (dead === null || !dead.isDead(nodes[to]!, letter)) place(to, letters.with((inboxes ?? before)[to]!, letter));
      }
    };
    if (dead !== null && !isSame) {
      place(changed, dead.pruned(nodes[changed]!, before[changed]!));
      dirty[changed] = true;
    }
    put(sends);
    if (dead === null) return inboxes ?? before;
    for (let isDone = false; !isDone;) {
      isDone = true;
      for (let index = 0; index < nodes.length; index++) {
        if (dirty[index] !== true) continue;
        dirty[index] = false;
        isDone = false;
        put(this.quietSends(nodes[index]!, (inboxes ?? before)[index]!));
      }
    }
    return inboxes ?? before;
  }

  private quietSends(node: Node<N>, inbox: Inbox): readonly Letter[] {
    let sends = node.quiet.get(inbox.id);
    if (sends === undefined) {
      const said = new Set<Letter>();
      const collect = (outcome: Outcome<N>): void => {
        if (outcome.isQuiet) for (const letter of outcome.sends) said.add(letter);
      };
      for (const letter of inbox.letters) collect(this.nodes.onLetter(node, letter));
      for (const timer of node.timers) {
        if (this.system.mayFire(node.index, node.state, timer)) collect(this.nodes.onTimer(node, timer));
      }
      sends = [...said];
      node.quiet.set(inbox.id, sends);
    }
    return sends;
  }

  private makeProperties(): readonly Property<World<Ghost, N>, Move<N>>[] {
    const { observer } = this.system;
    const names = this.dead === null ? observer.invariants : [...observer.invariants, deadLettersStayDead];
    const invariants = names.map((name): Property<World<Ghost, N>, Move<N>> => ({
      kind: 'always',
      name,
      check: ({ problem }): Problem | null => (problem !== null && problem.property === name ? { verdict: 'violation', detail: problem.message } : null),
    }));
    const known = new Set(names);
    const others: Property<World<Ghost, N>, Move<N>> = {
      kind: 'always',
      name: 'Other Checks',
      check: ({ problem }) => (problem === null || known.has(problem.property) ? null : { verdict: 'violation', detail: `${problem.property}: ${problem.message}` }),
    };
    return [...invariants, others, ...observer.properties.map(onGhosts<Ghost, N>)];
  }

  describeAction(move: Move<N>): string {
    const { system } = this;
    const name = (node: NodeId): string => nodeName(system.servers, node);
    const who = name(move.node);
    const told = (letter: Letter): string => `${system.describeMessage(letter.value.message)} from ${name(letter.value.from)}`;
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
        if (move.barrier !== null) return `${who} ${what()}, and crashes ${move.barrier.isLost ? 'before' : 'behind'} its write`;
        return move.outcome === null ? `${who} crashes` : `${who} crashes and starts again`;
      case 'restart':
        return `${who} starts again`;
    }
  }

  describeState({ nodes, inboxes, ghost, crashes }: World<Ghost, N>): Described {
    const { system } = this;
    const name = (node: NodeId): string => nodeName(system.servers, node);
    const fields = nodes.map((node, index): [string, Described] => [name(index), node.state === null ? 'down' : system.describeState(index, node.state)]);
    const histories = system.observer.historiesOf(ghost.value) as unknown as Described;
    const letters = inboxes.flatMap((inbox, to) => inbox.letters.map(({ value }) => `${name(value.from)} to ${name(to)}: ${system.describeMessage(value.message)}`));
    return { ...Object.fromEntries(fields), letters, histories, crashes };
  }
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
  if (property.kind === 'sometimes') return { kind: 'sometimes', name: property.name, reached: ({ ghost }) => property.reached(ghost.value) };
  throw new TypeError('a property of a ghost is about a state');
}

/** Steps that show a situation. */
export const sometimesSeen = <Ghost, N extends Notice>(name: string, situation: string): Property<World<Ghost, N>, Move<N>> => ({
  kind: 'sometimes-step',
  name,
  reached: (_before, { outcome, kind, barrier }) => kind !== 'drop' && barrier === null && outcome?.notice?.situations.includes(situation) === true,
});
