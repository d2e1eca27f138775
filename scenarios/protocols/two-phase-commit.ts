/**
 * Two-phase commit (Gray and Lamport, "Consensus on Transaction Commit", 2006; the TLA+ module
 * TwoPhase): resource managers prepare, a transaction manager commits once all have, and each manager
 * may abort alone before it is prepared. Messages are never received, only seen: their set only grows.
 */
import type { Model, ModelDefinition } from '../../harness/explore/model.ts';
import type { Described } from '../../harness/text/difference.ts';
import { numberOf } from '../../harness/explore/parameters.ts';

const managerStates = ['working', 'prepared', 'committed', 'aborted'] as const;
const [working, prepared, committed, aborted] = [0, 1, 2, 3];
const coordinatorStates = ['init', 'committed', 'aborted'] as const;

/** Sets are bit masks and managers' states take two bits each, so that a state is four numbers. */
interface State {
  readonly managers: number;
  readonly coordinator: number;
  /** Whose Prepared the coordinator has received. */
  readonly received: number;
  /** Bit i: Prepared(i) was sent; the two bits above those: Commit, Abort. */
  readonly messages: number;
}

interface Action {
  readonly name:
    'TMCommit' | 'TMAbort' | 'TMRcvPrepared' | 'RMPrepare' | 'RMChooseToAbort' | 'RMRcvCommit' | 'RMRcvAbort';
  readonly manager: number;
}

const managerState = (state: State, manager: number): number => (state.managers >>> (2 * manager)) & 3;
const withManager = (managers: number, manager: number, value: number): number =>
  (managers & ~(3 << (2 * manager))) | (value << (2 * manager));

function twoPhaseCommit(count: number): Model<State, Action> {
  const all = (1 << count) - 1;
  const commitSent = 1 << count;
  const abortSent = 1 << (count + 1);
  const ids = Array.from({ length: count }, (_, manager) => manager);
  const action = (name: Action['name'], manager = -1): Action => ({ name, manager });
  const commit = action('TMCommit');
  const abort = action('TMAbort');
  const perManager = (name: Action['name']): readonly Action[] => ids.map((manager) => action(name, manager));
  const [receive, prepare, choose] = [
    perManager('TMRcvPrepared'), perManager('RMPrepare'), perManager('RMChooseToAbort'),
  ];
  const [seeCommit, seeAbort] = [perManager('RMRcvCommit'), perManager('RMRcvAbort')];
  const isIn = (state: State, value: number): boolean => ids.some((manager) => managerState(state, manager) === value);

  return {
    initialStates: () => [{ managers: 0, coordinator: 0, received: 0, messages: 0 }],
    actions(state) {
      const { coordinator, received, messages } = state;
      const enabled: Action[] = [];
      if (coordinator === 0) {
        if (received === all) enabled.push(commit);
        enabled.push(abort);
      }
      for (let manager = 0; manager < count; manager++) {
        if (coordinator === 0 && (messages & (1 << manager)) !== 0) enabled.push(receive[manager]!);
        if (managerState(state, manager) === working) enabled.push(prepare[manager]!, choose[manager]!);
        if ((messages & commitSent) !== 0) enabled.push(seeCommit[manager]!);
        if ((messages & abortSent) !== 0) enabled.push(seeAbort[manager]!);
      }
      return enabled;
    },
    next(state, { name, manager }) {
      const { managers, coordinator, received, messages } = state;
      switch (name) {
        case 'TMCommit':
          return { managers, coordinator: 1, received, messages: messages | commitSent };
        case 'TMAbort':
          return { managers, coordinator: 2, received, messages: messages | abortSent };
        case 'TMRcvPrepared':
          if ((received & (1 << manager)) !== 0) return state;
          return { managers, coordinator, received: received | (1 << manager), messages };
        case 'RMPrepare':
          return {
            managers: withManager(managers, manager, prepared!), coordinator, received,
            messages: messages | (1 << manager),
          };
        case 'RMChooseToAbort':
          return { managers: withManager(managers, manager, aborted!), coordinator, received, messages };
        case 'RMRcvCommit':
        case 'RMRcvAbort': {
          const after = withManager(managers, manager, name === 'RMRcvCommit' ? committed! : aborted!);
          return after === managers ? state : { managers: after, coordinator, received, messages };
        }
      }
    },
    fingerprint(state, hasher) {
      hasher.int(state.managers);
      hasher.int((state.coordinator << 16) | state.received);
      hasher.int(state.messages);
    },
    /** What is known of one manager is four bits; managers are put in the order of those. */
    representative(state) {
      const bits = ids.map(
        (manager) =>
          (managerState(state, manager) << 2) |
          (((state.received >>> manager) & 1) << 1) |
          ((state.messages >>> manager) & 1),
      );
      bits.sort((a, b) => a - b);
      let [managers, received, messages] = [0, 0, state.messages & ~all];
      bits.forEach((own, manager) => {
        managers |= (own >>> 2) << (2 * manager);
        received |= ((own >>> 1) & 1) << manager;
        messages |= (own & 1) << manager;
      });
      return { managers, coordinator: state.coordinator, received, messages };
    },
    properties: [
      {
        kind: 'always',
        name: 'never one committed and another aborted',
        check(state) {
          if (!isIn(state, committed!) || !isIn(state, aborted!)) return null;
          return { verdict: 'violation', detail: 'one manager has committed and another has aborted' };
        },
      },
      {
        kind: 'sometimes', name: 'all commit',
        reached: (state) => ids.every((manager) => managerState(state, manager) === committed),
      },
      {
        kind: 'sometimes', name: 'all abort',
        reached: (state) => ids.every((manager) => managerState(state, manager) === aborted),
      },
    ],
    kindOf: ({ name }) => name,
    kindWeights: { RMPrepare: 20, TMRcvPrepared: 20, RMRcvCommit: 5, RMRcvAbort: 5 },
    describeAction: ({ name, manager }) => (manager < 0 ? name : `${name}(${manager})`),
    describeState(state): Described {
      const sent = ids
        .filter((manager) => (state.messages & (1 << manager)) !== 0)
        .map((manager) => `Prepared(${manager})`);
      if ((state.messages & commitSent) !== 0) sent.push('Commit');
      if ((state.messages & abortSent) !== 0) sent.push('Abort');
      return {
        managers: ids.map((manager) => managerStates[managerState(state, manager)]!),
        coordinator: coordinatorStates[state.coordinator]!,
        received: ids.filter((manager) => (state.received & (1 << manager)) !== 0),
        messages: sent,
      };
    },
  };
}

export const definition: ModelDefinition<State, Action> = {
  name: 'two-phase-commit',
  summary: 'resource managers commit or abort together',
  parameters: [{ kind: 'number', name: 'rms', help: 'resource managers', default: 3, min: 1, max: 14 }],
  moduleUrl: import.meta.url,
  create: (values) => twoPhaseCommit(numberOf(values, 'rms')),
};
