/** Runs a plan: the same plan gives the same record, byte for byte, on any machine. */
import { Violated } from '../checkers/checker.ts';
import { hold } from '../checkers/property.ts';
import { progressAfterHealing, progressWhileOwed, slow, timeLimit } from '../checkers/run-properties.ts';
import type { Verdict } from '../checkers/verdict.ts';
import type { FaultAccount } from './world/accounts.ts';
import { faultKindsOf } from './plan/switched-on.ts';
import { Nemesis } from './faults/nemesis.ts';
import type { NetworkCounts } from './world/network/network.ts';
import { nodeName } from './plan/node-name.ts';
import { endsInCalm, inTrouble, type Plan } from './plan/plan.ts';
import type { RpcCounts } from './world/network/rpc.ts';
import { Stage, type Script } from './script/script.ts';
import { scriptOf } from './script/script-of.ts';
import type { System } from './system.ts';
import type { TraceSink } from './world/trace.ts';
import { Clients } from './workload/clients.ts';
import { Pace, type PaceRecord } from './workload/pace.ts';
import type { NodeCounts } from './world/node-counts.ts';
import { World } from './world/world.ts';

export interface RunRecord {
  readonly verdict: Verdict;
  /** 16 hexadecimal digits over every step, message and reply, and the states at the end. */
  readonly digest: string;
  /** Steps of nodes; a violation was found at the last one. */
  readonly steps: number;
  readonly events: number;
  readonly endUs: number;
  readonly operationsCompleted: number;
  readonly network: Readonly<NetworkCounts>;
  readonly nodes: Readonly<NodeCounts>;
  /** What the observer counted, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of each kind of fault that the plan switches on: how often it could strike, did, and mattered. */
  readonly faults: Readonly<Record<string, FaultAccount>>;
  /** Of a plan without a script. */
  readonly pace?: PaceRecord;
  /** Of a plan with a script: what its network counted. */
  readonly rpcs?: Readonly<RpcCounts>;
}

/** How often, while things settle, it is asked whether they have. */
const settleTickUs = 20_000;
/** How long a settled cluster is listened to: two heartbeats and more. */
const quietUs = 250_000;
/** So many operations make a run a long one. */
const longRun = 1000;
/** How long a cluster that owes no progress is watched for doing what it must not. */
const excusedUs = 2_000_000;

/**
 * Boot, storm, heal, settle, check.
 * @throws ScriptError when the plan names a script that the system does not have
 * @throws whatever is a fault of the harness itself; faults of the protocol are in the verdict
 */
export function run(system: System, plan: Plan, trace: TraceSink | null = null): RunRecord {
  const script = scriptOf(system, plan);
  const world = new World(system, plan, trace);
  if (script !== null) return playScript(world, plan, script, trace);
  const pace = new Pace(system.pace?.(plan) ?? null);
  const note = (what: string): void => trace?.fault(world.steps, world.nowUs, what);
  const clients = new Clients(plan, world, pace, 0, note);
  let isExcused = false;
  const verdict = verdictOf(() => {
    boot(world);
    const heal = storm(world, plan, clients, note);
    heal();
    const healing = plan.healing?.kind;
    if (healing === 'noNewOperations' || healing === 'leaderFalls') clients.beginNoMore();
    const unanswered = (): string | null => (clients.areDone ? null : `${clients.missing} operations are not answered`);
    isExcused =
      settle(world, plan, pace, healing === 'leaderFalls' ? fallWhen(unanswered, system, world, trace) : unanswered) ===
      'excused';
    return judged(world);
  });
  return {
    ...recordOf(world, verdict, clients.completed, isExcused),
    pace: pace.record(clients.completed, world.network.counts.sent, world.writes),
  };
}

/** The same phases, with a script in the place of the clients: the storm ends when the script does. */
function playScript(world: World, plan: Plan, script: Script, trace: TraceSink | null): RunRecord {
  const note = (what: string): void => trace?.fault(world.steps, world.nowUs, what);
  const stage = new Stage(world, plan, note);
  let isExcused = false;
  const verdict = verdictOf(() => {
    boot(world);
    const nemesis = new Nemesis(plan, world, note);
    nemesis.unleash();
    const done = stage.spawn(script(stage));
    world.runUntilDone(() => done.isFired, plan.stormUs);
    hold(timeLimit, { script: plan.script!, isDone: done.isFired, stormUs: plan.stormUs });
    healed(world, nemesis, note);
    isExcused = settle(world, plan, new Pace(null), () => null) === 'excused';
    return judged(world);
  });
  return { ...recordOf(world, verdict, stage.checked, isExcused), rpcs: stage.network.rpcs };
}

/** The end of a run in which nothing was violated so far. */
function judged(world: World): Verdict {
  for (const machine of world.machines) machine.mustHaveBytes();
  return world.observer.finish();
}

const recordOf = (world: World, verdict: Verdict, operationsCompleted: number, isExcused: boolean): RunRecord => ({
  verdict,
  digest: world.finalDigest(),
  steps: world.steps,
  events: world.events,
  endUs: world.nowUs,
  operationsCompleted,
  network: world.network.counts,
  nodes: world.counts,
  counts: {
    ...world.observer.counts(), progressExcused: isExcused ? 1 : 0, longRuns: operationsCompleted >= longRun ? 1 : 0,
  },
  faults: accountsOf(world),
});

function accountsOf(world: World): Readonly<Record<string, FaultAccount>> {
  const kinds = faultKindsOf(world.plan);
  world.accounts.exposed(kinds, world.network.exposed);
  return world.accounts.of(kinds);
}

