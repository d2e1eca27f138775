/**
 * The steps of a run as the specification sees them, each held against it: what every server was before, what it was
 * given, what it became and what it sent. It keeps no more of the past than the last state of each server and what
 * was sent; a step costs what it changed.
 */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { KeptStep } from '../checker.ts';
import { hold } from '../property.ts';
import type { Abstraction } from './abstraction.ts';
import { PlainLog } from './log.ts';
import type { SpecMessage } from './message.ts';
import type { SpecServer } from './server.ts';
import { stepOfTheSpecification } from './step-of-the-specification.ts';
import { StepJudge, type SpecEvent, type SpecStep } from './step.ts';

type AnyEvent = Event<unknown, unknown>;
type AnyEffect = Effect<unknown, unknown, unknown>;

const nothing: readonly never[] = [];
const restart: SpecEvent = { kind: 'restart' };

export class SpecWatch {
  private readonly abstraction: Abstraction;
  private readonly judge: StepJudge;
  private readonly onStep: (step: SpecStep) => void;
  /** Each server as its last step that took effect left it, also while it is down. */
  private readonly servers: SpecServer[];
  /** What a server is that starts from a write which was kept at its crash; null when there is none. */
  private readonly kept: (SpecServer | null)[];
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
    this.sentTo = this.servers.map(() => new WeakSet());
    this.leftOut = new Map(notSpecified.map((what) => [what, 0]));
  }

  booted(node: NodeId, state: unknown): void {
    if (node >= this.servers.length) return;
    const after = this.abstraction.server(state);
    const kept = this.kept[node]!;
    this.kept[node] = null;
    if (this.hasNewDisk.delete(node)) {
      this.servers[node] = after;
      return;
    }
    // Nobody was told of that write: damage may have made it one that was never finished.
    const isKept = kept !== null && this.judge.judge({ before: kept, event: restart, after, sent: nothing }) === null;
    if (isKept) this.servers[node] = kept;
    this.take(node, restart, after, nothing, true);
  }

  /** The specification knows no such action: what its server starts from is taken as it is. */
  diskReplaced(node: NodeId): void {
    this.hasNewDisk.add(node);
  }

  stepped(node: NodeId, after: unknown, event: AnyEvent, effects: readonly AnyEffect[]): void {
    if (node >= this.servers.length) return;
    const server = this.abstraction.server(after);
    const sent = this.sentBy(node, effects);
    // What changes nothing and says nothing is a lost message, or no step at all.
    if (server === this.servers[node] && sent.length === 0) return;
    this.follow(node, event, server, sent);
    for (const effect of effects) if (effect.kind === 'send') this.sentTo[effect.to]?.add(effect.message as object);
  }

  /** A step whose write was kept is a step, too; nothing was sent. */
  crashed(node: NodeId, kept: KeptStep | null): void {
    if (node >= this.servers.length || kept === null || kept.event === null) return;
    const before = this.servers[node]!;
    this.follow(node, kept.event, this.abstraction.server(kept.after), nothing, true);
    this.kept[node] = this.servers[node]!;
    this.servers[node] = before;
  }

  /** How many steps of each kind were left out. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.leftOut].map(([what, steps]) => [`not specified: ${what}`, steps]));
  }

  private follow(node: NodeId, event: AnyEvent, after: SpecServer, sent: readonly SpecMessage[], isCut = false): void {
    const message = event.kind === 'message' ? this.abstraction.message(event.from, node, event.message) : null;
    if (message !== null) {
      const given = (event as { readonly message: object }).message;
      const wasSent = this.abstraction.mayForge || this.sentTo[node]!.has(given);
      return this.take(node, { kind: 'message', message }, after, sent, wasSent, isCut);
    }
    const told = this.abstraction.event(event);
    if (told.kind !== 'notSpecified') return this.take(node, told, after, sent, true, isCut);
    this.leftOut.set(told.what, (this.leftOut.get(told.what) ?? 0) + 1);
    this.servers[node] = after;
  }

  private take(
    node: NodeId,
    event: SpecEvent,
    after: SpecServer,
    sent: readonly SpecMessage[],
    wasSent: boolean,
    isCut = false,
  ): void {
    const step: SpecStep = { before: this.servers[node]!, event, after, sent, ...(isCut ? { isCut } : {}) };
    this.onStep(step);
    hold(stepOfTheSpecification, { judge: this.judge, step, wasSent });
    this.servers[node] = after;
  }

  private sentBy(node: NodeId, effects: readonly AnyEffect[]): readonly SpecMessage[] {
    let sent: SpecMessage[] | null = null;
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
