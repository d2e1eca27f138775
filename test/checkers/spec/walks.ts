/** Steps of the specification's own model, met on weighted random walks, as the judge of steps sees them. */
import type { ModelServer } from '../../../checkers/spec/properties.ts';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import type { SpecStep } from '../../../checkers/spec/step.ts';
import { RandomStreams } from '../../../harness/world/random.ts';
import { RaftSpec, type Bounds, type SpecAction, type State } from '../../../scenarios/protocols/raft-spec-model.ts';

export const wide: Bounds = {
  servers: 3,
  elections: 6,
  restarts: 3,
  values: 4,
  duplicates: 0,
  drops: 0,
  isPublished: false,
  isJoined: true,
  isEager: false,
  hasSnapshots: true,
  hasStepDown: true,
  isPipelined: false,
  without: [],
};

/** Others have 10: long leaderships, in which snapshots are made and sent. */
const weights: Readonly<Record<string, number>> = {
  Receive: 80,
  UpdateTerm: 40,
  AppendEntries: 20,
  ClientRequest: 4,
  Timeout: 1,
  Restart: 1,
  StepDown: 1,
  Compact: 2,
};

export interface WalkedStep extends SpecStep {
  readonly after: ModelServer;
  readonly action: SpecAction;
}

export function* walkedSteps(bounds: Bounds, walks: number, steps: number): Generator<WalkedStep> {
  const model = new RaftSpec(bounds);
  const streams = new RandomStreams('specification');
  for (let walk = 0; walk < walks; walk++) {
    const random = streams.stream(`walk ${walk}`);
    let state = model.initialStates()[0]!;
    for (let at = 0; at < steps; at++) {
      const all = model.actions(state);
      // Most of what was ever sent does nothing more.
      const useful = all.filter(
        ({ server, after, sent }) =>
          after !== state.servers[server] || sent.some((one) => !state.messages.includes(one)),
      );
      const actions = useful.length === 0 || random.below(20) === 0 ? all : useful;
      const names = [...new Set(actions.map(({ name }) => name))];
      if (names.length === 0) break;
      const name = random.weighted(names.map((one) => [weights[one] ?? 10, one] as const));
      const action = random.pick(actions.filter((one) => one.name === name));
      const next = model.next(state, action);
      yield stepOf(state, action, next);
      state = next;
    }
  }
}

export function stepOf(before: State, action: SpecAction, after: State): WalkedStep {
  const of = ({ servers }: State): ModelServer => servers[action.server]!.value;
  const { disk } = of(before);
  const sent = action.sent.map(({ value }) => value);
  return {
    before: disk === undefined || action.name !== 'Restart' ? of(before) : { ...of(before), ...disk },
    event: eventOf(action),
    after: of(after),
    sent,
    action,
    // All that the model sends it sends ahead; what waits for the disk is said when it is asked again.
    ...(disk === undefined ? {} : { ahead: { disk, sent: sent.length } }),
  };
}

function eventOf({ name, message, words }: SpecAction): SpecEvent {
  if (message !== null) return { kind: 'message', message: message.value };
  if (name === 'Restart') return { kind: 'restart' };
  if (name === 'ClientRequest') return { kind: 'request', commands: [words] };
  return name === 'Timeout' || name === 'StepDown' ? { kind: 'timer' } : { kind: 'other' };
}
