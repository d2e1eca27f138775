/** A system under test, as the harness sees it: processes, an observer, and how to tell of them. */
import type { GenericSchema } from 'valibot';
import type { Effect, Event, NodeId, Process, Recovery, Storage } from '../core/protocol.ts';
import type { Observer } from '../checkers/checker.ts';
import type { Abstraction } from '../checkers/spec/abstraction.ts';
import type { Digest } from './digest.ts';
import type { FileRole, Moments, Operator } from './moments.ts';
import type { Plan } from './plan/plan.ts';
import type { Rpc } from './world/network/rpc.ts';
import type { Script } from './script/script.ts';
import type { PaceBounds } from './workload/pace.ts';

export type AnyProcess = Process<unknown, unknown, unknown, unknown, unknown, unknown>;
export type AnyEvent = Event<unknown, unknown>;
export type AnyEffect = Effect<unknown, unknown, unknown>;
export type AnyStorage = Storage<unknown, unknown, unknown>;
export type AnyRecovery = Recovery<unknown, unknown>;

/** How messages become bytes and back, for faults that damage bytes. */
export interface Codec {
  /** With a checksum in it. */
  encode(message: unknown): Uint8Array;
  /** Null when the bytes are no message; with `isChecked`, also when the checksum is wrong. */
  decode(bytes: Uint8Array, isChecked: boolean): unknown;
}

/** Who is up and who can talk to whom, at one moment. */
export interface Reach {
  readonly servers: number;
  isUp(node: NodeId): boolean;
  /** Whether what one node sends can reach another. */
  canTalk(from: NodeId, to: NodeId): boolean;
  /** What a node is, or will be when its write is done; null for one that is down. */
  stateOf(node: NodeId): unknown;
}

/** How a server looks in its lane: it leads, stands for it, or neither. */
export type Look = 'leads' | 'stands' | 'follows';

/** For reports: the parts that servers play, as the lanes of the page show them. */
export interface Lanes {
  /** Fields of `describeState`: what a server is, and the term, view or ballot in which it is that; null for none. */
  readonly role: string;
  readonly epoch: string | null;
  /** What an epoch is called, such as "term", and what stands before its number, such as "t" for t3. */
  readonly epochName: string;
  readonly epochMark: string;
  /** The field that rises with what is committed; null for none. */
  readonly commit: string | null;
  lookOf(state: unknown, node: NodeId): Look;
}

/** A step as it is told. `event` is null for a boot, `before` for a node that was down. */
export interface ToldStep {
  readonly node: NodeId;
  readonly before: unknown;
  readonly after: unknown;
  readonly event: AnyEvent | null;
  readonly effects: readonly AnyEffect[];
  readonly nameOf: (node: NodeId) => string;
}

export interface Story {
  /** What came of the step, in the words of the field; the node is its subject and is not named. */
  readonly text: string;
  /** How much a reader wants to see it: 0 routine, 1 small talk, 3 a turn of events, 5 a leader is made. */
  readonly weight: number;
}

/** One thing that a step did, read from the state before and after it, and not from the event. */
export interface Mark {
  /** Such as "vote", "commit" or "execute": what a property asks for. */
  readonly kind: string;
  /** File and function of where it was done, the innermost first. */
  readonly at: readonly string[];
  /** In the words of the field; the node is its subject and is not named. */
  readonly says: string;
  /** The rule that the step breaks by itself, with its section; null for none. */
  readonly against: string | null;
  readonly term?: number;
  /** From this log index up to `upTo`. */
  readonly index?: number;
  readonly upTo?: number;
  /** The other node that it is about. */
  readonly peer?: NodeId;
  /** Whose command it is about, and which. */
  readonly client?: NodeId;
  readonly sequence?: number;
}

export interface MarkedStep {
  /** Place in the rows of the account. */
  readonly place: number;
  readonly node: NodeId;
  readonly marks: readonly Mark[];
}

/** A mark of a step that a property is about. */
export interface Witness {
  readonly place: number;
  readonly mark: Mark;
}

/** What broke, and the steps up to there. */
export interface Broken {
  readonly property: string;
  readonly detail: string;
  readonly steps: readonly MarkedStep[];
  /** The place at which it broke. */
  readonly fatal: number;
  readonly nodes: readonly string[];
  /** What the fatal step heard before the step that sent it had taken effect; null where it heard no such thing. */
  readonly early: Early | null;
}

export interface Early {
  readonly from: NodeId;
  /** The message, as its system describes it. */
  readonly what: string;
}

/** Why a history has no explanation. */
export interface HistoryStory {
  /** Of the part of the service that it is about; null when the service has no parts. */
  readonly key: string | null;
  readonly why: string;
  /** Ids of operations that cannot all have happened as recorded. */
  readonly clash: readonly number[];
  /** The longest order of operations that can be explained. */
  readonly longest: readonly number[];
  /** The operation that has no place; null when that is not known. */
  readonly blocked: number | null;
}

export interface HistoryCall {
  readonly id: number;
  readonly client: NodeId;
  readonly request: unknown;
  /** Null for an operation without an answer. */
  readonly reply: { readonly value: unknown } | null;
  /** Ticks of one clock that counts calls and returns. */
  readonly callTime: number;
  readonly returnTime: number | null;
}

/** A server's log as a report shows it. */
export interface LogContents {
  /** What a snapshot stands for; 0 and 0 without one. */
  readonly baseIndex: number;
  readonly baseTerm: number;
  readonly lastIndex: number;
  /** An entry behind the base. One and the same object while the entry is the same. */
  at(index: number): object;
  /** Its term, and what it asks for, in the words of the field. */
  tell(entry: object): readonly [term: number, what: string];
}