export function verdictOf(phases: () => Verdict): Verdict {
  try {
    return phases();
  } catch (error) {
    if (error instanceof Violated) return { kind: 'violation', property: error.property, detail: error.message };
    throw error;
  }
}

export function boot(world: World): void {
  for (let node = 0; node < world.machines.length; node++) world.boot(node);
}

function storm(world: World, plan: Plan, clients: Clients, note: (what: string) => void): () => void {
  const nemesis = new Nemesis(plan, world, note);
  nemesis.unleash();
  clients.start();
  const { healing } = plan;
  if (healing?.kind === 'noNewOperations' && healing.fromUs !== undefined && healing.fromUs < plan.stormUs) {
    world.at(healing.fromUs, () => {
      note('clients fall silent');
      clients.beginNoMore();
    });
  }
  world.runUntil(plan.stormUs);
  return () => healed(world, nemesis, note);
}

export function healed(world: World, nemesis: Nemesis, note: (what: string) => void): void {
  note('healed');
  nemesis.heal();
  world.network.calm();
  const troubled = inTrouble(world.plan);
  world.observer.healed(
    world.machines
      .filter(({ id, isUp, isRecovering }) => !(isUp || isRecovering) || troubled.includes(id))
      .map(({ id }) => id),
  );
}

/** How long the leader that falls last of all is down. */
const lastFallUs = 1_000_000;
/** How long a system that may do without one is waited for to have a leader. */
const leaderlessUs = 1_000_000;

/**
 * The leader falls as soon as nothing is asked any more: whoever follows inherits what it left, and no
 * client's command helps to move it on (section 8: why a new leader commits an entry of its own).
 */
function fallWhen(
  unanswered: () => string | null, system: System, world: World, trace: TraceSink | null,
): () => string | null {
  let hasFallen = false;
  let answeredUs: number | null = null;
  return () => {
    const missing = unanswered();
    if (missing === null) answeredUs ??= world.nowUs;
    const leader = missing === null && !hasFallen ? world.leader() : null;
    if (leader === null) {
      const mayBeNobody =
        system.mayLackLeader === true && answeredUs !== null && world.nowUs >= answeredUs + leaderlessUs;
      return missing ?? (hasFallen || mayBeNobody ? null : 'nobody leads');
    }
    hasFallen = true;
    trace?.fault(world.steps, world.nowUs, `the leader, ${nodeName(world.plan, leader)}, falls once more`);
    world.crash(leader, 'now');
    world.at(world.nowUs + lastFallUs, () => world.restart(leader));
    return 'the leader has just fallen';
  };
}

/** What a system that has settled still sends within a while, although nobody needs it; null for nothing. */
function noise(world: World): string | null {
  const { quiet } = world.observer;
  if (quiet === undefined) return null;
  quiet.listen();
  world.runUntil(world.nowUs + quietUs);
  return quiet.heard();
}

/**
 * What a system promises by the timing of the plan; one that promises nothing is never slow, and one that never settles
 * is worse.
 */
function mustKeepPace({ bounds, leaderlessUs, middleUs }: Pace): void {
  if (bounds === null) return;
  hold(slow, { what: 'finding a leader', tookUs: leaderlessUs, boundUs: bounds.leaderlessUs });
  if (middleUs !== null) hold(slow, { what: 'half of the answers', tookUs: middleUs, boundUs: bounds.answerUs });
}

/**
 * Where a way to a server is cut for good, one that hears the leader no more may rightly be left behind by PreVote:
 * then answers are owed, and nothing else. Where messages are lost there is always something to say.
 */
function unsettled(world: World): string | null {
  if (inTrouble(world.plan).length > 0) return null;
  return world.observer.unsettled() ?? (endsInCalm(world.plan) ? noise(world) : null);
}

function mustHaveSettled(plan: Plan, missing: string): void {
  const { settleUs } = plan;
  if (endsInCalm(plan)) return hold(progressAfterHealing, { settleUs, missing });
  const troubled = inTrouble(plan).map((node) => nodeName(plan, node)).join(' ');
  const trouble = [
    ...(troubled === '' ? [] : [`${troubled} in trouble`]),
    ...(plan.network.lasting === undefined ? [] : ['messages lost or late']),
  ];
  hold(progressWhileOwed, { settleUs, trouble: trouble.join(' and '), missing });
}

/**
 * Progress is owed when the system says so (Raft: while a majority is up and can talk). That is looked
 * at, not believed: whoever owes it and makes none breaks the property. All faults are over, and nobody crashes
 * any more but a leader that falls last of all.
 *
 * Within the bound, from when the faults ended, every pending operation completes and all replicas agree.
 */
export function settle(world: World, plan: Plan, pace: Pace, unanswered: () => string | null): 'settled' | 'excused' {
  const healedUs = world.nowUs;
  const deadlineUs = healedUs + plan.settleUs;
  if (!world.owesProgress()) {
    world.runUntil(world.nowUs + excusedUs);
    // A server that had lost its memory may have it back by an answer that was under way.
    if (!world.owesProgress()) return 'excused';
  }
  for (;;) {
    pace.look(world.nowUs, world.leader());
    const missing = unanswered() ?? unsettled(world);
    if (missing === null) {
      pace.settled(world.nowUs - healedUs);
      if (endsInCalm(plan)) mustKeepPace(pace);
      return 'settled';
    }
    if (world.nowUs >= deadlineUs) {
      // The leader's fall may have been one too many where a crash costs a server its memory.
      if (!world.owesProgress()) return 'excused';
      mustHaveSettled(plan, missing);
    }
    world.runUntil(Math.min(deadlineUs, world.nowUs + settleTickUs));
  }
}
