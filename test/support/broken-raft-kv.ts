/** Raft with its key/value server, broken on purpose at its seam: what shrinking and reports are tried on. */
import type { Server, ServerMessage } from '../../core/server.ts';
import type { Persistent } from '../../core/raft/state.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import type { AnyProcess, System } from '../../harness/system.ts';
import { run } from '../../harness/run.ts';
import { swarm } from '../../scenarios/swarm.ts';
import { raftKv } from '../../scenarios/systems/raft-kv.ts';

const withServers = (change: (process: AnyProcess) => AnyProcess): System => ({
  ...raftKv,
  processes: (plan) => raftKv.processes(plan).map((process, node) => (node < plan.servers ? change(process) : process)),
});

/** A leader answers a get from its own store, without asking anybody (bugs R01). */
export const staleReads: System = withServers((process) => ({
  ...process,
  step(state, event) {
    const { raft, machine } = state as Server;
    const message = event.kind === 'message' ? (event.message as ServerMessage) : null;
    if (
      event.kind !== 'message' ||
      message?.kind !== 'clientRequest' ||
      message.operation.kind !== 'get' ||
      raft.role.kind !== 'leader'
    )
      return process.step(state, event);
    const result = machine.store.values.get(message.operation.key) ?? '';
    return {
      state,
      effects: [
        {
          kind: 'send',
          to: event.from,
          message: { kind: 'clientReply', sequence: message.sequence, outcome: { kind: 'done', result } },
        },
      ],
    };
  },
}));

/** A server that starts again has forgotten whom it voted for (bugs P05). */
export const forgottenVotes: System = withServers((process) => ({
  ...process,
  boot: (durable) => process.boot({ ...(durable as Persistent), votedFor: null }),
}));

const options = ['preVote', 'checkQuorum', 'contactUs', 'reads'];

/** The first plan of the swarm, from a seed on, that a broken system fails: of the paper's Raft, without options. */
export function failingPlan(system: System, from = 1): Plan {
  for (let seed = from; seed < from + 400; seed++) {
    const drawn = swarm.draw(seed);
    const settings = Object.fromEntries(
      Object.entries(drawn.settings as object).filter(([name]) => !options.includes(name)),
    );
    const plan: Plan = { ...drawn, settings };
    if (run(system, plan).verdict.kind === 'violation') return plan;
  }
  throw new Error('no seed fails');
}
