/** Many independent objects of one kind, each under a key of its own. */
import type { RegisterView } from './fast/register-view.ts';
import type { Condensation, Model } from './model.ts';
import type { OrderedPartition } from './order.ts';

export interface Keyed<I> {
  readonly key: string | number;
  readonly input: I;
}

/** The model of a store of such objects: checked key by key, each with the fast paths of its kind. */
export function perKey<S, I, O>(model: Model<S, I, O>): Model<S, Keyed<I>, O> {
  const inner = (part: OrderedPartition<Keyed<I>, O>): OrderedPartition<I, O> => ({
    ...part, inputs: part.inputs.map(({ input }) => input),
  });
  return {
    name: `${model.name} by key`,
    init: () => model.init(),
    step: (state, { input }, output) => model.step(state, input, output),
    partition: ({ key }) => key,
    describeOperation: ({ key, input }, output) =>
      `${key}: ${model.describeOperation?.(input, output) ?? JSON.stringify([input, output])}`,
    fastPaths: (model.fastPaths ?? []).map((path) => ({
      name: path.name,
      ...(path.knowsOptional !== undefined && { knowsOptional: path.knowsOptional }),
      check: (part) => path.check(inner(part)),
    })),
    problemOf: (keyed, output) => {
      const key: unknown = keyed?.key;
      if (typeof key !== 'string' && typeof key !== 'number')
        return `an input of ${model.name} by key is { key, input }, and its key a text or a number`;
      return model.problemOf?.(keyed.input, output);
    },
    ...(model.pairStates !== undefined && { pairStates: model.pairStates }),
    ...(model.ownSearch && {
      ownSearch: {
        name: model.ownSearch.name, begin: (part: OrderedPartition<Keyed<I>, O>) => model.ownSearch!.begin(inner(part)),
      },
    }),
    ...(model.registerView && { registerView: viewOf(model.registerView) }),
    ...(model.equal && { equal: model.equal }),
    ...(model.hash && { hash: model.hash }),
    ...(model.sizeBytes && { sizeBytes: model.sizeBytes }),
    ...(model.describeState && { describeState: model.describeState }),
    ...(model.readOnly && { readOnly: ({ input }: Keyed<I>, output: O | undefined) => model.readOnly!(input, output) }),
    ...(model.isBlind && { isBlind: ({ input }: Keyed<I>) => model.isBlind!(input) }),
    ...(model.operationKey && {
      operationKey: ({ input }: Keyed<I>, output: O | undefined) => model.operationKey!(input, output),
    }),
    ...(model.condense && { condense: (part: OrderedPartition<Keyed<I>, O>) => condenseInner(model, inner(part)) }),
  };
}

function viewOf<I, O>(view: RegisterView<I, O>): RegisterView<Keyed<I>, O> {
  return {
    ...view,
    kind: ({ input }) => view.kind(input),
    written: ({ input }) => view.written(input),
    expected: ({ input }) => view.expected(input),
  };
}

function condenseInner<S, I, O>(
  model: Model<S, I, O>, part: OrderedPartition<I, O>,
): Condensation<Keyed<I>, O> | undefined {
  const condensed = model.condense!(part);
  if (condensed === undefined) return undefined;
  const { model: smaller, isBlind } = condensed;
  return {
    model: {
      name: smaller.name,
      ...(smaller.pairStates !== undefined && { pairStates: smaller.pairStates }),
      init: () => smaller.init(),
      step: (state, { input }, output) => smaller.step(state, input, output),
      ...(smaller.describeState && { describeState: smaller.describeState }),
    },
    ...(isBlind && { isBlind }),
  };
}
