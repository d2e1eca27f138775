/**
 * Paxos for a single decree with three acceptors (Lamport, "Paxos Made Simple", 2001; the TLA+ module
 * Paxos). Messages are never received, only seen: their set only grows.
 */
import type { Model, ModelDefinition, Problem } from '../../harness/explore/model.ts';
import { numberOf } from '../../harness/explore/parameters.ts';
import { compareLists, leastBy, permutations } from '../../harness/explore/symmetry.ts';

/** Ballots are kept plus one, values are numbered from 1, and 0 is none. */
interface Acceptor {
  readonly maxBal: number;
  readonly maxVBal: number;
  readonly maxVal: number;
  /** By ballot, the 1b sent: 0 for none, else 1 + maxVBal * valueBase + maxVal. There is at most one. */
  readonly promises: readonly number[];
  /** Bit b: 2b was sent at ballot b, for the value of that ballot's 2a. */
  readonly votes: number;
}

interface State {
  readonly acceptors: readonly Acceptor[];
  /** Bit b: 1a was sent for ballot b. */
  readonly prepared: number;
  /** By ballot, the value of its 2a. There is at most one. */
  readonly proposals: readonly number[];
}

type Action =
  | { readonly name: '1a' | '1b' | '2b'; readonly ballot: number; readonly acceptor: number }
  /** `promiser` is whose 1b tells the value; -1 when nobody in the quorum had voted. */
  | {
      readonly name: '2a';
      readonly ballot: number;
      readonly value: number;
      readonly quorum: readonly number[];
      readonly promiser: number;
    };

const quorums = [[0, 1], [0, 2], [1, 2]] as const;
const ids = [0, 1, 2] as const;
const valueBase = 8;
const votedIn = (promise: number): number => Math.floor((promise - 1) / valueBase);
const votedFor = (promise: number): number => (promise - 1) % valueBase;
const hasBit = (mask: number, bit: number): boolean => ((mask >>> bit) & 1) === 1;
const replaced = <T,>(list: readonly T[], index: number, item: T): readonly T[] =>
  list.map((old, at) => (at === index ? item : old));

/** With another name for every value; by the sorting below, all that there is to know of an acceptor. */
function renamed(acceptor: Acceptor, names: readonly number[]): Acceptor {
  const promises = acceptor.promises.map((promise) =>
    promise === 0 ? 0 : promise - votedFor(promise) + names[votedFor(promise)]!,
  );
  return { ...acceptor, maxVal: names[acceptor.maxVal]!, promises };
}

const listed = (a: Acceptor): readonly number[] => [a.maxBal, a.maxVBal, a.maxVal, a.votes, ...a.promises];

const severalChosen = (values: readonly number[]): Problem | null =>
  new Set(values).size <= 1 ? null : { verdict: 'violation', detail: `values ${values.join(' and ')} are chosen` };

