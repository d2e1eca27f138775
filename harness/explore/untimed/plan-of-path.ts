/**
 * A run of the untimed world as a plan of the simulator: every action gets a time of its own, and what is
 * in flight, armed or down until then is listed, so that the simulator takes the very same steps and no
 * other. `replay`, `report`, `shrink` and `pin` then work on a counterexample as on a failing seed.
 */
import type { NodeId } from '../../../core/protocol.ts';
import type { AnyEffect, AnyProcess } from '../../system.ts';
import type { Fault } from '../../plan/fault.ts';
import type { MessageFate, TimerFate } from '../../plan/fates.ts';
import type { Plan, PlannedOperation } from '../../plan/plan.ts';
import type { Letter } from './letters.ts';
import type { PlanBase } from './plan-base.ts';
import type { Move } from './parts.ts';
import type { Notice, Wish } from './system.ts';

/** Between two actions. */
const stepUs = 10_000;
/** A timer that the run never hears goes off behind its end: an hour is the most that a plan can say. */
const neverUs = 3_600_000_000;

export interface PathOfMoves<N extends Notice> {
  readonly processes: readonly AnyProcess[];
  /** By which equal letters are known to be equal. */
  readonly keyOf: (from: NodeId, to: NodeId, message: unknown) => string;
  readonly moves: readonly Move<N>[];
  readonly wishes: readonly Wish[];
}

interface Armed {
  readonly nth: number;
  readonly setUs: number;
  /** By how much the node's clock was set forward since then. */
  jumpedUs: number;
}

interface Mail {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly nth: number;
  readonly sentUs: number;
  readonly delaysUs: number[];
}

