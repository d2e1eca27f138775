/** What all marks are made with: the step, as Raft sees it, and the words of one mark. */
import type { NodeId } from '../../core/protocol.ts';
import type { Log } from '../../core/raft/log.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Server } from '../../core/server.ts';
import type { AnyEffect, AnyEvent, Mark, ToldStep } from '../../harness/system.ts';
import { codePlaces, places } from './code-places.ts';

export interface RaftChange {
  readonly node: NodeId;
  readonly before: Raft;
  readonly after: Raft;
  readonly event: AnyEvent;
  readonly effects: readonly AnyEffect[];
  readonly nameOf: (node: NodeId) => string;
}

/** A step of a server with its service. */
export interface ServerStep extends ToldStep {
  readonly before: Server;
  readonly after: Server;
  readonly event: AnyEvent;
}

export type Numbers = Pick<Mark, 'term' | 'index' | 'upTo' | 'peer' | 'client' | 'sequence'>;

export const marked = (
  kind: string, at: readonly string[], says: string, against: string | null = null, about: Numbers = {},
): Mark => ({ kind, at, says, against, ...about });

/** The last chunk of a snapshot is taken as the snapshot. */
export function messageIn(event: AnyEvent): AnyRaftMessage | null {
  if (event.kind !== 'message') return null;
  const message = event.message as AnyRaftMessage;
  if (message.kind !== 'installChunk' || !message.done) return message;
  const { term, lastIncludedIndex, lastIncludedTerm, offset, data } = message;
  return {
    kind: 'installSnapshot',
    term,
    snapshot: { lastIncludedIndex, lastIncludedTerm, data: null, sizeBytes: offset + data.length },
  };
}

export function handlerOf(event: AnyEvent | null): string {
  if (event === null) return codePlaces['boot']!;
  const name =
    event.kind === 'message'
      ? (event.message as { kind: string }).kind
      : event.kind === 'timer'
        ? `timer ${event.timer}`
        : event.kind;
  return codePlaces[name] ?? places.onMessage;
}

/** The reply of a kind that the step sends, and to whom. */
export function sent<K extends AnyRaftMessage['kind']>(
  effects: readonly AnyEffect[], kind: K,
): readonly (readonly [NodeId, Extract<AnyRaftMessage, { kind: K }>])[] {
  const found: (readonly [NodeId, Extract<AnyRaftMessage, { kind: K }>])[] = [];
  for (const effect of effects) {
    if (effect.kind === 'send' && (effect.message as AnyRaftMessage).kind === kind)
      found.push([effect.to, effect.message as Extract<AnyRaftMessage, { kind: K }>]);
  }
  return found;
}

export const ends = (log: Log): string =>
  `${log.lastIndex}/${log.lastIndex > log.baseIndex ? log.at(log.lastIndex).term : log.baseTerm}`;
export const termIn = (log: Log, index: number): number | null =>
  index === log.baseIndex ? log.baseTerm : index > log.baseIndex && index <= log.lastIndex ? log.at(index).term : null;
