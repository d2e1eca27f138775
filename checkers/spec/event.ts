/** What a server of the specification is given. */
import type { AnySpecMessage } from './option-message.ts';
import type { ServerId } from './server.ts';

/**
 * What a step was the answer to. `commands`: what a leader was asked to put into its log, each once and in this
 * order, or not.
 */
export type SpecEvent =
  | { readonly kind: 'message'; readonly message: AnySpecMessage }
  | { readonly kind: 'timer'; readonly commands?: readonly unknown[] }
  | { readonly kind: 'request'; readonly commands: readonly unknown[] }
  /** Somebody outside asks a leader to hand over. */
  | { readonly kind: 'transfer'; readonly to: ServerId }
  /** The start behind a crash: `before` is the last state that took effect. */
  | { readonly kind: 'restart' }
  /** Anything that is not Raft's: the service took a snapshot, a read was asked for. */
  | { readonly kind: 'other' };
