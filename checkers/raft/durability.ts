/**
 * Persist before send (Figure 2: persistent state is updated on stable storage before responding):
 * when a step has taken effect, the disk holds the persistent part of its state.
 */
import type { Persistent } from '../../core/raft/state.ts';
import { ofStep } from './raft-step.ts';

export const persistBeforeSend = ofStep({
  name: 'Persist Before Send',
  source: 'Raft, Figure 2',
  says: 'What a step depends on is on the disk before anything is said',
  when: 'written',
  check({ node, after, durable }) {
    const state = after.persistent;
    return state === durable || isHeld(state, durable)
      ? null
      : `n${node} went on although its disk does not hold ${differences(state, durable)}`;
  },
});

const isHeld = (state: Persistent, durable: Persistent): boolean =>
  state.currentTerm === durable.currentTerm
  && state.votedFor === durable.votedFor
  && (state.snapshot?.lastIncludedIndex ?? 0) === (durable.snapshot?.lastIncludedIndex ?? 0)
  && state.log.baseIndex === durable.log.baseIndex
  && state.log.lastIndex === durable.log.lastIndex
  && state.log.lastTerm === durable.log.lastTerm
  && state.log.sizeBytes === durable.log.sizeBytes;

function differences(state: Persistent, durable: Persistent): string {
  const facts = (p: Persistent): Record<string, string> => ({
    currentTerm: String(p.currentTerm),
    votedFor: String(p.votedFor),
    snapshot: String(p.snapshot?.lastIncludedIndex ?? 0),
    log: `${p.log.baseIndex}..${p.log.lastIndex}, last term ${p.log.lastTerm}, ${p.log.sizeBytes} bytes`,
  });
  const held = facts(durable);
  return Object.entries(facts(state))
    .filter(([name, value]) => held[name] !== value)
    .map(([name, value]) => `${name} ${value} (it has ${held[name]})`)
    .join(', ');
}