/** What a server holds of one thing, and what it must hold; null for nothing. */
export interface Held {
  readonly held: string | null;
  /** Undefined when nobody knows. */
  readonly expected: string | null | undefined;
}

/** The parts stay one and the same object while they hold the same: then nothing is compared. */
export interface Contents {
  readonly log: LogContents;
  /** By what it is of: "store k1", "session c0". */
  readonly held: ReadonlyMap<string, Held>;
}

/** Sees every state of every server of one run, in order, and so knows what was committed. */
export interface ContentsReader {
  read(node: NodeId, state: unknown): Contents;
}

export interface System {
  readonly name: string;
  /** What may stand under `settings` in a plan of this system. */
  readonly settings: GenericSchema;
  /** The plainest settings: what a shrinker tries first, and from which a report tells the differences. */
  readonly plainSettings?: unknown;
  /** What a client may ask. */
  readonly request: GenericSchema;
  /** What is wrong with a request under the settings of its plan, for a person; null when nothing is. */
  requestProblem?(request: unknown, settings: unknown): string | null;
  /** Which settings do not go together, for a person; null when all do. */
  settingsProblem?(settings: unknown): string | null;
  /** How many operations of one client may be open at once, which it then begins in their order; one without it. */
  clientWindow?(plan: Plan): number;
  /** One process for each node: the plan's servers, then its clients. */
  processes(plan: Plan): readonly AnyProcess[];
  /** `durableOf` gives what a node's disk holds at the moment of the call. */
  observer(plan: Plan, durableOf: (node: NodeId) => unknown): Observer;
  /**
   * A Raft as the specification sees it: then every step of every run is held against that, too. Undefined for a plan
   * whose servers do what the specification does not know.
   */
  specification?(plan: Plan): Abstraction | undefined;
  /** Only the checks that an outsider could make; absent when there is none (see oracles.ts). */
  externalObserver?(plan: Plan, durableOf: (node: NodeId) => unknown): Observer;
  /** A server that throws has crashed and is started again, in place of being a violation. */
  readonly restartsAfterException?: boolean;
  /** Who leads now, for faults that are aimed at the leader; null when nobody does. The list is not to be kept. */
  leader(states: readonly unknown[]): NodeId | null;
  /** That nobody leads, while nothing else is missing, is no fault of it. */
  readonly mayLackLeader?: boolean;
  /** How durable states become bytes: without it no fault can damage a disk. Servers only; clients keep nothing. */
  readonly storage?: AnyStorage;
  /** Without it no fault can damage a message. */
  readonly codec?: Codec;
  /** Without it no fault can be aimed at a moment. */
  readonly moments?: Moments;
  /** Without it no plan can ask for anything that an operator would. */
  readonly operator?: Operator;
  /** What a file of a server's disk holds, by its name; null for one that no fault should damage. */
  fileRole?(name: string): FileRole | null;
  /** Whether the servers as they are must make progress; without it, while all are up and every two can talk. */
  owesProgress?(reach: Reach): boolean;
  /** How fast it is when nothing befalls it, by the timing of a plan; without it no run is too slow. */
  pace?(plan: Plan): PaceBounds;
  /** How its messages pair up as calls; without it the system cannot run on the lab's network. */
  readonly rpc?: Rpc;
  /** Scripts that its plans may name. */
  readonly scripts?: ReadonlyMap<string, Script>;
  /** Everything that tells one message from another goes into the digest. */
  digestMessage(digest: Digest, message: unknown): void;
  digestState(digest: Digest, state: unknown): void;
  /** For traces: one line, in the words of the field. */
  describeMessage(message: unknown): string;
  describeState(state: unknown, node: NodeId): Readonly<Record<string, string | number>>;
  describeRequest?(request: unknown): string;
  /** For reports: without it every server that is up looks alike. */
  readonly lanes?: Lanes;
  /** For reports: what came of a step; null for one that is routine. */
  tellStep?(step: ToldStep): Story | null;
  /** For reports: the file and function that handles an event, such as "core/raft/election.ts onRequestVote". */
  codeOf?(event: AnyEvent | null, isServer: boolean): string | null;
  /** For reports: what a step did, and where. */
  marksOf?(step: ToldStep): readonly Mark[];
  /** For reports: the steps that a violation is about; those that break a rule by themselves are added to them. */
  witnessesOf?(broken: Broken): readonly Witness[];
  /** For reports: what would have to happen for the progress that is missing; null when it cannot tell. */
  mustHappen?(missing: string, servers: number): string | null;
  /** For reports: what a property says, in one sentence, by its name. */
  readonly properties?: Readonly<Record<string, string>>;
  /** For reports: what the servers of a run hold, beside what they must. */
  contents?(plan: Plan): ContentsReader;
  /** Why a history is not linearizable; null when it is, or when that cannot be told. */
  explainHistory?(calls: readonly HistoryCall[]): HistoryStory | null;
}

/**
 * A part of a system without which a plan cannot be run on it.
 * @throws SystemError when the system lacks it
 */
export function mustHave<K extends 'storage' | 'codec' | 'moments' | 'operator' | 'fileRole'>(
  system: System, part: K,
): NonNullable<System[K]> {
  const found = system[part];
  if (found === undefined)
    throw new SystemError(`system "${system.name}" has no \`${part}\`, which a fault of this plan needs`);
  return found as NonNullable<System[K]>;
}

/** The same in every copy of this module: a user's module may bring a copy of the package of its own. */
const cannot = Symbol.for('whitewater.SystemError');

/** Says what a plan asks of a system that cannot give it. */
export class SystemError extends Error {
  override readonly name = 'SystemError';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && cannot in value;
  }

  constructor(message: string) {
    super(message);
    Object.defineProperty(this, cannot, { value: true });
  }
}
