/**
 * The steps of a run as the specification sees them, each held against it: what every server was before, what it was
 * given, what it became and what it sent. It keeps no more of the past than the last state of each server and what
 * was sent; a step costs what it changed.
 *
 * A step is judged when it takes effect. Of a server that goes on while its writes are on their way it is noted when it
 * is taken, with what its disk holds then: what it sends ahead is sent from that moment on, and a crash, which takes
 * the step, does not take that. So steps that a crash takes are judged at the crash.
 */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { KeptStep } from '../checker.ts';
import { hold } from '../property.ts';
import type { Abstraction, NotSpecified } from './abstraction.ts';
import { PlainLog } from './log.ts';
import type { AnySpecMessage } from './option-message.ts';
import type { SpecServer } from './server.ts';
import { stepOfTheSpecification } from './step-of-the-specification.ts';
import type { SpecEvent } from './event.ts';
import { StepJudge, type Ahead, type SpecStep } from './step.ts';

type AnyEvent = Event<unknown, unknown>;
type AnyEffect = Effect<unknown, unknown, unknown>;

const nothing: readonly never[] = [];
const restart: SpecEvent = { kind: 'restart' };

/** What a step was the answer to, and whether anybody had sent that. */
interface Occasion {
  readonly event: SpecEvent | NotSpecified;
  readonly wasSent: boolean;
}

/** A step that waits for a write, its own or one before it. */
interface Waiting {
  /** Null for a start. */
  readonly occasion: Occasion | null;
  readonly after: SpecServer;
  readonly sent: readonly AnySpecMessage[];
  readonly ahead: Ahead;
}

export class SpecWatch {
  private readonly abstraction: Abstraction;
  private readonly judge: StepJudge;
  private readonly onStep: (step: SpecStep) => void;
  /** Each server as its last step that took effect left it, also while it is down. */
  private readonly servers: SpecServer[];
  /** What a server is that starts from a write which was kept at its crash; null when there is none. */
  private readonly kept: (SpecServer | null)[];
  /** Of each server, in the order in which it took them. */
  private readonly waiting: Waiting[][];
  /** Servers whose disks were replaced, and that have not started since. */
  private readonly hasNewDisk = new Set<NodeId>();
  /** By receiver. Objects, so that nothing is kept longer than it is under way. */
  private readonly sentTo: readonly WeakSet<object>[];
  private readonly leftOut: Map<string, number>;

  /** @param onStep is told every step before it is judged */
  constructor(abstraction: Abstraction, onStep: (step: SpecStep) => void = () => undefined) {
    const { options, initialTerm, notSpecified } = abstraction;
    this.abstraction = abstraction;
    this.judge = new StepJudge(options);
    this.onStep = onStep;
    this.servers = Array.from({ length: options.servers }, (_, id) => blankServer(id, initialTerm, options.servers));
    this.kept = this.servers.map(() => null);
    this.waiting = this.servers.map(() => []);
    this.sentTo = this.servers.map(() => new WeakSet());
    this.leftOut = new Map(notSpecified.map((what) => [what, 0]));
  }

  booted(node: NodeId, state: unknown): void {
    if (node >= this.servers.length) return;
    this.start(node, this.waiting[node]!.shift()?.after ?? this.abstraction.server(state));
  }

  private start(node: NodeId, after: SpecServer): void {
    const kept = this.kept[node]!;
    this.kept[node] = null;
    if (this.hasNewDisk.delete(node)) {
      this.servers[node] = after;
      return;
    }
    // Nobody was told of that write: damage may have made it one that was never finished.
    const isKept = kept !== null && this.judge.judge({ before: kept, event: restart, after, sent: nothing }) === null;
    if (isKept) this.servers[node] = kept;
    this.take(node, { event: restart, wasSent: true }, after, nothing);
  }

  /**
   * A step was taken that waits for a write. It will take effect when that is done, or a crash takes it.
   * @param event is null for a start
   * @param left of its effects, those that have left already
   */
  wentAhead(
    node: NodeId, state: unknown, event: AnyEvent | null, effects: readonly AnyEffect[], left: readonly AnyEffect[],
  ): void {
    if (node >= this.servers.length || this.abstraction.options.persistence !== 'pipelined') return;
    const barrier = effects.findIndex(({ kind }) => kind === 'persist');
    const inFront = this.sentBy(node, barrier < 0 ? effects : effects.slice(0, barrier));
    const behind = barrier < 0 ? nothing : this.sentBy(node, effects.slice(barrier));
    this.waiting[node]!.push({
      occasion: event === null ? null : this.occasionOf(node, event),
      after: this.abstraction.server(state),
      sent: behind.length === 0 ? inFront : [...inFront, ...behind],
      ahead: { disk: this.servers[node]!, sent: inFront.length },
    });
    this.note(left);
  }

