/** Steps of the specification's own model, met on weighted random walks, as the judge of steps sees them. */
import type { SpecMessage } from '../../../checkers/spec/message.ts';
import type { SpecEvent, SpecStep } from '../../../checkers/spec/step.ts';
import { RandomStreams } from '../../../harness/random.ts';
import { RaftSpec, type Bounds, type SpecAction } from '../../../scenarios/protocols/raft-spec.ts';

export const wide: Bounds = {
  servers: 3, elections: 6, restarts: 3, values: 4, duplicates: 0, drops: 0,
  isPublished: false, isJoined: true, isEager: false, hasSnapshots: true, hasStepDown: true, without: [],
};

export interface WalkedStep extends SpecStep {
  readonly action: SpecAction;
}

export function* walkedSteps(bounds: Bounds, walks: number, steps: number): Generator<WalkedStep> {
  const model = new RaftSpec(bounds);
  const streams = new RandomStreams('specification');
  for (let walk = 0; walk < walks; walk++) {
    const random = streams.stream(`walk ${walk}`);
    let state = model.initialStates()[0]!;
    for (let at = 0; at < steps; at++) {
      const actions = model.actions(state);
      const names = [...new Set(actions.map(({ name }) => name))];
      if (names.length === 0) break;
      const name = random.weighted(names.map((one) => [model.kindWeights[one] ?? 1, one] as const));
      const action = random.pick(actions.filter((one) => one.name === name));
      const next = model.next(state, action);
      const [before, after] = [state.servers[action.server]!.value, next.servers[action.server]!.value];
      yield { before, event: eventOf(action), after, sent: action.sent.map(({ value }) => value), action };
      state = next;
    }
  }
}

function eventOf({ name, message, words }: SpecAction): SpecEvent {
  if (message !== null) return { kind: 'message', message: message.value as SpecMessage };
  if (name === 'Restart') return { kind: 'restart' };
  if (name === 'ClientRequest') return { kind: 'request', commands: [words] };
  return name === 'Timeout' || name === 'StepDown' ? { kind: 'timer' } : { kind: 'other' };
}
