/**
 * What a run of the replicated key/value server went through. It stands beside the judge and hears what the judge found
 * sound.
 */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { Command } from '../../core/kv/command.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Configuration } from '../../core/raft/members.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { BookedEntry } from '../raft/entry-book.ts';
import {
  answeredReads, commitments, dismissals, expiringSessions, reads, requests, spans, type SessionsCommitted,
} from './clients.ts';
import { changeAnswers, configurations, memberSteps } from './membership.ts';
import { heardOfMembers, newDisks } from './new-disks.ts';
import { noteChange, noteNoChange } from './raft-steps.ts';
import { boots, crashes, elections, losses, refusals, snapshots } from './servers.ts';
import { Tally } from './situation.ts';
import { situations, type SituationName } from './situations.ts';
import { leases } from './leases.ts';
import { pipelinedClients } from './pipelined-clients.ts';
import { chunkTransfers } from './chunks.ts';
import { refusedTransfers, transfers } from './transfers.ts';
import { Spans } from './spans.ts';
import { maybes, versionedPuts, type PutCommitted, type ToldMaybe } from './versions.ts';

type AnyEvent = Event<ServerMessage, unknown>;
type AnyEffects = readonly Effect<unknown, unknown, unknown>[];

/** Where a snapshot ends that a message holds, or the last part of one. */
function indexIn(message: ServerMessage): number | null {
  if (message.kind === 'installChunk') return message.lastIncludedIndex;
  return message.kind === 'installSnapshot' ? message.snapshot.lastIncludedIndex : null;
}

export class RaftKvChronicle {
  private readonly tally = new Tally<SituationName>(situations);
  private readonly installs = new Spans();
  private readonly leaderChanges = new Spans();
  private readonly crashed = new Spans();
  /** Servers that were started once, and that have led once. */
  private readonly hasBooted = new Set<NodeId>();
  private readonly hasLed = new Set<NodeId>();
  /** Servers whose disks were replaced. */
  private readonly withNewDisk = new Set<NodeId>();
  /** Raft of each server; null while it is down. */
  private readonly rafts: (Raft | null)[];
  /** Operations that were given up, by client and sequence number. */
  private readonly abandoned = new Set<string>();
  /** Whom a client was at first that has come back under another name; and under which name it has asked last. */
  private readonly firstNames: ReadonlyMap<NodeId, NodeId>;
  private readonly presentNames = new Map<NodeId, NodeId>();

  /** Whether a client may have several operations in flight. */
  private hasSeveralInFlight = false;

  /** The last configuration that is committed; null where nobody comes or goes. */
  private configuration: Configuration | null;

  constructor(
    servers: number, members: readonly NodeId[] | null = null, firstNames: ReadonlyMap<NodeId, NodeId> = new Map(),
  ) {
    this.firstNames = firstNames;
    this.configuration = members === null ? null : { voters: members, learners: [] };
    this.rafts = new Array<Raft | null>(servers).fill(null);
  }

  boots(node: NodeId, raft: Raft): void {
    const { persistent }: { persistent: Persistent } = raft;
    this.rafts[node] = raft;
    this.tally.note(boots, { persistent, isRestart: this.hasBooted.has(node) });
    this.hasBooted.add(node);
  }

  steps(node: NodeId, before: Server, after: Server, event: AnyEvent, effects: AnyEffects, isElected: boolean): void {
    const { tally } = this;
    const { raft } = after;
    this.rafts[node] = raft;
    if (event.kind === 'message' && event.message.kind === 'clientRequest') {
      if (event.message.unanswered !== undefined) this.hasSeveralInFlight = true;
      this.hears(before, event.from, event.message.sequence, effects);
    }
    if (this.hasSeveralInFlight) tally.note(pipelinedClients, { before, after, event });
    if (this.configuration !== null && event.kind === 'message')
      tally.note(heardOfMembers, {
        raft: before.raft, from: event.from, message: event.message, effects,
        hasNewDisk: this.withNewDisk.has(event.from),
      });
    if (isElected) this.elects(node, raft);
    if (before.raft === raft) {
      noteNoChange(tally, raft, event, effects);
      if (event.kind === 'message' && event.message.kind === 'transferLeadership')
        tally.note(refusedTransfers, { raft, to: event.message.to });
    } else {
      this.noteSnapshot(before.raft, after, event);
      if (this.configuration !== null)
        tally.note(memberSteps, { node, before: before.raft, after: raft, committed: this.configuration });
      noteChange(tally, before.raft, raft, event, effects);
      if (raft.config.transfer === true)
        tally.note(transfers, {
          before: before.raft, after: raft, heard: event.kind === 'message' ? (event.message as AnyRaftMessage) : null,
        });
    }
    if (raft.config.lease !== undefined) tally.note(leases, { before: before.raft, after: raft, event });
    if (after.transfers !== undefined) tally.note(chunkTransfers, { before, after, event, effects });
    if (before.waiting.length > 0) tally.note(dismissals, { before, after });
    if (after.reading !== undefined && before.reading !== after.reading)
      tally.note(reads, { before, after, answered: answeredReads(before, after) });
  }

