/**
 * What a good citizen does, looked at on a run: steps are pure and total, data is plain, what is sent and written comes
 * back as it was. Each thing that is wrong is named once, with the node and the occasion.
 */
import { Digest } from '../digest.ts';
import { nodeName } from '../plan/node-name.ts';
import type { Plan } from '../plan/plan.ts';
import { run } from '../run.ts';
import { sameRun } from '../same-run.ts';
import type { AnyEffect, AnyEvent, AnyProcess, AnyStorage, System } from '../system.ts';
import { frozen } from '../world/frozen.ts';

export interface Finding {
  /** In a few words, such as "a step is not pure". */
  readonly what: string;
  /** Where, and what to do. */
  readonly detail: string;
}

type Found = (what: string, detail: string) => void;

/** Everything that is wrong on one plan; a thing that is found again and again is told once. */
export function examine(system: System, plan: Plan): readonly Finding[] {
  const findings = new Map<string, Finding>();
  const found: Found = (what, detail) => {
    if (!findings.has(what)) findings.set(what, { what, detail });
  };
  let broken: string | null = null;
  guarded(found, 'the run ends in a fault', () => {
    const { verdict } = run(watched(system, found), plan);
    if (verdict.kind === 'violation') broken = verdict.detail;
    if (verdict.kind === 'violation' && isOfContract(verdict.property))
      found(`the run breaks ${verdict.property}`, verdict.detail);
  });
  guarded(found, 'the run ends in a fault', () => {
    const { isSame, differs } = sameRun(run(system, plan), run(system, plan));
    if (!isSame)
      found(
        'two runs of one plan differ',
        `${differs[0] ?? 'their digests'}: something outside of state and event has a say: a clock, a random number, a variable of the module`,
      );
  });
  guarded(found, 'the run ends in a fault', () => {
    const { verdict } = run(frozen(system), plan);
    // What breaks the contract without being frozen as well is told already.
    if (verdict.kind === 'violation' && verdict.property === 'Protocol Contract' && verdict.detail !== broken)
      found('something is written to in place', `${verdict.detail}: make a new object`);
  });
  return [...findings.values()];
}

/** What says something of the citizen, and not of the protocol. */
const isOfContract = (property: string): boolean =>
  ['Protocol Contract', 'No Exception', 'Bounded Work', 'Starts From Undamaged Disk'].includes(property);

function guarded(found: Found, what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    found(what, messageOf(error));
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** The same system, each of whose steps is looked at. */
function watched(system: System, found: Found): System {
  return {
    ...system,
    ...(system.storage === undefined ? {} : { storage: recovering(system.storage, found) }),
    processes(plan) {
      const digests = new Digests(system, found);
      return system
        .processes(plan)
        .map((process, node) =>
          new Examiner(system, process, nodeName(plan, node), node < plan.servers, digests, found).process(),
        );
    },
  };
}

/** The same disk, whose recovery must not throw: a file that it cannot read is refused. */
const recovering = (storage: AnyStorage, found: Found): AnyStorage => ({
  format: () => storage.format(),
  store: (cursor, durable, writes) => storage.store(cursor, durable, writes),
  isLater: (cursor, than) => storage.isLater(cursor, than),
  recover(files) {
    try {
      return storage.recover(files);
    } catch (error) {
      found(
        'a durable state does not survive its disk',
        `\`recover\` throws on ${[...files.keys()].join(', ')}: ${messageOf(error)}: say that it is refused, and why`,
      );
      throw error;
    }
  },
});

const asText = (take: (digest: Digest) => void): string => {
  const digest = new Digest();
  take(digest);
  return digest.hex();
};

/**
 * Whether it is made of numbers, texts, lists, records, maps and sets alone: what a class holds may be the same in
 * another form.
 */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  if (value instanceof Map) return [...value].every(isPlain);
  if (value instanceof Set) return [...value].every(isPlain);
  const kind: unknown = Object.getPrototypeOf(value);
  return (kind === Object.prototype || kind === null) && Object.values(value).every(isPlain);
}

