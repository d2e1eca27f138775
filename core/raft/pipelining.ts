/**
 * A leader writes its entries while its followers write theirs (dissertation 10.2.1): what it sends them does not wait
 * for its disk, an entry may commit through the others alone, and it counts itself when its own disk holds the entry.
 * All else that is said waits for every write before it: votes, acknowledgements, and answers to clients.
 *
 * The one barrier is still `persist`: what must not wait is listed in front of it. That the disk holds an entry is told
 * by a timer of no time, listed behind.
 */
import type { Effect } from '../protocol.ts';
import { advanceCommitIndex } from './commitment.ts';
import { stay, withRole, type Leader, type Raft, type RaftStep } from './state.ts';
import type { Write } from './write.ts';

const prefix = 'durable ';

/** Only a leader of this term sends these, and its term is on its disk since it stood for election. */
const fromLeader: ReadonlySet<string> = new Set(['appendEntries', 'installSnapshot', 'heartbeat']);

type AnyEffect<Message> = Effect<Message, Write, never>;

/**
 * The effects of a step, `persist` in front as it comes from the comparison of states, in the order in which they may
 * happen.
 */
export function pipelined<Message extends { readonly kind: string }>(
  before: Raft, after: Raft, effects: readonly AnyEffect<Message>[],
): readonly AnyEffect<Message>[] {
  let writes: readonly Write[] = [];
  const ahead: AnyEffect<Message>[] = [];
  const behind: AnyEffect<Message>[] = [];
  const isLeading = after.role.kind === 'leader' && before.persistent.currentTerm === after.persistent.currentTerm;
  for (const effect of effects) {
    if (effect.kind === 'persist') writes = effect.writes;
    else if (effect.kind !== 'send' || (isLeading && fromLeader.has(effect.message.kind))) ahead.push(effect);
    else behind.push(effect);
  }
  const { log, currentTerm } = after.persistent;
  if (after.role.kind === 'leader' && log.lastIndex > before.persistent.log.lastIndex) {
    behind.push({ kind: 'setTimer', timer: `${prefix}${currentTerm} ${log.lastIndex}`, afterUs: { min: 0, max: 0 } });
  }
  if (writes.length === 0 && behind.length === 0) return ahead;
  return [...ahead, { kind: 'persist', writes }, ...behind];
}

export const isWritten = (timer: string): boolean => timer.startsWith(prefix);

/** The disk holds what this server appended as the leader of a term, up to an index. Of another term it is old news. */
export function onWritten(raft: Raft, timer: string): RaftStep {
  const [term, index] = timer.slice(prefix.length).split(' ').map(Number) as [number, number];
  const { role, config: { id }, persistent: { currentTerm } } = raft;
  if (role.kind !== 'leader' || term !== currentTerm || index <= role.matchIndex[id]!) return stay(raft);
  const leader: Leader = { ...role, matchIndex: role.matchIndex.with(id, index) };
  return { raft: advanceCommitIndex(withRole(raft, leader), leader), effects: [] };
}
