/** What a step writes, and what it says before that is durable (Figure 2; dissertation 10.2.1). */
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Write } from '../../core/raft/write.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { firstDifference } from './log-marks.ts';
import { marked, type RaftChange } from './mark.ts';

/** What a leader whose writes are pipelined says in front of them (dissertation 10.2.1). */
const sentAhead: ReadonlySet<string> = new Set(['appendEntries', 'installSnapshot', 'heartbeat']);
const nothingAhead: ReadonlySet<string> = new Set();

/** Figure 2: persistent state is on the disk before anything is sent. */
export function writeMarks({ before, after, effects }: RaftChange): readonly Mark[] {
  const old = before.persistent;
  const now = after.persistent;
  const barrier = effects.findIndex(({ kind }) => kind === 'persist');
  const writes = effects.flatMap((effect) => (effect.kind === 'persist' ? (effect.writes as readonly Write[]) : []));
  const barriers = effects.filter(({ kind }) => kind === 'persist').length;
  const owed: string[] = [];
  const isWritten = (kind: string): boolean => writes.some((write) => (write.kind as string) === kind);
  const hard = writes.filter((write) => write.kind === 'hardState');
  const last = hard.at(-1);
  const isHardNew = old.currentTerm !== now.currentTerm || old.votedFor !== now.votedFor;
  if (isHardNew && (last?.currentTerm !== now.currentTerm || last?.votedFor !== now.votedFor))
    owed.push('term and vote');
  const first = old.log === now.log ? Infinity : firstDifference(old.log, now.log);
  const isInstalled = old.snapshot !== now.snapshot;
  if (isInstalled && !isWritten('snapshot')) owed.push('the snapshot');
  if (!isInstalled && first <= old.log.lastIndex && !isWritten('truncate'))
    owed.push(`that entry ${first} and what follows are gone`);
  if (!isInstalled && first <= now.log.lastIndex && !isWritten('append')) owed.push(`entry ${first}`);
  const says = writes.length === 0 ? 'writes nothing' : `writes ${writes.map(({ kind }) => kind).join(', ')}`;
  if (writes.length === 0 && owed.length === 0) return [];
  if (owed.length > 0)
    return [
      marked(
        'persist', [places.changes, places.settle], says, `${owed.join(' and ')} must be durable first (Figure 2)`,
      ),
    ];
  if (hard.length > 1 || barriers > 1)
    return [marked('persist', [places.changes, places.settle], says, 'term and vote become durable together (5.2)')];
  const mayBeAhead = after.config.pipelined === true && after.role.kind === 'leader' ? sentAhead : nothingAhead;
  const early = effects.findIndex(
    (effect) => effect.kind === 'send' && !mayBeAhead.has((effect.message as AnyRaftMessage).kind),
  );
  const against =
    early >= 0 && early < barrier
      ? 'it answers before it writes (Figure 2: respond after updating stable storage)'
      : null;
  // With pipelined writes one layer decides for all steps what goes ahead of them.
  const at = after.config.pipelined === true ? [places.pipelined, places.settle] : [places.settle, places.changes];
  return [marked('persist', at, says, against)];
}
