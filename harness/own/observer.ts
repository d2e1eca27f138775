/** Holds a run of a user's system against its invariants, and counts the situations that it went through. */
import { Violated, type Observer } from '../../checkers/checker.ts';
import { defaultBudgetSteps, ModelHistory } from '../../checkers/linearizability.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Plan } from '../plan/plan.ts';
import { SystemError, type AnyEffect, type AnyEvent } from '../system.ts';
import { situationsIn, type Definition, type SeenStep } from './definition.ts';

const same = (value: unknown): unknown => value;

/**
 * Asks an invariant. What it answers beside null and a text is a mistake of its author.
 * @throws Violated when it does not hold
 * @throws SystemError for an answer of another type
 */
export function mustAnswer(name: string, answer: unknown): void {
  if (answer === null) return;
  if (typeof answer === 'string') throw new Violated(name, answer);
  throw new SystemError(
    `the invariant "${name}" answers ${String(answer)}: it must give null when it holds, and say what is wrong when it does not`,
  );
}

export class OwnObserver implements Observer {
  private readonly definition: Definition;
  private readonly plan: Plan;
  private readonly servers: unknown[];
  private readonly tallies: Record<string, number>;
  private readonly history: ModelHistory<unknown, unknown> | null;
  private readonly clientOf = new Map<number, NodeId>();
  private lost: ReadonlySet<NodeId> = new Set();

  constructor(definition: Definition, plan: Plan) {
    this.definition = definition;
    this.plan = plan;
    this.servers = new Array<unknown>(plan.servers).fill(null);
    this.tallies = Object.fromEntries(Object.keys(definition.situations).map((name) => [name, 0]));
    const { linearizable } = definition.service;
    this.history = linearizable === null ? null : new ModelHistory(linearizable, same, same);
  }

  booted(node: NodeId, state: unknown): void {
    this.see({ node, before: null, after: state, event: null, effects: [], settings: this.plan.settings });
  }

  stepped(node: NodeId, before: unknown, after: unknown, event: AnyEvent, effects: readonly AnyEffect[]): void {
    this.see({ node, before, after, event, effects, settings: this.plan.settings });
  }

  private see(step: SeenStep): void {
    if (step.node >= this.plan.servers) return;
    this.servers[step.node] = step.after;
    for (const name of situationsIn(this.definition, step)) this.tallies[name]! += 1;
    const { steps, moments } = this.definition.sees;
    if (step.before !== null) for (const [name, { step: check }] of steps) mustAnswer(name, check!(step));
    if (step.before === step.after) return;
    for (const [name, { always }] of moments)
      mustAnswer(name, always!({ servers: this.servers, settings: step.settings }));
  }

  crashed(node: NodeId): void {
    if (node < this.plan.servers) this.servers[node] = null;
  }

  invoked(operation: number, client: NodeId, request: unknown): void {
    this.clientOf.set(operation, client);
    this.history?.invoked(operation, client, request);
  }

  gaveUp(operation: number): void {
    this.history?.gaveUp(this.clientOf.get(operation)!);
  }

  returned(operation: number, _client: NodeId, reply: unknown): void {
    this.history?.returned(operation, reply);
  }

  healed(lost: readonly NodeId[]): void {
    this.lost = new Set(lost);
  }

  unsettled(): string | null {
    return this.definition.settled({ servers: this.servers, settings: this.plan.settings, lost: this.lost });
  }

  finish(): Verdict {
    return this.history?.judge(defaultBudgetSteps) ?? { kind: 'ok' };
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.tallies };
  }
}
