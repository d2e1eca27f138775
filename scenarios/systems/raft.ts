/** Raft alone, as Lab 2 tests it: scripts ask its servers directly. */
import * as v from 'valibot';
import { RaftLogObserver } from '../../checkers/raft-log.ts';
import type { Observer } from '../../checkers/checker.ts';
import type { Abstraction } from '../../checkers/spec/abstraction.ts';
import { logServerProcess, type LogServer, type Start, type Started } from '../../core/log-server.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Persistent } from '../../core/raft/state.ts';
import type { Write } from '../../core/raft/write.ts';
import type { Digest } from '../../harness/digest.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import { defineSystem } from '../../harness/own/define-system.ts';
import { service } from '../../harness/own/service.ts';
import { settingsOf } from '../../harness/own/settings.ts';
import { raftScripts } from '../lab/scripts.ts';
import { majorityCanTalk } from './majority.ts';
import { raftProperties } from './raft-kv-story.ts';
import { mustHappen, witnessesOf } from './raft-kv-witnesses.ts';
import { codeOfLogServer, describeStart, logMarksOf, tellLogStep } from './raft-log-story.ts';
import {
  describeProgress, describeRaft, describeRaftMessage, digestRaft, digestRaftMessage, newestLeader, raftHalf, raftLanes,
  raftMessageSizeBytes,
} from './raft-messages.ts';
import { raftSpecification } from './raft-spec.ts';
import { plainSettings, settingsSchema, type RaftSettings } from './raft-settings.ts';

const requestSchema = v.strictObject({
  kind: v.literal('start', 'expected "start"'),
  command: v.union([v.number(), v.string()], 'expected a number or a string'),
});

export const raft = defineSystem<LogServer, AnyRaftMessage, Persistent, Write>()({
  name: 'raft',
  settings: settingsOf<RaftSettings>(settingsSchema, plainSettings),
  service: service<Start, Started>({ schema: requestSchema, describe: describeStart }),

  servers: ({ servers, settings }) =>
    Array.from({ length: servers }, (_, id) => ({
      process: logServerProcess({ id, clusterSize: servers, ...settings }),
    })),

  owesProgress: majorityCanTalk,
  storage: null,
  codec: null,

  beyond: {
    observer: (plan: Plan, durableOf: (node: NodeId) => unknown): Observer =>
      new RaftLogObserver(plan.servers, durableOf as (node: NodeId) => Persistent) as Observer,
    specification: (plan: Plan) => raftSpecification(plan) as Abstraction,
    leader: (states) => newestLeader(states, (state) => (state as LogServer | null)?.raft ?? null),
    mayLackLeader: false,
    rpc: { half: raftHalf, sizeBytes: raftMessageSizeBytes },
    scripts: raftScripts,
    digestMessage: (digest, message: AnyRaftMessage) => digestRaftMessage(digest, message, digestCommand),
    digestState(digest, { raft: state, applied }: LogServer) {
      digestRaft(digest, state);
      digest.number(applied.commands.end);
      digest.number(applied.sizeBytes);
    },
    describeMessage: describeRaftMessage,
    describeState: ({ raft: state, applied }: LogServer) => ({
      ...describeRaft(state), applied: applied.commands.end - 1, ...describeProgress(state),
    }),
    lanes: raftLanes((state) => (state as LogServer).raft),
    tellStep: tellLogStep,
    codeOf: codeOfLogServer,
    marksOf: logMarksOf,
    witnessesOf,
    mustHappen,
    properties: raftProperties,
  },
});

function digestCommand(digest: Digest, command: unknown): void {
  if (typeof command === 'number') digest.number(command);
  else digest.string(String(command));
}
