/** The byte form of who takes part, in entries and snapshots; and of what an operator asks (codec.ts has the rest). */
import { assert } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { isChange } from './changes.ts';
import { operationKinds, readOperationOf, writeOperation, type Operation } from './kv/command.ts';
import type { NodeId } from './protocol.ts';
import { changeKinds, type Change, type Configuration } from './raft/members.ts';

/** Added to a length: a configuration stands behind what is so long. */
export const configurationMark = 0x80000000;

/** Two counts, each followed by so many ids. */
export function writeConfiguration(to: ByteWriter, { voters, learners }: Configuration): void {
  for (const ids of [voters, learners]) {
    to.uint32(ids.length);
    for (const id of ids) to.uint32(id);
  }
}

export function readConfiguration(from: ByteReader): Configuration {
  const voters = readIds(from);
  const learners = readIds(from);
  assert(!learners.some((id) => voters.includes(id)), () => 'a server is a voter and a learner');
  return { voters, learners };
}

function readIds(from: ByteReader): readonly NodeId[] {
  const ids: NodeId[] = [];
  for (let left = from.uint32(); left > 0; left--) {
    const id = from.uint32();
    assert(ids.length === 0 || ids.at(-1)! < id, () => `server ${id} stands behind server ${ids.at(-1)}`);
    ids.push(id);
  }
  return ids;
}

/** Changes have their kinds behind those of operations. */
export function writeAsked(to: ByteWriter, asked: Operation | Change): void {
  if (isChange(asked)) to.uint8(operationKinds.length + changeKinds.indexOf(asked.kind)).uint32(asked.server);
  else writeOperation(to, asked);
}

export function readAsked(from: ByteReader): Operation | Change {
  const place = from.uint8();
  const kind = changeKinds[place - operationKinds.length];
  return kind === undefined ? readOperationOf(from, place) : { kind, server: from.uint32() };
}
