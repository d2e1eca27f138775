/** Walks through a model at random, as paths. */
import { RandomStreams } from '../../harness/world/random.ts';
import type { Model, Path } from '../../harness/explore/model.ts';

/** `walks` of them, each of at most `steps` actions within the model's bounds. */
export function* randomWalks<State, Action>(
  model: Model<State, Action>, walks: number, steps: number,
): Generator<Path<State, Action>> {
  const streams = new RandomStreams('walks');
  for (let walk = 0; walk < walks; walk++) {
    const random = streams.stream(`walk ${walk}`);
    const states = [random.pick(model.initialStates())];
    const actions: Action[] = [];
    while (actions.length < steps) {
      const state = states.at(-1)!;
      const possible = model.actions(state);
      if (possible.length === 0) break;
      const action = random.pick(possible);
      const after = model.next(state, action);
      if (after === null || model.withinBoundary?.(after) === false) break;
      actions.push(action);
      states.push(after);
    }
    yield { states, actions, detail: '' };
  }
}
