/**
 * Nodes, and what events do to them. The processes are pure, so what a step does is worked out once for
 * each pair of a node's state and an event, and remembered; most steps of a search are lookups.
 */
import { Violated } from '../../../checkers/checker.ts';
import type { NodeId, Step } from '../../../core/protocol.ts';
import { SystemError, type AnyEffect, type AnyEvent, type AnyProcess } from '../../system.ts';
import { mustBeStep } from '../../world/contract.ts';
import { Hasher, StructuralHasher } from '../fingerprint.ts';
import { Interner } from '../interner.ts';
import type { Letter, Letters } from './letters.ts';
import type { Barrier, Node, Outcome } from './parts.ts';
import type { Notice, NodeStep, UntimedSystem } from './system.ts';

export class Nodes<Ghost, N extends Notice> {
  private readonly system: UntimedSystem<Ghost, N>;
  private readonly letters: Letters;
  private readonly isReduced: boolean;
  private readonly structural: StructuralHasher;
  private readonly disks: Interner<unknown>;
  private readonly hasher = new Hasher();
  private readonly restarts = new Map<Barrier, Outcome<N>>();
  private readonly byHash = new Map<number, Node<N>[]>();
  private count = 0;

  constructor(system: UntimedSystem<Ghost, N>, letters: Letters, isReduced: boolean) {
    this.system = system;
    this.letters = letters;
    this.isReduced = isReduced;
    // Remembers: steps share most of a state with the one before.
    this.structural = new StructuralHasher(system.views, true);
    this.disks = new Interner(system.views, true);
  }

  /** A node that starts with what its disk holds. */
  boot(index: NodeId, durable: unknown): Outcome<N> {
    const process = this.processOf(index);
    const nothing = { node: index, before: null, durableBefore: durable, event: null };
    try {
      const { state, effects } = this.asContracted(process.boot(durable));
      return this.outcomeOf({ ...nothing, after: state, effects, durableAfter: durable }, [], null);
    } catch (error) {
      if (error instanceof SystemError) throw error;
      const step: NodeStep = { ...nothing, after: null, durableAfter: durable, effects: [] };
      return {
        step, node: this.down(index, durable), sends: [], replies: [], notice: null, problem: null, thrown: { error },
        barriers: [], isQuiet: false, ghosts: new Map(), compared: new Map(),
      };
    }
  }

  down(index: NodeId, durable: unknown): Node<N> {
    return this.intern(index, null, durable, []);
  }

  onLetter(node: Node<N>, letter: Letter): Outcome<N> {
    let outcome = node.byLetter.get(letter.id);
    if (outcome === undefined) {
      outcome = this.run(node, { kind: 'message', from: letter.value.from, message: letter.value.message });
      node.byLetter.set(letter.id, outcome);
    }
    return outcome;
  }

  onTimer(node: Node<N>, timer: string): Outcome<N> {
    return this.named(node, timer, () => this.run(node, { kind: 'timer', timer }));
  }

  /** A node makes one request at a time, and its state tells which. */
  onRequest(node: Node<N>, id: number, request: unknown): Outcome<N> {
    return this.named(node, 'a request', () => this.run(node, { kind: 'request', id, request }));
  }

  /** Down and up again: what is durable is all that is left. */
  restart(node: Node<N>): Outcome<N> {
    return this.named(node, 'a restart', () => this.boot(node.index, node.durable));
  }

  /** The same behind a write that was not the last one of its step: what was sent before it is on its way. */
  restartAt(index: NodeId, barrier: Barrier): Outcome<N> {
    let outcome = this.restarts.get(barrier);
    if (outcome === undefined) {
      const boot = this.boot(index, barrier.durable);
      this.restarts.set(barrier, (outcome = { ...boot, sends: [...new Set([...barrier.sends, ...boot.sends])] }));
    }
    return outcome;
  }

