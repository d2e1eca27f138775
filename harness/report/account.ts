/** A run told in full: every step, message, operation and fault, as data that all forms of a report share. */
import type { NodeId } from '../../core/protocol.ts';
import type { FateEar } from '../world/network/heard.ts';
import { accountsOf, shapeOfFault } from '../plan/fault.ts';
import { nodeName } from '../plan/node-name.ts';
import type { Plan } from '../plan/plan.ts';
import { run, type RunRecord } from '../run.ts';
import type { AnyEffect, AnyEvent, Lanes, Look, MarkedStep, System, ToldStep } from '../system.ts';
import type { TraceSink } from '../world/trace.ts';
import type { CrashMoment } from '../world/crash-moment.ts';
import { codePlacesOf } from './code-place.ts';
import { ContentsRecorder, type ContentsChange } from './contents.ts';

export type Fields = Readonly<Record<string, string | number | null>>;

/** One thing that happened, in the order in which things happened. */
export interface Row {
  readonly kind: 'step' | 'crash' | 'fault' | 'threw';
  /** The number of the step; of a row that is none, that of the step before it. */
  readonly step: number;
  readonly atUs: number;
  /** Null for what happens to the world. */
  readonly node: NodeId | null;
  /** What the node was given. */
  readonly event: string;
  /** What came of it, in the words of the field. */
  readonly told: string;
  /** How much a reader wants to see it, from 0 to 5. */
  readonly weight: number;
  /** What the node asked for. */
  readonly effects: readonly string[];
  /** Fields of the node's state that are new, and null for those that are gone. */
  readonly changed: Fields;
  /** What is new of what the node holds, where its system tells. */
  readonly contents?: ContentsChange;
  /** The message that was delivered, as its place in `messages`. */
  readonly message: number | null;
  /** The operation that began or ended here. */
  readonly operation: number | null;
  /** Where in the code the event was handled; null when that is not known for sure. */
  readonly code: string | null;
}

export interface Message {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly nth: number;
  readonly what: string;
  readonly sentUs: number;
  /** The row whose effect it was; null when the sender crashed before its step was done. */
  readonly sentBy: number | null;
  /** When each copy was due; none when it was lost. */
  readonly dueUs: readonly number[];
  /** The rows that took it. */
  readonly takenBy: readonly number[];
  readonly fate: 'delivered' | 'dropped' | 'cut' | 'underWay' | 'notTaken';
}

export interface CalledOperation {
  readonly id: number;
  readonly client: NodeId;
  readonly what: string;
  readonly request: unknown;
  readonly calledUs: number;
  readonly returnedUs: number | null;
  readonly reply: unknown;
  readonly answer: string | null;
}

export interface FaultSpan {
  readonly kind: string;
  readonly what: string;
  readonly fromUs: number;
  readonly untilUs: number;
  /** It began, and its kind struck at least once in the run. */
  readonly hasFired: boolean;
}

/** A part that a server played, by the name that stands in the field of it. */
export interface PlayedRole {
  readonly name: string;
  readonly look: Look;
}

/** What the system says of its lanes, with the parts that were played, in the order in which they turned up. */
export type PlayedLanes = Omit<Lanes, 'lookOf'> & { readonly roles: readonly PlayedRole[] };

export interface Account {
  readonly nodes: readonly string[];
  readonly servers: number;
  readonly rows: readonly Row[];
  readonly messages: readonly Message[];
  readonly operations: readonly CalledOperation[];
  readonly faults: readonly FaultSpan[];
  readonly endUs: number;
  readonly stormUs: number;
  /** Null when the system does not tell of roles. */
  readonly lanes: PlayedLanes | null;
  /** The row at which the property was broken; null when none was. */
  readonly fatal: number | null;
}

export interface Accounted {
  readonly record: RunRecord;
  readonly account: Account;
  /** What each step did and where; only steps of which its system tells that. */
  readonly marked: readonly MarkedStep[];
}

/** Runs a plan and writes down everything. */
export function accountOf(system: System, plan: Plan): Accounted {
  const recorder = new Recorder(system, plan);
  const record = run(system, plan, recorder);
  return { record, account: recorder.finish(record), marked: recorder.marked };
}

interface Mail {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly nth: number;
  readonly message: unknown;
  readonly sentUs: number;
  sentBy: number | null;
  isCut: boolean;
  isHeard: boolean;
  readonly dueUs: number[];
  readonly takenBy: number[];
}

const strength: Readonly<Record<Look | 'none', number>> = { none: 0, follows: 1, stands: 2, leads: 3 };

const crashed: Readonly<Record<CrashMoment, string>> = {
  now: '', writeLost: ' before its write was durable', writeKept: ' behind its write',
};
export const crashEvent = (moment: CrashMoment): string => `crash${crashed[moment]}`;