function paxos(values: number, maxBallot: number): Model<State, Action> {
  const ballots = Array.from({ length: maxBallot + 1 }, (_, ballot) => ballot);
  const none = ballots.map(() => 0);
  const prepare = ballots.map((ballot): Action => ({ name: '1a', ballot, acceptor: -1 }));
  /** All ways to rename the values 1 to `values`, with 0 for none. */
  const namings = permutations(values).map((order) => [0, ...order.map((value) => value + 1)]);
  const chosen = (state: State): readonly number[] =>
    ballots
      .filter((b) => quorums.some((quorum) => quorum.every((a) => hasBit(state.acceptors[a]!.votes, b))))
      .map((b) => state.proposals[b]!);

  function offerProposals(state: State, ballot: number, enabled: Action[]): void {
    for (const quorum of quorums) {
      const promises = quorum.map((acceptor) => state.acceptors[acceptor]!.promises[ballot]!);
      if (promises.includes(0)) continue;
      const highest = Math.max(...promises.map(votedIn));
      if (highest === 0)
        for (let value = 1; value <= values; value++) enabled.push({ name: '2a', ballot, value, quorum, promiser: -1 });
      else
        quorum.forEach((promiser, member) => {
          const said = promises[member]!;
          if (votedIn(said) === highest) enabled.push({ name: '2a', ballot, value: votedFor(said), quorum, promiser });
        });
    }
  }

  return {
    initialStates: () => [
      {
        acceptors: ids.map(() => ({ maxBal: 0, maxVBal: 0, maxVal: 0, promises: none, votes: 0 })),
        prepared: 0,
        proposals: none,
      },
    ],
    actions(state) {
      const enabled = [...prepare];
      const { prepared, proposals } = state;
      for (const ballot of ballots) {
        if (proposals[ballot] === 0) offerProposals(state, ballot, enabled);
        for (const a of ids) {
          if (hasBit(prepared, ballot) && ballot + 1 > state.acceptors[a]!.maxBal)
            enabled.push({ name: '1b', ballot, acceptor: a });
          if (proposals[ballot] !== 0 && ballot + 1 >= state.acceptors[a]!.maxBal)
            enabled.push({ name: '2b', ballot, acceptor: a });
        }
      }
      return enabled;
    },
    next(state, action) {
      const { acceptors, prepared, proposals } = state;
      const { ballot } = action;
      if (action.name === '1a')
        return hasBit(prepared, ballot) ? state : { acceptors, prepared: prepared | (1 << ballot), proposals };
      if (action.name === '2a') return { acceptors, prepared, proposals: replaced(proposals, ballot, action.value) };
      const { maxVBal, maxVal, promises, votes } = acceptors[action.acceptor]!;
      if (action.name === '2b' && hasBit(votes, ballot)) return state;
      const after: Acceptor =
        action.name === '1b'
          ? {
              maxBal: ballot + 1,
              maxVBal,
              maxVal,
              promises: replaced(promises, ballot, 1 + maxVBal * valueBase + maxVal),
              votes,
            }
          : {
              maxBal: ballot + 1,
              maxVBal: ballot + 1,
              maxVal: proposals[ballot]!,
              promises,
              votes: votes | (1 << ballot),
            };
      return { acceptors: replaced(acceptors, action.acceptor, after), prepared, proposals };
    },
    fingerprint(state, hasher) {
      hasher.int(state.prepared);
      for (const value of state.proposals) hasher.int(value);
      for (const { maxBal, maxVBal, maxVal, promises, votes } of state.acceptors) {
        hasher.int((maxBal << 16) | (maxVBal << 8) | maxVal);
        for (const promise of promises) hasher.int(promise);
        hasher.int(votes);
      }
    },
    /** The least in a fixed order over all namings of the values, with the acceptors sorted under each. */
    representative(state) {
      const orbit = namings.map((names) => ({
        acceptors: state.acceptors
          .map((acceptor) => renamed(acceptor, names))
          .sort((a, b) => compareLists(listed(a), listed(b))),
        prepared: state.prepared,
        proposals: state.proposals.map((value) => names[value]!),
      }));
      return leastBy(orbit, (candidate) => [...candidate.proposals, ...candidate.acceptors.flatMap(listed)]);
    },
    properties: [
      { kind: 'always', name: 'at most one value is chosen', check: (state) => severalChosen(chosen(state)) },
      { kind: 'sometimes', name: 'a value is chosen', reached: (state) => chosen(state).length > 0 },
    ],
    kindOf: ({ name }) => name,
    kindWeights: { '1b': 10, '2a': 10, '2b': 10 },
    describeAction(action) {
      if (action.name === '2a')
        return `Phase2a(ballot ${action.ballot}, value ${action.value}, quorum ${action.quorum.join(' and ')})`;
      return `Phase${action.name}(${action.name === '1a' ? '' : `acceptor ${action.acceptor}, `}ballot ${action.ballot})`;
    },
    describeState: (state) => ({
      prepared: ballots.filter((ballot) => hasBit(state.prepared, ballot)),
      proposals: state.proposals.map((value) => value || null),
      acceptors: state.acceptors.map((a) => ({
        maxBal: a.maxBal - 1, maxVBal: a.maxVBal - 1, maxVal: a.maxVal || null,
        promised: ballots.filter((b) => a.promises[b] !== 0), votedIn: ballots.filter((b) => hasBit(a.votes, b)),
      })),
    }),
  };
}

export const definition: ModelDefinition<State, Action> = {
  name: 'paxos',
  summary: 'three acceptors choose at most one value (single decree)',
  parameters: [
    { kind: 'number', name: 'values', help: 'values that may be proposed', default: 2, min: 1, max: 5 },
    { kind: 'number', name: 'max-ballot', help: 'ballots are numbered from 0 to this', default: 1, min: 0, max: 15 },
  ],
  moduleUrl: import.meta.url,
  create: (values) => paxos(numberOf(values, 'values'), numberOf(values, 'max-ballot')),
};