  /** How a server treats a client that asks: it may have done, or be doing, what it is asked. */
  private hears(server: Server, client: NodeId, sequence: number, effects: AnyEffects): void {
    const said = effects.find((effect) => effect.kind === 'send' && effect.to === client);
    const reply = said?.kind === 'send' ? said.message as ServerMessage : null;
    this.tally.note(requests, { server, client, sequence, reply });
  }

  private elects(node: NodeId, raft: Raft): void {
    this.tally.note(elections, { node, raft, hasLed: this.hasLed.has(node), others: this.rafts });
    this.hasLed.add(node);
    this.leaderChanges.happens();
  }

  private noteSnapshot(before: Raft, { raft, channel }: Server, event: AnyEvent): void {
    const { snapshot } = raft.persistent;
    if (snapshot === null || snapshot === before.persistent.snapshot) return;
    const isInstalled = event.kind === 'message' && indexIn(event.message) === snapshot.lastIncludedIndex;
    if (isInstalled) this.installs.happens();
    this.tally.note(snapshots, { raft, isInstalled, channelLength: channel.length });
  }

  /** By an entry of a session that may expire. */
  countSessions(committed: SessionsCommitted): void {
    this.tally.note(expiringSessions, committed);
  }

  /** A put with a version is committed. */
  countPut(put: PutCommitted): void {
    this.tally.note(versionedPuts, put);
  }

  countMaybe(told: ToldMaybe): void {
    this.tally.note(maybes, told);
  }

  /** An entry is committed that nobody knew committed before. */
  commits(entry: BookedEntry, before: Raft, after: Raft, isRepetition: boolean): void {
    const command = entry.command as Command | null;
    const isGivenUp =
      command !== null && this.abandoned.size > 0 && this.abandoned.has(`${command.client} ${command.sequence}`);
    const isOfFormerName = command !== null && this.presentNames.size > 0 && this.isFormerName(command.client);
    this.tally.note(commitments, { before, after, term: entry.term, command, isRepetition, isGivenUp, isOfFormerName });
  }

  /** A configuration is committed that nobody knew committed before. */
  changes(to: Configuration): void {
    this.tally.note(configurations, { from: this.configuration!, to, withNewDisk: this.withNewDisk });
    this.configuration = to;
  }

  replacesDisk(node: NodeId): void {
    this.withNewDisk.add(node);
    this.tally.note(newDisks, null);
  }

  /** An operator is told what came of a change. */
  answersChange(isDone: boolean): void {
    this.tally.note(changeAnswers, { isDone });
  }

  crashes(node: NodeId, server: Server | null, atBarrier: 'no' | 'writeLost' | 'writeKept'): void {
    this.rafts[node] = null;
    if (server === null) return;
    const down = this.rafts.filter((one) => one === null).length;
    this.crashed.happens();
    this.tally.note(losses, { down, servers: this.rafts.length, channelLength: server.channel.length });
    this.tally.note(crashes, { raft: server.raft, atBarrier });
  }

  refuses(): void {
    this.tally.note(refusals, null);
  }

  private isFormerName(client: NodeId): boolean {
    const present = this.presentNames.get(this.firstNames.get(client) ?? client);
    return present !== undefined && present !== client;
  }

  begins(operation: number, client: NodeId): void {
    const first = this.firstNames.get(client);
    if (first !== undefined) this.presentNames.set(first, client);
    this.installs.begin(operation);
    this.crashed.begin(operation);
    this.leaderChanges.begin(operation);
  }

  givesUp(client: NodeId, sequence: number): void {
    this.abandoned.add(`${client} ${sequence}`);
  }

  ends(operation: number): void {
    this.tally.note(spans, {
      isInstall: this.installs.end(operation), isLeaderChange: this.leaderChanges.end(operation),
      isCrash: this.crashed.end(operation),
    });
  }

  counts(): Readonly<Record<SituationName, number>> {
    return { ...this.tally.counts };
  }
}
