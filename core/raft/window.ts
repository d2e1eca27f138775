/**
 * A window of requests in flight (dissertation 10.2.1): a leader sends the next entries before the last ones are
 * answered, so many requests at most, and counts on their arrival. When one was lost it finds out and goes back.
 *
 * As in etcd a follower is probed, one request at a time, until an answer shows where its log agrees; then it is
 * replicated to. What is under way is forgotten when an answer acknowledges it, and altogether when a request is
 * refused, because then something in front of it was lost. Lost requests, or lost answers, call for nothing: the next
 * heartbeat stands behind all that is under way, and its answer tells.
 */
import type { NodeId } from '../protocol.ts';
import { peersOf } from './configuration.ts';
import type { LogIndex } from './log.ts';
import type { AppendEntries, AppendEntriesReply, InstallSnapshotReply } from './messages.ts';
import type { Flow, Office } from './office.ts';
import { send, withRole, type Leader, type Raft, type RaftEffect, type RaftStep } from './state.ts';

const probing: Flow = { state: 'probe', inFlight: [] };

export const noFlows = (clusterSize: number): readonly Flow[] => Array.from({ length: clusterSize }, () => probing);

/**
 * What an answer means for what is under way, before it is handled as the paper has it (5.3). A refusal of any request
 * behind matchIndex is news while requests are sent ahead: it is made the refusal of the latest probe.
 */
export function heardInWindow(raft: Raft, from: NodeId, reply: AppendEntriesReply | InstallSnapshotReply): Raft {
  const { role } = raft;
  const flow = role.kind === 'leader' ? role.office?.flows?.[from] : undefined;
  if (flow === undefined || role.kind !== 'leader' || reply.term !== raft.persistent.currentTerm) return raft;
  if (reply.kind === 'installSnapshotReply') return acknowledged(raft, role, from, flow, reply.lastIncludedIndex);
  if (reply.success) return acknowledged(raft, role, from, flow, reply.index);
  const next = flow.state === 'probe' ? role.nextIndex[from]! : reply.index + 1;
  const isNews = reply.index === next - 1 && reply.index > role.matchIndex[from]!;
  return isNews ? withFlow(raft, role, from, probing, next) : raft;
}

function acknowledged(raft: Raft, leader: Leader, from: NodeId, flow: Flow, index: LogIndex): Raft {
  if (index < leader.matchIndex[from]!) return raft;
  const inFlight = flow.state === 'probe' ? probing.inFlight : flow.inFlight.filter((last) => last > index);
  return withFlow(raft, leader, from, { state: 'replicate', inFlight }, leader.nextIndex[from]!);
}

/**
 * Sends what the window has room for, in place of what the paper sends; snapshots stay as they are. With a heartbeat
 * everybody hears something, if only where the log stands behind all that is under way.
 */
export function sendInWindow({ raft, effects }: RaftStep, isHeartbeat: boolean): RaftStep {
  const { role } = raft;
  if (role.kind !== 'leader' || role.office?.flows === undefined) return { raft, effects };
  const kept = effects.filter((effect) => effect.kind !== 'send' || effect.message.kind !== 'appendEntries');
  let sending = raft;
  const sent: RaftEffect[] = [];
  for (const peer of peersOf(raft)) sending = sendTo(sending, peer, isHeartbeat, sent);
  return { raft: sending, effects: sent.length === 0 && kept.length === effects.length ? effects : [...kept, ...sent] };
}

function sendTo(raft: Raft, peer: NodeId, isHeartbeat: boolean, sent: RaftEffect[]): Raft {
  const { config: { entriesPerMessageMax, window = 1 }, persistent: { log } } = raft;
  const leader = raft.role as Leader;
  const flow = leader.office!.flows![peer]!;
  let next = leader.nextIndex[peer]!;
  if (next <= log.baseIndex) return flow === probing ? raft : withFlow(raft, leader, peer, probing, next);
  const { inFlight } = flow;
  if (flow.state === 'probe') {
    if (inFlight.length > 0 && !isHeartbeat) return raft;
    const probe = requestFrom(raft, next, entriesPerMessageMax);
    sent.push(send(peer, probe));
    return withFlow(raft, leader, peer, { state: 'probe', inFlight: [lastOf(probe)] }, next);
  }
  const ahead: LogIndex[] = [];
  while (inFlight.length + ahead.length < window && next <= log.lastIndex) {
    const request = requestFrom(raft, next, entriesPerMessageMax);
    sent.push(send(peer, request));
    ahead.push(lastOf(request));
    next = lastOf(request) + 1;
  }
  if (ahead.length > 0)
    return withFlow(raft, leader, peer, { state: 'replicate', inFlight: [...inFlight, ...ahead] }, next);
  if (isHeartbeat) sent.push(send(peer, requestFrom(raft, next, 0)));
  return raft;
}

/** Nothing is known of whoever comes, and nothing is under way to it. */
export function withoutFlow(raft: Raft, server: NodeId): Raft {
  const { role } = raft;
  return role.kind !== 'leader' || role.office?.flows === undefined
    ? raft
    : withFlow(raft, role, server, probing, role.nextIndex[server]!);
}

const requestFrom = (
  { commitIndex, persistent: { currentTerm, log } }: Raft, next: LogIndex, limit: number,
): AppendEntries => ({
  kind: 'appendEntries', term: currentTerm, prevLogIndex: next - 1, prevLogTerm: log.termAt(next - 1),
  entries: log.from(next, limit), leaderCommit: commitIndex,
});

const lastOf = ({ prevLogIndex, entries }: AppendEntries): LogIndex => prevLogIndex + entries.length;

function withFlow(raft: Raft, leader: Leader, peer: NodeId, flow: Flow, next: LogIndex): Raft {
  const office: Office = { ...leader.office!, flows: leader.office!.flows!.with(peer, flow) };
  return withRole(raft, { ...leader, nextIndex: leader.nextIndex.with(peer, next), office });
}