class Recorder implements TraceSink {
  readonly messages: FateEar;
  readonly marked: MarkedStep[] = [];
  private readonly system: System;
  private readonly plan: Plan;
  private readonly rows: Row[] = [];
  private readonly mails: Mail[] = [];
  private readonly mailsByWay = new Map<string, Mail[]>();
  /** Of each node, mail of the step that it is taking. */
  private readonly unsigned = new Map<NodeId, Mail[]>();
  private readonly contents: ContentsRecorder;
  private readonly fields = new Map<NodeId, Fields>();
  private readonly roles = new Map<string, Look>();
  private readonly operations = new Map<number, CalledOperation>();
  private readonly notes: { readonly atUs: number; readonly what: string }[] = [];
  /** The operation that ended within the step that is being taken, by client. */
  private readonly ended = new Map<NodeId, number>();
  private lastStep = 0;

  constructor(system: System, plan: Plan) {
    this.system = system;
    this.plan = plan;
    this.contents = new ContentsRecorder(system, plan);
    this.messages = {
      sending: (atUs, from, to, message, isCut) => void this.mail(atUs, from, to, message, isCut, true),
      posting: (atUs, from, to, message, delayUs) => this.lastMail(from, to, message)?.dueUs.push(atUs + delayUs),
    };
  }

  private name(node: NodeId): string {
    return nodeName(this.plan, node);
  }

  private mail(atUs: number, from: NodeId, to: NodeId, message: unknown, isCut: boolean, isHeard: boolean): Mail {
    const way = `${from} ${to}`;
    let known = this.mailsByWay.get(way);
    if (known === undefined) this.mailsByWay.set(way, (known = []));
    const mail: Mail = {
      from, to, nth: known.length + 1, message, sentUs: atUs, sentBy: null, isCut, isHeard, dueUs: [], takenBy: [],
    };
    known.push(mail);
    this.mails.push(mail);
    const unsigned = this.unsigned.get(from);
    if (unsigned === undefined) this.unsigned.set(from, [mail]);
    else unsigned.push(mail);
    return mail;
  }

  /** A damaged copy is another object: it belongs to what was sent last on its way. */
  private lastMail(from: NodeId, to: NodeId, message: unknown): Mail | undefined {
    const known = this.mailsByWay.get(`${from} ${to}`) ?? [];
    return known.findLast((mail) => mail.message === message) ?? known.at(-1);
  }

  private add(row: Partial<Row> & Pick<Row, 'kind' | 'step' | 'atUs' | 'node' | 'event'>): void {
    this.lastStep = row.step;
    this.rows.push({
      told: row.event, weight: 0, effects: [], changed: {}, message: null, operation: null, code: null, ...row,
    });
  }

  step(
    step: number, atUs: number, node: NodeId, event: AnyEvent | null, before: unknown, after: unknown,
    effects: readonly AnyEffect[],
  ): void {
    const place = this.rows.length;
    const message = this.taken(node, event, place);
    const told: ToldStep = { node, before, after, event, effects, nameOf: (one) => this.name(one) };
    const story = this.system.tellStep?.(told) ?? null;
    this.mark(place, told);
    const what = this.eventText(event);
    const operation = event?.kind === 'request' ? event.id : (this.ended.get(node) ?? null);
    this.add({
      kind: 'step', step, atUs, node, event: what, told: story?.text ?? what,
      weight: story?.weight ?? (event === null ? 1 : 0), effects: effects.map((effect) => this.effectText(effect)),
      changed: this.changes(node, this.described(after, node)), ...this.contentsChange(node, after), message, operation,
      code: this.system.codeOf?.(event, node < this.plan.servers) ?? null,
    });
    this.ended.delete(node);
    this.sign(node, place, effects, atUs);
  }

  private described(state: unknown, node: NodeId): Fields {
    const fields = this.system.describeState(state, node);
    const { lanes } = this.system;
    if (lanes === undefined || node >= this.plan.servers) return fields;
    const role = String(fields[lanes.role] ?? '');
    const look = lanes.lookOf(state, node);
    // Who leads only now and then is told by its leading.
    if (strength[look] > strength[this.roles.get(role) ?? 'none']) this.roles.set(role, look);
    return fields;
  }

  private mark(place: number, step: ToldStep): void {
    const marks = this.system.marksOf?.(step) ?? [];
    if (marks.length > 0) this.marked.push({ place, node: step.node, marks });
  }