  isSameDisk(one: unknown, other: unknown): boolean {
    return one === other || this.disks.intern(one) === this.disks.intern(other);
  }

  /** What a node in this state has said already, whoever it was told: its eager and its quiet timers saw to it. */
  alwaysSaid(node: Node<N>): ReadonlySet<Letter> {
    if (node.always !== null) return node.always;
    const said = new Set(this.saidAtOnce(node.index, node.state, new Set(node.timers), []));
    for (const timer of node.timers) {
      if (!this.system.mayFire(node.index, node.state, timer)) continue;
      const outcome = this.onTimer(node, timer);
      if (outcome.isQuiet) for (const letter of outcome.sends) said.add(letter);
    }
    node.always = said;
    return said;
  }

  /** What the letter would do, without remembering it. */
  tried(node: Node<N>, letter: Letter): Outcome<N> {
    return (
      node.byLetter.get(letter.id) ??
      this.run(node, { kind: 'message', from: letter.value.from, message: letter.value.message })
    );
  }

  private named(node: Node<N>, name: string, make: () => Outcome<N>): Outcome<N> {
    let outcome = node.byName.get(name);
    if (outcome === undefined) node.byName.set(name, (outcome = make()));
    return outcome;
  }

  private processOf(index: NodeId): AnyProcess {
    return this.system.processes[index]!;
  }

  private run(node: Node<N>, event: AnyEvent): Outcome<N> {
    const { index, state: before, durable } = node;
    const process = this.processOf(index);
    const armed = event.kind === 'timer' ? node.timers.filter((timer) => timer !== event.timer) : node.timers;
    try {
      const { state: made, effects } = this.asContracted(process.step(before, event));
      const state = isSame(before, made) ? before : made;
      const durableAfter = effects.reduce<unknown>(
        (disk, effect) => (effect.kind === 'persist' ? effect.writes.reduce(process.write, disk) : disk),
        durable,
      );
      return this.outcomeOf(
        { node: index, before, after: state, durableBefore: durable, durableAfter, event, effects },
        armed,
        node,
      );
    } catch (error) {
      if (error instanceof SystemError) throw error;
      const step: NodeStep = {
        node: index, before, after: before, durableBefore: durable, durableAfter: durable, event, effects: [],
      };
      return {
        step, node, sends: [], replies: [], notice: null, problem: null, thrown: { error }, barriers: [],
        isQuiet: false, ghosts: new Map(), compared: new Map(),
      };
    }
  }

  /** @throws ContractError, as the simulator has it: the same step breaks the same there and here */
  private asContracted(step: Step<unknown, AnyEffect>): Step<unknown, AnyEffect> {
    mustBeStep(step, this.system.processes.length);
    return step;
  }

