/** Takes chance out of a plan: what befell each message and timer of its run is written down. */
import type { NodeId } from '../../core/protocol.ts';
import type { FateEar } from '../world/network/heard.ts';
import type { MessageFate, TimerFate } from '../plan/fates.ts';
import type { Plan } from '../plan/plan.ts';
import { run } from '../run.ts';
import type { System } from '../system.ts';
import type { TraceSink } from '../world/trace.ts';

/** Whether the fates of a plan's messages can be listed: the networks of scripts and of the lab decide otherwise. */
export const canFreeze = ({ network }: Plan): boolean => network.manner !== 'lab' && network.lab === undefined;

class Mail {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly nth: number;
  readonly sentUs: number;
  readonly delaysUs: number[] = [];
  isCut: boolean;

  constructor(from: NodeId, to: NodeId, nth: number, sentUs: number, isCut: boolean) {
    this.from = from;
    this.to = to;
    this.nth = nth;
    this.sentUs = sentUs;
    this.isCut = isCut;
  }
}

/** Hears a run and lists every fate in it. */
class FateList implements TraceSink {
  readonly mails: Mail[] = [];
  readonly timers: TimerFate[] = [];
  /** A damaged copy arrived: no list can say what was in it. */
  hasDamage = false;
  private readonly sent = new Map<string, number>();
  private readonly byMessage = new Map<string, Map<unknown, Mail>>();

  readonly timer = (fate: TimerFate): void => void this.timers.push(fate);
  readonly messages: FateEar = {
    sending: (atUs, from, to, message, isCut) => {
      const way = `${from} ${to}`;
      const nth = (this.sent.get(way) ?? 0) + 1;
      this.sent.set(way, nth);
      const mail = new Mail(from, to, nth, atUs, isCut);
      this.mails.push(mail);
      let known = this.byMessage.get(way);
      if (known === undefined) this.byMessage.set(way, known = new Map());
      known.set(message, mail);
    },
    posting: (atUs, from, to, message, delayUs) => {
      const mail = this.byMessage.get(`${from} ${to}`)?.get(message);
      if (mail === undefined) this.hasDamage = true;
      else mail.delaysUs.push(atUs - mail.sentUs + delayUs);
    },
  };

  step(): void {
    // Only fates are of interest.
  }

  crash(): void {
    // Only fates are of interest.
  }

  fault(): void {
    // Only fates are of interest.
  }
}

/**
 * The same run with every fate listed, none by chance; null when its messages were damaged on the way. Nearly
 * the same when messages were held back by `reorder`: one that comes at the very time of another, or whose
 * way was clogged when it was let go, may come in another place. So a shrinker tries it like any candidate.
 */
export function frozen(system: System, plan: Plan): Plan | null {
  const list = new FateList();
  run(system, plan, list);
  if (list.hasDamage) return null;
  const fates: MessageFate[] = list.mails
    .filter(({ isCut }) => !isCut)
    .map(({ from, to, nth, delaysUs }) => ({ from, to, nth, delaysUs }));
  return { ...withoutRates(plan), network: { ...withoutRates(plan).network, fates }, timers: list.timers };
}

/** With a list of fates the rates are not used: they would only mislead the reader. That trouble lasts is still so. */
function withoutRates(plan: Plan): Plan {
  const { delayUs, lasting, lateUs, manner } = plan.network;
  return {
    ...plan,
    network: {
      delayUs, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs,
      ...(manner === undefined ? {} : { manner }),
      ...(lasting === undefined ? {} : { lasting }),
    },
  };
}