  /** The mail of this step is signed; where the network was not heard, its fate is open. */
  private sign(node: NodeId, place: number, effects: readonly AnyEffect[], atUs: number): void {
    const unsigned = this.unsigned.get(node) ?? [];
    if (unsigned.length === 0) {
      for (const effect of effects)
        if (effect.kind === 'send') this.mail(atUs, node, effect.to, effect.message, false, false).sentBy = place;
    }
    for (const mail of unsigned) mail.sentBy ??= place;
    this.unsigned.delete(node);
  }

  private taken(node: NodeId, event: AnyEvent | null, place: number): number | null {
    if (event?.kind !== 'message') return null;
    const known = this.mailsByWay.get(`${event.from} ${node}`) ?? [];
    const mail =
      known.findLast((one) => one.message === event.message) ??
      known.findLast((one) => one.takenBy.length < one.dueUs.length);
    if (mail === undefined) return null;
    mail.takenBy.push(place);
    return this.mails.indexOf(mail);
  }

  private contentsChange(node: NodeId, after: unknown): Partial<Pick<Row, 'contents'>> {
    const contents = node < this.plan.servers ? this.contents.read(node, after) : {};
    return Object.keys(contents).length === 0 ? {} : { contents };
  }

  private changes(node: NodeId, after: Fields): Fields {
    const before = this.fields.get(node) ?? {};
    const changed: Record<string, string | number | null> = {};
    for (const [field, value] of Object.entries(after)) if (before[field] !== value) changed[field] = value;
    for (const field of Object.keys(before)) if (!(field in after)) changed[field] = null;
    this.fields.set(node, after);
    return changed;
  }

  crash(step: number, atUs: number, node: NodeId, moment: CrashMoment): void {
    this.unsigned.delete(node);
    this.contents.forget(node);
    this.add({
      kind: 'crash', step, atUs, node, event: crashEvent(moment), told: `crashes${crashed[moment]}`, weight: 4,
      changed: this.changes(node, {}),
    });
  }

  fault(step: number, atUs: number, what: string): void {
    this.notes.push({ atUs, what });
    this.add({ kind: 'fault', step, atUs, node: null, event: what, weight: 3 });
  }

  threw(step: number, atUs: number, node: NodeId, event: AnyEvent | null, error: unknown): void {
    const place = this.rows.length;
    const message = this.taken(node, event, place);
    const what = this.eventText(event);
    const says = `throws on ${what}: ${error instanceof Error ? error.message : String(error)}`;
    const at = codePlacesOf(error);
    this.add({
      kind: 'threw', step, atUs, node, event: what, told: says, weight: 5, message,
      code: at[0] ?? this.system.codeOf?.(event, node < this.plan.servers) ?? null,
    });
    if (at.length > 0) this.marked.push({ place, node, marks: [{ kind: 'threw', at, says, against: null }] });
  }

  invoked(operation: number, atUs: number, client: NodeId, request: unknown): void {
    this.operations.set(operation, {
      id: operation, client, request, what: this.system.describeRequest?.(request) ?? JSON.stringify(request),
      calledUs: atUs, returnedUs: null, reply: null, answer: null,
    });
  }

  returned(operation: number, atUs: number, client: NodeId, reply: unknown): void {
    const known = this.operations.get(operation);
    if (known === undefined) return;
    this.ended.set(client, operation);
    this.operations.set(operation, {
      ...known, returnedUs: atUs, reply, answer: reply === null ? 'ok' : JSON.stringify(reply),
    });
  }

  finish(record: RunRecord): Account {
    const isViolated = record.verdict.kind === 'violation';
    this.addUnfinished(record, isViolated);
    const { plan } = this;
    return {
      nodes: Array.from({ length: plan.servers + plan.clients }, (_, node) => this.name(node)),
      servers: plan.servers,
      rows: this.rows,
      messages: this.mails.map((mail) => this.told(mail, record.endUs)),
      operations: [...this.operations.values()],
      faults: this.spans(record),
      endUs: record.endUs,
      stormUs: plan.stormUs,
      lanes: this.lanes(),
      fatal: isViolated ? this.rows.length - 1 : null,
    };
  }

  private lanes(): PlayedLanes | null {
    const { lanes } = this.system;
    if (lanes === undefined) return null;
    const { role, epoch, epochName, epochMark, commit } = lanes;
    return {
      role, epoch, epochName, epochMark, commit, roles: [...this.roles].map(([name, look]) => ({ name, look })),
    };
  }