  private outcomeOf(step: NodeStep, armedBefore: readonly string[], before: Node<N> | null): Outcome<N> {
    const { node: index, effects, after } = step;
    const process = this.processOf(index);
    const armed = new Set(armedBefore);
    const sends: Letter[] = [];
    const replies: unknown[] = [];
    const barriers: Barrier[] = [];
    let disk = step.durableBefore;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'persist':
          // Without a letter before it, that is a crash before the step.
          if (sends.length > 0) barriers.push({ durable: disk, sends: sends.slice(), isLost: true });
          disk = effect.writes.reduce(process.write, disk);
          barriers.push({ durable: disk, sends: sends.slice(), isLost: false });
          break;
        case 'send':
          sends.push(this.letters.letter(index, effect.to, effect.message));
          break;
        case 'setTimer':
          armed.add(effect.timer);
          break;
        case 'cancelTimer':
          armed.delete(effect.timer);
          break;
        case 'reply':
          replies.push(effect.reply);
          break;
      }
    }
    const said = this.isReduced ? this.saidAtOnce(index, after, armed, sends) : sends;
    const isUntouched =
      before !== null &&
      after === step.before &&
      step.durableAfter === step.durableBefore &&
      hasSame(armed, before.timers);
    const node = isUntouched ? before : this.intern(index, this.kept(index, after), step.durableAfter, [...armed]);
    // Judged by content, not by which objects were made anew: the same for every worker.
    const { notice, problem } = this.noticed(node === before ? { ...step, after: step.before } : step);
    const isQuiet = node === before && replies.length === 0 && notice === null && problem === null;
    return {
      step, node, sends: said, replies, notice, problem, thrown: null, barriers, isQuiet, ghosts: new Map(),
      compared: new Map(),
    };
  }

  private noticed(step: NodeStep): { notice: N | null; problem: Violated | null } {
    try {
      return { notice: this.system.observer.notice(step), problem: null };
    } catch (error) {
      if (!(error instanceof Violated)) throw error;
      return { notice: null, problem: error };
    }
  }

  /** A state as it is kept: without what makes no difference. */
  kept(index: NodeId, state: unknown): unknown {
    const normal = this.system.normal(index, state);
    return this.isReduced ? this.system.canonical(index, normal) : normal;
  }

  /**
   * Fires the eager timers until the node is where it was before, and collects what it says. A firing that
   * changes more than what `canonical` leaves out is a step like any other, and is not taken here.
   */
  private saidAtOnce(
    index: NodeId, after: unknown, armed: ReadonlySet<string>, sends: readonly Letter[],
  ): readonly Letter[] {
    const said = [...sends];
    const process = this.processOf(index);
    for (const timer of this.system.eagerTimers(index)) {
      const rest = this.structural.nameOf(this.kept(index, after));
      const seen = new Set([this.structural.nameOf(after)]);
      let state = after;
      while (armed.has(timer)) {
        const step = process.step(state, { kind: 'timer', timer });
        const isMore = step.effects.some(
          (effect: AnyEffect) => effect.kind === 'persist' || effect.kind === 'reply' || effect.kind === 'cancelTimer',
        );
        if (isMore || this.structural.nameOf(this.kept(index, step.state)) !== rest) break;
        for (const effect of step.effects) {
          if (effect.kind === 'send') said.push(this.letters.letter(index, effect.to, effect.message));
        }
        state = step.state;
        const name = this.structural.nameOf(state);
        if (seen.has(name)) break;
        seen.add(name);
      }
    }
    return [...new Set(said)];
  }

  /** @param state null for a node that is down */
  intern(index: NodeId, state: unknown, durable: unknown, armed: readonly string[]): Node<N> {
    const { hasher, system } = this;
    const sorted = state === null ? [] : armed.toSorted();
    const timers = this.isReduced && state !== null ? system.liveTimers(index, state, sorted) : sorted;
    hasher.reset();
    hasher.int(index);
    this.structural.feed(state === null ? null : system.essence(index, state), hasher);
    this.structural.feed(durable, hasher);
    this.structural.feed(timers, hasher);
    hasher.finish();
    const { lo, hi } = hasher;
    let chain = this.byHash.get(lo);
    if (chain === undefined) this.byHash.set(lo, (chain = []));
    for (const known of chain) if (known.hi === hi) return known;
    const made: Node<N> = {
      id: this.count++, lo, hi, index, state, durable, timers,
      isWithin: state === null || system.isWithin(index, state), byLetter: new Map(), byName: new Map(),
      slots: new Map(), disk: this.disks.intern(durable).id, pruned: new Map(), isDead: new Map(), always: null,
      images: [], signature: null,
    };
    chain.push(made);
    return made;
  }
}

/** The same parts in a new object: what most steps that change nothing give. */
function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return false;
  const keys = Object.keys(after);
  return (
    keys.length === Object.keys(before).length &&
    keys.every((key) => (before as Record<string, unknown>)[key] === (after as Record<string, unknown>)[key])
  );
}

const hasSame = (armed: ReadonlySet<string>, timers: readonly string[]): boolean =>
  armed.size === timers.length && timers.every((timer) => armed.has(timer));