/** What a system's digest tells apart: a field that it leaves out hides that two runs differ. */
class Digests {
  private readonly system: System;
  private readonly found: Found;
  /** By its digest, the first message that has it. */
  private readonly messages = new Map<string, { readonly whole: string; readonly message: unknown }>();

  constructor(system: System, found: Found) {
    this.system = system;
    this.found = found;
  }

  sent(where: string, message: unknown): void {
    if (!isPlain(message)) return;
    const digest = asText((to) => this.system.digestMessage(to, message));
    const whole = asText((to) => to.value(message));
    const first = this.messages.get(digest);
    if (first === undefined) this.messages.set(digest, { whole, message });
    else if (first.whole !== whole)
      this.found(
        'a digest leaves something out',
        `${where}: two messages have one \`digestMessage\`, ${brief(first.message)} and ${brief(message)}: give it all that tells them apart`,
      );
  }

  /** Of a server. */
  stepped(where: string, before: unknown, after: unknown): void {
    if (before === after || !isPlain(before) || !isPlain(after)) return;
    const [was, is] = [before, after].map((state) => asText((to) => this.system.digestState(to, state)));
    if (was !== is || asText((to) => to.value(before)) === asText((to) => to.value(after))) return;
    this.found(
      'a digest leaves something out',
      `${where}: two states have one \`digestState\`, ${brief(before)} and ${brief(after)}: give it all that tells them apart`,
    );
  }
}

const brief = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length <= 90 ? text : `${text.slice(0, 87)}...`;
};

class Examiner {
  private readonly system: System;
  private readonly inner: AnyProcess;
  private readonly name: string;
  private readonly isServer: boolean;
  private readonly digests: Digests;
  private readonly found: Found;
  private readonly heard = new Set<string>();

  constructor(system: System, inner: AnyProcess, name: string, isServer: boolean, digests: Digests, found: Found) {
    this.system = system;
    this.inner = inner;
    this.name = name;
    this.isServer = isServer;
    this.digests = digests;
    this.found = found;
  }

  process(): AnyProcess {
    const { inner } = this;
    return {
      ...(inner.onFailedWrite === undefined ? {} : { onFailedWrite: inner.onFailedWrite }),
      ...(inner.persistence === undefined ? {} : { persistence: inner.persistence }),
      blank: inner.blank,
      boot: (durable) => this.looked('on its start', () => inner.boot(durable)),
      step: (state, event) => {
        const step = this.looked(occasionOf(event), () => inner.step(state, event), this.isServer ? state : undefined);
        if (!this.heard.has(event.kind)) this.mustBeTotal(step.state);
        this.heard.add(event.kind);
        return step;
      },
      write: (durable, write) => this.written(durable, write),
    };
  }

  /** Asked twice: a pure function says the same. What is thrown is thrown again. */
  private looked<T extends { readonly state: unknown; readonly effects: readonly AnyEffect[] }>(
    occasion: string, act: () => T, before?: unknown,
  ): T {
    const step = act();
    if (typeof step !== 'object' || step === null || !Array.isArray(step.effects)) return step;
    const where = `${this.name} ${occasion}`;
    const digest = this.digestOf(where, step);
    const again = digest === null ? null : this.digestOf(where, act());
    if (digest !== null && again !== digest)
      this.found(
        'a step is not pure',
        `${where}: asked twice with the same state and event, it gives two results: a clock, a random number, or something that it remembers outside of its state`,
      );
    for (const effect of step.effects) if (effect?.kind === 'send') this.sent(where, effect.message);
    if (digest !== null && before !== undefined) this.digests.stepped(where, before, step.state);
    return step;
  }

