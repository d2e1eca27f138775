/**
 * An observer with the specification beside it: of one step, what the observer says comes first, for it has the shorter
 * name.
 */
import type { Effect, Event, NodeId } from '../core/protocol.ts';
import type { KeptStep, Observer, QuietListener } from './checker.ts';
import type { SpecWatch } from './spec/watch.ts';
import type { Verdict } from './verdict.ts';

export class HeldToSpecification implements Observer {
  private readonly observer: Observer;
  private readonly watch: SpecWatch;

  readonly quiet?: QuietListener;

  constructor(observer: Observer, watch: SpecWatch) {
    this.observer = observer;
    this.watch = watch;
    if (observer.quiet !== undefined) this.quiet = observer.quiet;
  }

  booted(node: NodeId, state: unknown, durable: unknown): void {
    this.observer.booted(node, state, durable);
    this.watch.booted(node, state);
  }

  stepped(
    node: NodeId, before: unknown, after: unknown, event: Event<unknown, unknown>,
    effects: readonly Effect<unknown, unknown, unknown>[],
  ): void {
    this.observer.stepped(node, before, after, event, effects);
    this.watch.stepped(node, after, event, effects);
  }

  wentAhead(
    node: NodeId, after: unknown, event: Event<unknown, unknown> | null,
    effects: readonly Effect<unknown, unknown, unknown>[], left: readonly Effect<unknown, unknown, unknown>[],
  ): void {
    this.observer.wentAhead?.(node, after, event, effects, left);
    this.watch.wentAhead(node, after, event, effects, left);
  }

  crashed(node: NodeId, atBarrier: 'no' | 'writeLost' | 'writeKept', kept: KeptStep | null): void {
    this.observer.crashed(node, atBarrier, kept);
    this.watch.crashed(node, kept);
  }

  diskReplaced(node: NodeId, durable: unknown): void {
    this.observer.diskReplaced?.(node, durable);
    this.watch.diskReplaced(node);
  }

  refused(node: NodeId, file: string): void {
    this.observer.refused?.(node, file);
  }

  invoked(operation: number, client: NodeId, request: unknown): void {
    this.observer.invoked(operation, client, request);
  }

  gaveUp(operation: number): void {
    this.observer.gaveUp?.(operation);
  }

  returned(operation: number, client: NodeId, reply: unknown): void {
    this.observer.returned(operation, client, reply);
  }

  healed(lost: readonly NodeId[]): void {
    this.observer.healed(lost);
  }

  unsettled(): string | null {
    return this.observer.unsettled();
  }

  finish(): Verdict {
    return this.observer.finish();
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.observer.counts(), ...this.watch.counts() };
  }
}
