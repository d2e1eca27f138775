/** The byte form of who takes part, in entries and snapshots; and of what an operator asks (codec.ts has the rest). */
import { assert } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { isChange } from './changes.ts';
import { operationKinds, readOperationOf, writeOperation, type Operation } from './kv/command.ts';
import type { NodeId } from './protocol.ts';
import { changeKinds, type Change, type Configuration } from './raft/members.ts';

/** Added to a length: a configuration stands behind what is so long. */
export const configurationMark = 0x80000000;

/** Two counts, each followed by so many ids; twice where it is joint, which a mark at the first count says. */
export function writeConfiguration(to: ByteWriter, { voters, learners, outgoing }: Configuration): void {
  writeIds(to, voters, outgoing === undefined ? 0 : configurationMark);
  writeIds(to, learners);
  if (outgoing === undefined) return;
  writeIds(to, outgoing.voters);
  writeIds(to, outgoing.learnersNext);
}

export function readConfiguration(from: ByteReader): Configuration {
  const count = from.uint32();
  const isJoint = count >= configurationMark;
  const voters = readIds(from, isJoint ? count - configurationMark : count);
  const learners = readIds(from);
  assert(!learners.some((id) => voters.includes(id)), () => 'a server is a voter and a learner');
  if (!isJoint) return { voters, learners };
  const outgoing = { voters: readIds(from), learnersNext: readIds(from) };
  assert(!learners.some((id) => outgoing.voters.includes(id)), () => 'a server votes still and is a learner');
  assert(
    outgoing.learnersNext.every((id) => outgoing.voters.includes(id) && !voters.includes(id)),
    () => 'who is to learn does not vote still, or votes on',
  );
  return { voters, learners, outgoing };
}

function writeIds(to: ByteWriter, ids: readonly NodeId[], mark = 0): void {
  to.uint32(ids.length + mark);
  for (const id of ids) to.uint32(id);
}

function readIds(from: ByteReader, count = from.uint32()): readonly NodeId[] {
  const ids: NodeId[] = [];
  for (let left = count; left > 0; left--) {
    const id = from.uint32();
    assert(ids.length === 0 || ids.at(-1)! < id, () => `server ${id} stands behind server ${ids.at(-1)}`);
    ids.push(id);
  }
  return ids;
}

/** Changes have their kinds behind those of operations. */
export function writeAsked(to: ByteWriter, asked: Operation | Change): void {
  if (!isChange(asked)) return writeOperation(to, asked);
  to.uint8(operationKinds.length + changeKinds.indexOf(asked.kind));
  if (asked.kind !== 'replaceServers') to.uint32(asked.server);
  else for (const ids of [asked.voters, asked.learners]) writeIds(to, ids);
}

export function readAsked(from: ByteReader): Operation | Change {
  const place = from.uint8();
  const kind = changeKinds[place - operationKinds.length];
  if (kind === undefined) return readOperationOf(from, place);
  return kind === 'replaceServers'
    ? { kind, voters: readIds(from), learners: readIds(from) }
    : { kind, server: from.uint32() };
}
