/** Two-phase commit as a system of Whitewater: what it is asked, what must hold, what befalls it. */
import { defineRegistry, defineScenario, defineSystem, faults, oneOf, service } from 'whitewater/own';
import { coordinator, participant, type Begin, type Known, type Message, type Outcome, type State } from './protocol.ts';

const transactions = service<Begin, Outcome>();
const outcomes = ({ known }: State): [string, string][] => Object.entries(known).filter(([, what]) => what !== 'prepared');

export const twoPhaseCommit = defineSystem<State, Message, Known>()({
  name: 'two-phase-commit',
  settings: { bug: oneOf('none', 'forgetsDecision', 'impatient') },
  service: transactions,
  servers: ({ servers, settings }) => Array.from({ length: servers }, (_, id) =>
    (id === 0 ? coordinator(servers, settings.bug) : participant(id, settings.bug))),
  client: { asks: () => [0] },
  invariants: {
    'Agreement': {
      says: 'No server commits what another one aborts',
      always({ servers }) {
        const seen = new Map<string, string>();
        for (const [node, state] of servers.entries()) {
          for (const [transaction, outcome] of state === null ? [] : outcomes(state)) {
            const other = seen.get(transaction) ?? outcome;
            if (other !== outcome) return `n${node} ${outcome} ${transaction}, which another server ${other}`;
            seen.set(transaction, outcome);
          }
        }
        return null;
      },
    },
    'Decisions Stay': {
      step({ before, after }) {
        const changed = outcomes(before).find(([transaction, outcome]) => after.known[transaction] !== outcome);
        return changed === undefined ? null : `${changed[0]} was ${changed[1]} and is no more`;
      },
    },
  },
  situations: {
    commits: ({ before, after }) => before !== null && outcomes(after).some(([transaction, what]) => what === 'committed' && before.known[transaction] !== 'committed'),
    inDoubtAtStart: ({ before, after }) => before === null && Object.values(after.known).includes('prepared'),
  },
  settled({ servers, lost }) {
    const waits = servers.findIndex((state, node) => !lost.has(node) && (state === null || Object.values(state.known).includes('prepared')));
    return waits < 0 ? null : `n${waits} does not know what became of a transaction`;
  },
  alike: { servers: ({ servers }) => [Array.from({ length: servers - 1 }, (_, i) => i + 1)], nodes: ['refuses'], sorted: ['yes'] },
  role: ({ role }) => ({ name: role, leads: role === 'coordinator' }),
});

export const chaos = defineScenario(twoPhaseCommit, {
  servers: [2, 5], clients: [1, 4], storm: ['1s', '3s'], faults: faults.swarm({ neverLost: [0] }),
  operations: transactions.mix((random, number) => ({ op: 'begin', transaction: `t${number}`, refuses: random.pick([null, null, 1]) }), { each: 8 }),
  required: ['commits', 'inDoubtAtStart'],
  canaries: [{ settings: { bug: 'forgetsDecision' }, within: 500 }, { settings: { bug: 'impatient' }, within: 200 }],
  explore: { servers: 3, clients: 1, crashes: 2, operations: [{ op: 'begin', transaction: 't', refuses: null }] },
});

export const registry = defineRegistry(import.meta.url, [chaos]);