  /** The specification knows no such action: what its server starts from is taken as it is. */
  diskReplaced(node: NodeId): void {
    this.hasNewDisk.add(node);
  }

  stepped(node: NodeId, after: unknown, event: AnyEvent, effects: readonly AnyEffect[]): void {
    if (node >= this.servers.length) return;
    const waiting = this.waiting[node]!.shift();
    if (waiting !== undefined) this.follow(node, waiting);
    else this.stepAtOnce(node, this.abstraction.server(after), event, this.sentBy(node, effects));
    this.note(effects);
  }

  private stepAtOnce(node: NodeId, after: SpecServer, event: AnyEvent, sent: readonly AnySpecMessage[]): void {
    if (!this.isNothing(node, after, sent)) this.take(node, this.occasionOf(node, event), after, sent);
  }

  /** What changes nothing and says nothing is a lost message, or no step at all. */
  private isNothing(node: NodeId, after: SpecServer, sent: readonly AnySpecMessage[]): boolean {
    return after === this.servers[node] && sent.length === 0;
  }

  private follow(node: NodeId, { occasion, after, sent, ahead }: Waiting): void {
    if (occasion === null) this.start(node, after);
    else if (!this.isNothing(node, after, sent)) this.take(node, occasion, after, sent, { ahead });
  }

  /** From now on these messages can be heard. */
  private note(effects: readonly AnyEffect[]): void {
    for (const effect of effects) if (effect.kind === 'send') this.sentTo[effect.to]?.add(effect.message as object);
  }

  /**
   * A step whose write was kept is a step, too; nothing was sent. Where the server went on, it took all steps that
   * waited, and what is there again is what its disk holds.
   */
  crashed(node: NodeId, kept: KeptStep | null): void {
    if (node >= this.servers.length) return;
    const before = this.servers[node]!;
    const waiting = this.waiting[node]!.splice(0);
    if (waiting.length > 0) {
      for (const step of waiting) this.follow(node, step);
      this.kept[node] = kept === null || kept.event === null ? null : waiting[0]!.after;
    } else {
      if (kept === null || kept.event === null) return;
      const after = this.abstraction.server(kept.after);
      this.take(node, this.occasionOf(node, kept.event), after, nothing, { isCut: true });
      this.kept[node] = this.servers[node]!;
    }
    this.servers[node] = before;
  }

  /** How many steps of each kind were left out. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.leftOut].map(([what, steps]) => [`not specified: ${what}`, steps]));
  }

  private occasionOf(node: NodeId, event: AnyEvent): Occasion {
    const message = event.kind === 'message' ? this.abstraction.message(event.from, node, event.message) : null;
    if (message === null) return { event: this.abstraction.event(event), wasSent: true };
    const given = (event as { readonly message: object }).message;
    return {
      event: { kind: 'message', message }, wasSent: this.abstraction.mayForge || this.sentTo[node]!.has(given),
    };
  }

  private take(
    node: NodeId, { event, wasSent }: Occasion, after: SpecServer, sent: readonly AnySpecMessage[],
    more: Pick<SpecStep, 'isCut' | 'ahead'> = {},
  ): void {
    if (event.kind === 'notSpecified') {
      this.leftOut.set(event.what, (this.leftOut.get(event.what) ?? 0) + 1);
    } else {
      const step: SpecStep = { before: this.servers[node]!, event, after, sent, ...more };
      this.onStep(step);
      hold(stepOfTheSpecification, { judge: this.judge, step, wasSent });
    }
    this.servers[node] = after;
  }

  private sentBy(node: NodeId, effects: readonly AnyEffect[]): readonly AnySpecMessage[] {
    let sent: AnySpecMessage[] | null = null;
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const message = this.abstraction.message(node, effect.to, effect.message);
      if (message !== null) (sent ??= []).push(message);
    }
    return sent ?? nothing;
  }
}

/** What a server is before it has ever started. */
const blankServer = (id: number, currentTerm: number, servers: number): SpecServer => ({
  id,
  role: 'follower',
  currentTerm,
  votedFor: null,
  log: new PlainLog(),
  commitIndex: 0,
  votesGranted: [],
  nextIndex: new Array<number>(servers).fill(1),
  matchIndex: new Array<number>(servers).fill(0),
});
