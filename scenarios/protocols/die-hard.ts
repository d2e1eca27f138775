/**
 * Two jugs and a tap (the TLA+ module DieHard): measure a number of gallons with jugs that have no marks.
 * The defaults are those of the film: 3 and 5 gallons, and 4 are wanted.
 */
import type { Model, ModelDefinition } from '../../harness/explore/model.ts';
import { numberOf } from '../../harness/explore/parameters.ts';

interface State {
  readonly small: number;
  readonly big: number;
}

const actions = [
  'fill the small jug', 'fill the big jug', 'empty the small jug', 'empty the big jug', 'pour small into big',
  'pour big into small',
] as const;
type Action = (typeof actions)[number];

function dieHard(smallSize: number, bigSize: number, goal: number): Model<State, Action> {
  return {
    initialStates: () => [{ small: 0, big: 0 }],
    actions: () => actions,
    next({ small, big }, action) {
      switch (action) {
        case 'fill the small jug':
          return { small: smallSize, big };
        case 'fill the big jug':
          return { small, big: bigSize };
        case 'empty the small jug':
          return { small: 0, big };
        case 'empty the big jug':
          return { small, big: 0 };
        case 'pour small into big': {
          const poured = Math.min(small, bigSize - big);
          return { small: small - poured, big: big + poured };
        }
        case 'pour big into small': {
          const poured = Math.min(big, smallSize - small);
          return { small: small + poured, big: big - poured };
        }
      }
    },
    fingerprint(state, hasher) {
      hasher.int(state.small);
      hasher.int(state.big);
    },
    properties: [
      {
        kind: 'always',
        name: 'no jug holds more than its size',
        check({ small, big }) {
          if (small <= smallSize && big <= bigSize) return null;
          return { verdict: 'violation', detail: `the jugs hold ${small} and ${big} gallons` };
        },
      },
      {
        kind: 'sometimes', name: `a jug holds ${goal} gallons`,
        reached: ({ small, big }) => small === goal || big === goal,
      },
    ],
    describeAction: (action) => action,
    describeState: ({ small, big }) => ({ small, big }),
  };
}

export const definition: ModelDefinition<State, Action> = {
  name: 'die-hard',
  summary: 'measure four gallons with jugs of three and five',
  parameters: [
    { kind: 'number', name: 'small', help: 'size of the small jug, in gallons', default: 3, min: 1, max: 100_000 },
    { kind: 'number', name: 'big', help: 'size of the big jug, in gallons', default: 5, min: 1, max: 100_000 },
    { kind: 'number', name: 'goal', help: 'gallons wanted in one jug', default: 4, min: 0, max: 100_000 },
  ],
  moduleUrl: import.meta.url,
  create: (values) => dieHard(numberOf(values, 'small'), numberOf(values, 'big'), numberOf(values, 'goal')),
};