export function planOfPath<N extends Notice>({ fixedTimersUs, ...base }: PlanBase, path: PathOfMoves<N>): Plan {
  const writer = new PlanWriter<N>(base.servers, path, fixedTimersUs);
  path.moves.forEach((move, i) => writer.add(move, (i + 1) * stepUs));
  const endUs = (path.moves.length + 1) * stepUs;
  const majority = Array.from({ length: (base.servers >> 1) + 1 }, (_, node) => node);
  return {
    ...base,
    network: {
      delayUs: { min: 1000, max: 1000 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0,
      lateUs: { min: 0, max: 0 }, fates: writer.fates(),
    },
    timers: writer.timers(),
    // The path ends here, and with it the run: without a majority nothing more is owed, and what was seen is judged.
    faults: [...writer.faults(endUs), { kind: 'gone', atUs: endUs - 1, nodes: majority }],
    operations: writer.operations,
    stormUs: endUs,
  };
}

class PlanWriter<N extends Notice> {
  readonly operations: PlannedOperation[] = [];
  private readonly servers: number;
  private readonly keyOf: PathOfMoves<N>['keyOf'];
  private readonly wishes: readonly Wish[];
  private readonly fixedTimersUs: Readonly<Record<string, number>>;
  private readonly mails: Mail[] = [];
  /** What is in flight: of equal letters the first one, which can be delivered at any time after it. */
  private readonly inFlight = new Map<string, Mail>();
  private readonly sent = new Map<string, number>();
  private readonly armed = new Map<string, Armed>();
  private readonly settings = new Map<string, number>();
  private readonly fired: TimerFate[] = [];
  private readonly struck: Fault[] = [];
  /** Of a server that is down, when it crashed and how. */
  private readonly down = new Map<
    NodeId,
    { readonly atUs: number; readonly moment: 'now' | 'writeKept' | 'writeLost' }
  >();

  constructor(
    servers: number, { processes, keyOf, wishes }: PathOfMoves<N>, fixedTimersUs: Readonly<Record<string, number>>,
  ) {
    this.servers = servers;
    this.keyOf = keyOf;
    this.wishes = wishes;
    this.fixedTimersUs = fixedTimersUs;
    processes.forEach((process, node) => this.takeEffects(node, process.boot(process.blank).effects, 0));
  }

  add(move: Move<N>, atUs: number): void {
    const { node, outcome } = move;
    switch (move.kind) {
      case 'deliver':
        // To a node that is down: the simulator loses it as well, when it is not sent at all.
        if (outcome !== null) this.deliver(move.letter!, atUs);
        break;
      case 'timer':
        this.fire(node, move.timer!, atUs);
        break;
      case 'client':
        this.operations.push({ client: node - this.servers, atUs, request: move.request });
        break;
      case 'crash':
        return this.crash(move, atUs);
      case 'restart':
        this.restart(node, atUs);
        break;
      case 'drop':
      case 'duplicate':
        // Delivery is what counts: a letter that is not delivered is lost, one that is delivered twice has two copies.
        return;
    }
    if (outcome !== null) this.takeEffects(node, outcome.step.effects, atUs);
  }

  private deliver({ value: { from, to, message } }: Letter, atUs: number): void {
    const key = this.keyOf(from, to, message);
    const mail = this.inFlight.get(key);
    // Nobody in the cluster sent it.
    const wish =
      mail === undefined ? this.wishes.find((one) => this.keyOf(one.to, one.to, one.message) === key) : undefined;
    if (wish !== undefined) return void this.struck.push(wish.fault(atUs));
    if (mail === undefined) throw new Error('a letter is delivered that was never sent');
    mail.delaysUs.push(atUs - mail.sentUs);
  }

  private fire(node: NodeId, timer: string, atUs: number): void {
    const key = `${node} ${timer}`;
    const { nth, setUs, jumpedUs } = this.armed.get(key)!;
    this.armed.delete(key);
    const fixedUs = this.fixedTimersUs[timer];
    if (fixedUs === undefined) this.fired.push({ node, timer, nth, afterUs: atUs - setUs + jumpedUs });
    else this.jump(node, setUs + fixedUs - jumpedUs - atUs, atUs);
  }

  /** All other timers of the node come nearer as well, so that they must be set for later. */
  private jump(node: NodeId, byUs: number, atUs: number): void {
    this.struck.push({ kind: 'clockJump', atUs, nodes: [node], byUs });
    for (const [key, armed] of this.armed) if (key.startsWith(`${node} `)) armed.jumpedUs += byUs;
  }

  private crash({ node, barrier, letter, timer, request }: Move<N>, atUs: number): void {
    this.down.set(node, {
      atUs: barrier === null ? atUs : atUs - 1,
      moment: barrier === null ? 'now' : barrier.isLost ? 'writeLost' : 'writeKept',
    });
    if (barrier !== null) {
      // The step begins, and ends behind its write.
      if (letter !== null) this.deliver(letter, atUs);
      if (timer !== null) this.fire(node, timer, atUs);
      if (request !== null) this.operations.push({ client: node - this.servers, atUs, request });
      for (const { value } of barrier.sends) this.send(node, value.to, value.message, atUs);
    }
    for (const key of this.armed.keys()) if (key.startsWith(`${node} `)) this.armed.delete(key);
  }

  private restart(node: NodeId, atUs: number): void {
    const fall = this.down.get(node)!;
    this.down.delete(node);
    this.struck.push({ kind: 'crash', atUs: fall.atUs, restartUs: atUs, nodes: [node], moment: fall.moment });
  }

  private takeEffects(node: NodeId, effects: readonly AnyEffect[], atUs: number): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.send(node, effect.to, effect.message, atUs);
      if (effect.kind === 'setTimer') this.set(node, effect.timer, atUs);
      if (effect.kind === 'cancelTimer') this.armed.delete(`${node} ${effect.timer}`);
    }
  }

  private send(from: NodeId, to: NodeId, message: unknown, atUs: number): void {
    const way = `${from} ${to}`;
    const nth = (this.sent.get(way) ?? 0) + 1;
    this.sent.set(way, nth);
    const mail: Mail = { from, to, nth, sentUs: atUs, delaysUs: [] };
    this.mails.push(mail);
    const key = this.keyOf(from, to, message);
    if (!this.inFlight.has(key)) this.inFlight.set(key, mail);
  }

  private set(node: NodeId, timer: string, atUs: number): void {
    const key = `${node} ${timer}`;
    const nth = (this.settings.get(key) ?? 0) + 1;
    this.settings.set(key, nth);
    this.armed.set(key, { nth, setUs: atUs, jumpedUs: 0 });
  }

  fates(): readonly MessageFate[] {
    return this.mails.map(({ from, to, nth, delaysUs }) => ({ from, to, nth, delaysUs }));
  }

  /** Those that were heard, and all others for never. */
  timers(): readonly TimerFate[] {
    const heard = new Set(this.fired.map(({ node, timer, nth }) => `${node} ${timer} ${nth}`));
    const others: TimerFate[] = [];
    for (const [key, times] of this.settings) {
      const [node, timer] = key.split(' ') as [string, string];
      if (this.fixedTimersUs[timer] !== undefined) continue;
      for (let nth = 1; nth <= times; nth++)
        if (!heard.has(`${key} ${nth}`)) others.push({ node: Number(node), timer, nth, afterUs: neverUs });
    }
    return [...this.fired, ...others];
  }

  faults(endUs: number): readonly Fault[] {
    const left = [...this.down].map(([node, { atUs, moment }]): Fault => ({
      kind: 'crash', atUs, restartUs: endUs, nodes: [node], moment,
    }));
    return [...this.struck, ...left];
  }
}
