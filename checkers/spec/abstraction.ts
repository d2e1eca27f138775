/**
 * What a user writes so that the steps of their own Raft are held against the specification: how its states, messages
 * and events look to Figure 2. docs/specification.md says how, field by field.
 */
import type { Event, NodeId } from '../../core/protocol.ts';
import type { AnySpecMessage } from './option-message.ts';
import type { SpecServer } from './server.ts';
import type { SpecEvent } from './event.ts';
import type { JudgeOptions } from './step.ts';

/** A step of a kind that the specification does not have: it is left out of the judgement, and counted. */
export interface NotSpecified {
  readonly kind: 'notSpecified';
  /** One of `notSpecified` of the abstraction. */
  readonly what: string;
}

export interface Abstraction<State = unknown, Message = unknown> {
  /** Nodes below `servers` are the servers, and their ids those of the specification. */
  readonly options: JudgeOptions;
  /** The term of a server that never heard of another one. */
  readonly initialTerm: number;
  /** True where what a server is given may be what nobody sent: then that is not held against it. */
  readonly mayForge: boolean;
  /** Names of the kinds of step that are left out; most have none. */
  readonly notSpecified: readonly string[];
  /** One and the same object while nothing of it has changed: such steps cost next to nothing. */
  server(state: State): SpecServer;
  /** Null for a message that is not the specification's. */
  message(from: NodeId, to: NodeId, message: Message): AnySpecMessage | null;
  /** Asked of every event but messages of the specification. */
  event(event: Event<Message, unknown>): SpecEvent | NotSpecified;
}
