/** Every type that one of the kit leads to, so that whatever a program is given can be named. */

// What servers and disks are made of.
export type { Event, FileOperation, Process, Recovery, Storage } from '../../core/protocol.ts';
export type { AnyEffect, AnyEvent, AnyProcess, AnyStorage, System } from '../system.ts';
export type { FileRole, Moments, Operator } from '../moments.ts';
export type { Digest } from '../digest.ts';

// Models of histories.
export type {
  Condensation, FastPath, FastVerdict, Illegal, Item, ModelBase, OperationKey, OrderedPartition, OwnSearch, PartSearch,
  RegisterKind, RegisterValue, RegisterView, SearchOutcome,
} from '../../checkers/porcupine-ts-port/index.ts';

// Plans, and what befalls them.
export type {
  ClientCrash, DiskPlan, Healing, LastingRates, LoadKind, NetworkPlan, PlannedOperation,
} from '../plan/plan.ts';
export type { MessageFate, TimerFate } from '../plan/fates.ts';
export type { LabFlags } from '../plan/lab-flags.ts';
export type { Fault } from '../plan/fault.ts';
export type { CompactDuringInstall, HoldAcrossLeaderships, IsolateUntilSnapshot } from '../plan/faults/aimed.ts';
export type { ClockDrift, ClockJump, ClockRate } from '../plan/faults/clocks.ts';
export type { Cut, Flapping, Isolation, Partition } from '../plan/faults/cuts.ts';
export type { Damage, DamagedDisk, DiskFull, FailedWrite, LyingFsync, Stall } from '../plan/faults/disks.ts';
export type { Clog, SlowLink, Swizzle } from '../plan/faults/links.ts';
export type { Crash, CrashLoop, Gone, Pause } from '../plan/faults/processes.ts';
export type { HandOver, ReplacedDisk } from '../plan/faults/operators.ts';
export type { Spanned, Target } from '../plan/faults/shape.ts';

// Runs: who watches them, and what they come to.
export type { KeptStep, Observer, QuietListener } from '../../checkers/checker.ts';
export type { FaultAccount } from '../world/accounts.ts';
export type { PaceBounds, PaceRecord } from '../workload/pace.ts';
export type { NodeCounts } from '../world/node-counts.ts';
export type { AnyNetwork, NetworkCounts } from '../world/network/network.ts';
export type { FateEar } from '../world/network/heard.ts';
export type { Half, Rpc, RpcCounts, SteerableNetwork } from '../world/network/rpc.ts';
export type { CrashMoment } from '../world/crash-moment.ts';
export type { OnTimer } from '../world/timer-choice.ts';
export type { TraceSink } from '../world/trace.ts';

// Reports.
export type {
  Broken, Contents, ContentsReader, Early, Held, HistoryCall, HistoryStory, Lanes, LogContents, Look, Mark, MarkedStep,
  Story,
  ToldStep, Witness,
} from '../system.ts';

// Scripts, and what they may do to a world.
export type {
  Routine, Script, ScriptedNode, ScriptedWorld, Signal, Stage, Wait as ScriptWait,
} from '../script/script.ts';
export type {
  BreakableDisk, BreakableLinks, BreakableNode, BreakableWorld, Trap, Wait as LeaderWait,
} from '../faults/breakable.ts';
export type { ArmedMoment } from '../world/crash-moment.ts';
export type { ByteFiles } from '../world/files.ts';
export type { Clock } from '../world/clock.ts';

// What draws plans.
export type { Cluster } from '../swarm/faults.ts';

// Searches.
export type { Model as ExploredModel, ModelDefinition, Path, Problem, Property } from '../explore/model.ts';
export type { ModelParameter, ParameterValues } from '../explore/parameters.ts';
export type { Hasher, Part } from '../explore/fingerprint.ts';
export type { Described } from '../text/difference.ts';

// Raft as its specification sees it.
export type { Abstraction, NotSpecified } from '../../checkers/spec/abstraction.ts';
export type { EqualCommands, SpecEntry, SpecLog } from '../../checkers/spec/log.ts';
export type {
  AppendEntriesRequest, AppendEntriesResponse, Envelope, InstallSnapshotRequest, InstallSnapshotResponse,
  RequestVoteRequest, RequestVoteResponse, SpecMessage,
} from '../../checkers/spec/message.ts';
export type {
  AnySpecMessage, HeartbeatRequest, HeartbeatResponse, InstallChunkRequest, InstallChunkResponse, OptionMessage,
  PreVoteRequest, PreVoteResponse, ReadIndexRequest, ReadIndexResponse, TimeoutNow,
} from '../../checkers/spec/option-message.ts';
export type { SpecOptions } from '../../checkers/spec/beyond.ts';
export type {
  Role as SpecRole, Rounds as SpecRounds, ServerId, SpecServer, WaitingRead,
} from '../../checkers/spec/server.ts';
export type { SpecEvent } from '../../checkers/spec/event.ts';
export type { JudgeOptions } from '../../checkers/spec/step.ts';

// The kit itself.
export type { Alike } from './alike.ts';
export type { Asked, ClientStates } from './client-process.ts';
export type { Cast, Definition, Invariant, SeenServers, SeenStep } from './definition.ts';
export type { KeyedMix, MixOptions, Ready } from './service.ts';
export type { ExploreBounds } from './untimed.ts';