  private digestOf(where: string, value: unknown): string | null {
    try {
      const digest = new Digest();
      digest.value(value);
      return digest.hex();
    } catch (error) {
      this.found(
        'what it returns is no plain data',
        `${where}: ${messageOf(error)}: states, messages and writes are numbers, texts, lists, records, maps and sets`,
      );
      return null;
    }
  }

  private sent(where: string, message: unknown): void {
    const { codec } = this.system;
    const digest = this.digestOf(where, message);
    if (digest === null) return;
    this.digests.sent(where, message);
    if (codec === undefined) return;
    try {
      const bytes = codec.encode(message);
      const back = codec.decode(bytes, true);
      if (this.digestOf(where, back) !== digest && (isPlain(message) || !this.isSame(message, bytes, back))) {
        this.found(
          'a message does not survive its codec',
          `${where}: ${this.system.describeMessage(message)} comes back as ${JSON.stringify(back)?.slice(0, 80) ?? String(back)}`,
        );
      }
    } catch (error) {
      this.found('a message does not survive its codec', `${where}: ${messageOf(error)}`);
    }
  }

  /** Of what holds objects of classes: whether it has the same bytes, and the system takes it for the same. */
  private isSame(message: unknown, bytes: Uint8Array, back: unknown): boolean {
    const [was, is] = [message, back].map((one) => asText((to) => this.system.digestMessage(to, one)));
    return was === is && Buffer.compare(bytes, this.system.codec!.encode(back)) === 0;
  }

  private written(durable: unknown, write: unknown): unknown {
    const after = this.inner.write(durable, write);
    const { storage } = this.system;
    const where = `${this.name} on a write`;
    if (this.digestOf(where, after) !== this.digestOf(where, this.inner.write(durable, write)))
      this.found('`write` is not pure', `${where}: asked twice, it gives two results`);
    if (storage === undefined || !this.isServer || after === undefined) return after;
    try {
      const blank = storage.format();
      const stored = storage.store(blank.cursor, after, [write]);
      const files = new Map<string, Uint8Array>();
      for (const operation of [...blank.operations, ...stored.operations]) {
        if (operation.kind === 'remove') files.delete(operation.file);
        else if (operation.kind === 'append')
          files.set(operation.file, Uint8Array.from([...(files.get(operation.file) ?? []), ...operation.bytes]));
        else if (operation.kind !== 'rewrite') files.set(operation.file, operation.bytes);
      }
      if (durable === this.inner.blank) this.mustComeBack(where, after, files, storage.recover(files));
    } catch (error) {
      this.found('a durable state does not survive its disk', `${where}: ${messageOf(error)}`);
    }
    return after;
  }

  private mustComeBack(
    where: string, after: unknown, files: ReadonlyMap<string, Uint8Array>,
    recovery: { readonly kind: string; readonly durable?: unknown; readonly reason?: string },
  ): void {
    if (recovery.kind === 'refused')
      this.found(
        'a durable state does not survive its disk', `${where}: ${[...files.keys()].join(', ')}: ${recovery.reason}`,
      );
    else if (this.digestOf(where, recovery.durable) !== this.digestOf(where, after))
      this.found('a durable state does not survive its disk', `${where}: what is read back is not what was written`);
  }

  /** A timer that was set before a restart, or by an older version, may still be heard of. */
  private mustBeTotal(state: unknown): void {
    if (!this.isServer || state === undefined || state === null) return;
    try {
      this.inner.step(state, { kind: 'timer', timer: 'a timer that nobody set' });
    } catch (error) {
      this.found('a step is not total', `${this.name} throws on a timer that it does not know: ${messageOf(error)}`);
    }
  }
}

function occasionOf(event: AnyEvent): string {
  switch (event.kind) {
    case 'message':
      return 'on a message';
    case 'timer':
      return `on timer ${event.timer}`;
    case 'request':
      return 'on an operation';
    case 'unreachable':
      return 'on hearing that a node is unreachable';
  }
}
