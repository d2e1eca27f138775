/**
 * Persist before send (Figure 2: persistent state is updated on stable storage before responding):
 * when a step has taken effect, the disk holds the persistent part of its state.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Persistent } from '../../core/raft/state.ts';
import { mustHold } from '../checker.ts';

export function stateIsDurable(node: NodeId, state: Persistent, durable: Persistent): void {
  if (state === durable) return;
  const isHeld = state.currentTerm === durable.currentTerm
    && state.votedFor === durable.votedFor
    && (state.snapshot?.lastIncludedIndex ?? 0) === (durable.snapshot?.lastIncludedIndex ?? 0)
    && state.log.baseIndex === durable.log.baseIndex
    && state.log.lastIndex === durable.log.lastIndex
    && state.log.lastTerm === durable.log.lastTerm
    && state.log.sizeBytes === durable.log.sizeBytes;
  mustHold('Persist Before Send', isHeld, () => `n${node} went on although its disk does not hold ${differences(state, durable)}`);
}

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
