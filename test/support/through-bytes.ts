/**
 * A system in which nodes and disks share nothing by reference: every message is made anew from its
 * bytes when it is sent and again when it is received, every write when it is asked for and again
 * when it reaches the disk, and a node boots from the bytes of what its disk holds.
 */
import { decodeMessage, encodeMessage } from '../../core/codec.ts';
import { decodeRaftState, decodeWrite, encodeRaftState, encodeWrite } from '../../core/write-codec.ts';
import { encodeStoredSnapshot } from '../../core/entry-codec.ts';
import type { Write } from '../../core/raft/write.ts';
import type { Persistent } from '../../core/raft/state.ts';
import type { ServerMessage } from '../../core/server.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import type { AnyEffect, AnyEvent, AnyProcess, System } from '../../harness/system.ts';

/** How much went through the codec, so that a test can tell that something did. */
export interface Traffic {
  messages: number;
  writes: number;
  boots: number;
}

export function throughBytes(system: System, traffic: Traffic = { messages: 0, writes: 0, boots: 0 }): System {
  return {
    ...system,
    processes: (plan: Plan) => system.processes(plan).map((process) => throughBytesProcess(process, traffic)),
  };
}

function throughBytesProcess(process: AnyProcess, traffic: Traffic): AnyProcess {
  const copyOfMessage = (message: unknown): ServerMessage => {
    traffic.messages += 1;
    return decodeMessage(encodeMessage(message as ServerMessage));
  };
  const copyOfWrite = (write: unknown): Write => {
    traffic.writes += 1;
    return decodeWrite(encodeWrite(write as Write));
  };
  const copyOfEffect = (effect: AnyEffect): AnyEffect => {
    if (effect.kind === 'send') return { kind: 'send', to: effect.to, message: copyOfMessage(effect.message) };
    if (effect.kind === 'persist') return { kind: 'persist', writes: effect.writes.map(copyOfWrite) };
    return effect;
  };
  const received = (event: AnyEvent): AnyEvent =>
    event.kind === 'message' ? { kind: 'message', from: event.from, message: copyOfMessage(event.message) } : event;
  const copyOfDurable = (durable: unknown): Persistent | null => {
    traffic.boots += 1;
    return durable === null ? null : copyOfPersistent(durable as Persistent);
  };
  return {
    ...process,
    boot(durable) {
      const { state, effects } = process.boot(copyOfDurable(durable));
      return { state, effects: effects.map(copyOfEffect) };
    },
    step(before, event) {
      const { state, effects } = process.step(before, received(event));
      return { state, effects: effects.map(copyOfEffect) };
    },
    write: (durable, write) => process.write(durable, copyOfWrite(write)),
  };
}

/** What a server reads back from the two files of the lab: Raft's state and the snapshot. */
export function copyOfPersistent(persistent: Persistent): Persistent {
  const { snapshot } = persistent;
  return decodeRaftState(
    encodeRaftState(persistent),
    snapshot === null ? null : encodeStoredSnapshot(snapshot),
  );
}