  /** A client's answer is judged within its step: when that is the fatal one, the step itself was never told. */
  private addUnfinished({ endUs, verdict }: RunRecord, isViolated: boolean): void {
    const [open] = this.ended;
    if (isViolated && open !== undefined) {
      const [client, id] = open;
      const { what, answer } = this.operations.get(id)!;
      const mail = this.answering(client, endUs);
      mail?.takenBy.push(this.rows.length);
      const by = mail === undefined ? '' : ` by ${this.name(mail.from)}`;
      const sentBy = mail?.sentBy ?? null;
      this.add({
        kind: 'step',
        step: this.lastStep + 1,
        atUs: endUs,
        node: client,
        event: `answer of ${what}`,
        told: `is told ${answer ?? '?'} for ${what}${by}`,
        // The client only hears it: what was wrong was done where the answer came from.
        weight: 5,
        operation: id,
        message: mail === undefined ? null : this.mails.indexOf(mail),
        code: sentBy === null ? null : this.rows[sentBy]!.code,
      });
    } else if (isViolated && verdict.kind === 'violation' && this.rows.at(-1)?.atUs !== endUs) {
      this.add({
        kind: 'fault', step: this.lastStep, atUs: endUs, node: null, event: 'the run is judged',
        told: 'the run is judged as a whole', weight: 5,
      });
    }
  }

  /** The message that a client was reading when the run ended: the last that had arrived and was not taken. */
  private answering(client: NodeId, endUs: number): Mail | undefined {
    const arrived = this.mails.filter(
      ({ to, dueUs, takenBy }) => to === client && takenBy.length < dueUs.length && dueUs.some((us) => us <= endUs),
    );
    const lastDueUs = ({ dueUs }: Mail): number => Math.max(...dueUs.filter((us) => us <= endUs));
    return arrived.sort((a, b) => lastDueUs(a) - lastDueUs(b)).at(-1);
  }

  private told(
    { from, to, nth, message, sentUs, sentBy, isCut, isHeard, dueUs, takenBy }: Mail, endUs: number,
  ): Message {
    const isUnderWay = isHeard ? dueUs.some((us) => us > endUs) : true;
    const isLost = isHeard && dueUs.length === 0;
    const open: Message['fate'] = isUnderWay ? 'underWay' : 'notTaken';
    const fate: Message['fate'] = takenBy.length > 0 ? 'delivered' : isCut ? 'cut' : isLost ? 'dropped' : open;
    return { from, to, nth, what: this.system.describeMessage(message), sentUs, sentBy, dueUs, takenBy, fate };
  }

  /** The faults of the plan, with the words of the moment at which each began. */
  private spans({ endUs, faults: accounts }: RunRecord): readonly FaultSpan[] {
    const begun = this.notes.filter(({ what }) => what.includes(' begins'));
    const used = new Set<number>();
    return this.plan.faults.map((fault) => {
      const shape = shapeOfFault(fault);
      const [fromUs, untilUs] = shape.span(fault);
      const at = begun.findIndex(
        ({ atUs, what }, i) =>
          !used.has(i) &&
          what.startsWith(`${fault.kind} begins`) &&
          atUs >= fromUs &&
          atUs <= Math.max(untilUs, fromUs),
      );
      if (at >= 0) used.add(at);
      const note = begun[at];
      const target = shape.target(fault);
      const nameOf = (node: NodeId): string => this.name(node);
      const struck = target === 'leader' ? ['aimed at the leader'] : target.map(nameOf);
      const what = note?.what.replace(`${fault.kind} begins: `, '') ?? shape.describe(fault, struck, nameOf);
      const hasFired = note !== undefined && accountsOf(fault).some((kind) => (accounts[kind]?.fired ?? 0) > 0);
      return {
        kind: fault.kind,
        what,
        fromUs: note?.atUs ?? fromUs,
        untilUs: Math.min(Math.max(untilUs, fromUs), Math.max(this.plan.stormUs, fromUs), Math.max(endUs, fromUs)),
        hasFired,
      };
    });
  }

  private eventText(event: AnyEvent | null): string {
    if (event === null) return 'boot';
    switch (event.kind) {
      case 'message':
        return `${this.system.describeMessage(event.message)} from ${this.name(event.from)}`;
      case 'timer':
        return `timer ${event.timer}`;
      case 'request':
        return `asked for ${this.system.describeRequest?.(event.request) ?? JSON.stringify(event.request)}`;
      case 'unreachable':
        return `${this.name(event.node)} unreachable`;
    }
  }

  private effectText(effect: AnyEffect): string {
    switch (effect.kind) {
      case 'persist':
        return `persist ${effect.writes.map((write) => (write as { kind?: string } | null)?.kind ?? 'write').join(' ')}`;
      case 'send':
        return `to ${this.name(effect.to)}: ${this.system.describeMessage(effect.message)}`;
      case 'setTimer':
        return `set timer ${effect.timer}`;
      case 'cancelTimer':
        return `cancel timer ${effect.timer}`;
      case 'reply':
        return `operation ${effect.id} is answered: ${JSON.stringify(effect.reply)}`;
    }
  }
}
