/** The full account of a run, kept only when asked for. */
import type { NodeId } from '../../core/protocol.ts';
import type { FateEar } from './network/heard.ts';
import type { OnTimer } from './timer-choice.ts';
import type { AnyEffect, AnyEvent, System } from '../system.ts';
import type { CrashMoment } from './crash-moment.ts';
import { jsonText } from '../text/printable.ts';

export interface TraceSink {
  step(
    step: number, atUs: number, node: NodeId, event: AnyEvent | null,
    before: unknown, after: unknown, effects: readonly AnyEffect[],
  ): void;
  crash(step: number, atUs: number, node: NodeId, moment: CrashMoment): void;
  /** Something that the plan does to the world. */
  fault(step: number, atUs: number, what: string): void;
  /** A client begins an operation, and is answered. */
  invoked?(operation: number, atUs: number, node: NodeId, request: unknown): void;
  returned?(operation: number, atUs: number, node: NodeId, reply: unknown): void;
  /** A node threw instead of taking the step; `event` is null for a boot. */
  threw?(step: number, atUs: number, node: NodeId, event: AnyEvent | null, error: unknown): void;
  readonly messages?: FateEar;
  readonly timer?: OnTimer;
}

type Fields = Readonly<Record<string, string | number>>;

/** A trace as JSON lines, one a step, crash or fault. */
export class TraceLines implements TraceSink {
  readonly lines: string[] = [];
  private readonly system: System;
  private readonly nameOf: (node: NodeId) => string;

  constructor(system: System, nameOf: (node: NodeId) => string) {
    this.system = system;
    this.nameOf = nameOf;
  }

  step(
    step: number, atUs: number, node: NodeId, event: AnyEvent | null,
    before: unknown, after: unknown, effects: readonly AnyEffect[],
  ): void {
    this.lines.push(jsonText({
      step,
      atUs,
      node: this.nameOf(node),
      event: this.eventText(event),
      effects: effects.map((effect) => this.effectText(effect)),
      changed: changedFields(
        before === null ? {} : this.system.describeState(before, node),
        this.system.describeState(after, node),
      ),
    }));
  }

  crash(step: number, atUs: number, node: NodeId, moment: CrashMoment): void {
    this.lines.push(jsonText({ step, atUs, node: this.nameOf(node), crash: moment }));
  }

  fault(step: number, atUs: number, what: string): void {
    this.lines.push(jsonText({ step, atUs, fault: what }));
  }

  private eventText(event: AnyEvent | null): string {
    if (event === null) return 'boot';
    switch (event.kind) {
      case 'message':
        return `${this.nameOf(event.from)}: ${this.system.describeMessage(event.message)}`;
      case 'timer':
        return `timer ${event.timer}`;
      case 'request':
        return `operation ${event.id}: ${JSON.stringify(event.request)}`;
      case 'unreachable':
        return `${this.nameOf(event.node)} unreachable`;
    }
  }

  private effectText(effect: AnyEffect): string {
    switch (effect.kind) {
      case 'persist':
        return `persist ${effect.writes.map(kindOfWrite).join(' ')}`;
      case 'send':
        return `to ${this.nameOf(effect.to)}: ${this.system.describeMessage(effect.message)}`;
      case 'setTimer':
        return `set ${effect.timer}`;
      case 'cancelTimer':
        return `cancel ${effect.timer}`;
      case 'reply':
        return `operation ${effect.id} done: ${JSON.stringify(effect.reply)}`;
    }
  }
}

/** Writes are whatever a system keeps: those without a kind are only counted. */
const kindOfWrite = (write: unknown): string => {
  const kind = typeof write === 'object' && write !== null ? (write as { readonly kind?: unknown }).kind : undefined;
  return typeof kind === 'string' ? kind : 'write';
};

function changedFields(before: Fields, after: Fields): Fields {
  const changed: Record<string, string | number> = {};
  for (const [field, value] of Object.entries(after)) if (before[field] !== value) changed[field] = value;
  return changed;
}
