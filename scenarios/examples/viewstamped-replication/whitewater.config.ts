/** Viewstamped Replication as a system of Whitewater: what it is asked, what must hold, what befalls it. */
import { defineRegistry, defineScenario, defineSystem, faults, kv, majorityCanTalk, oneOf } from 'whitewater/own';
import { replica, type Kept, type Message, type State } from './protocol.ts';

export const viewstamped = defineSystem<State, Message, Kept>()({
  name: 'viewstamped-replication',
  settings: { bug: oneOf('none', 'breaksPromise', 'longestLog', 'skipsRecovery', 'asInThePaper') },
  service: kv,
  servers: ({ servers, settings }) => Array.from({ length: servers }, (_, id) => replica(id, servers, settings.bug)),
  invariants: {
    'One Committed Log': {
      says: 'What two replicas have committed is the same as far as both go',
      always({ servers }) {
        const [first, ...others] = servers.filter((state) => state !== null).sort((a, b) => b.commit - a.commit);
        for (const { log, commit } of others) {
          const at = log.findIndex((entry, i) => i < commit && (entry.client !== first!.log[i]?.client || entry.sequence !== first!.log[i]?.sequence));
          if (at >= 0) return `two replicas have committed different entries ${at + 1}`;
        }
        return null;
      },
    },
    'Views Rise': { step: ({ before, after }) => (after.view >= before.view ? null : `from view ${before.view} back to ${after.view}`) },
  },
  situations: {
    viewChanges: ({ before, after }) => before !== null && before.normal < after.normal,
    recoveries: ({ before, after }) => before?.status === 'recovering' && after.status !== 'recovering',
    logsReplaced: ({ before, after }) => before !== null && after.log.length < before.log.length,
  },
  settled({ servers, lost }) {
    const late = servers.findIndex((state, node) => !lost.has(node) && (state === null || state.normal < state.view || state.commit < state.log.length));
    return late < 0 ? null : `n${late} is not normal in its view, with all of its log committed`;
  },
  owesProgress: (reach) => majorityCanTalk(reach, ({ status }) => status !== 'recovering'),
  role: ({ status, view }) => ({ name: status, epoch: view, leads: status === 'primary' }),
});

export const chaos = defineScenario(viewstamped, {
  servers: [3, 5], clients: [1, 4], storm: ['1s', '3s'], faults: faults.swarm(),
  operations: kv.mix({ get: 1, put: 1, append: 1 }, { keys: ['x', 'y'], each: 15 }),
  required: ['viewChanges', 'recoveries', 'logsReplaced'],
  canaries: [{ settings: { bug: 'breaksPromise' }, within: 500 }, { settings: { bug: 'skipsRecovery' }, within: 100 }],
  explore: { servers: 3, clients: 1, operations: 1, crashes: 0, within: ({ view }) => view <= 1, timers: (_, timer) => timer === 'patience' },
});

export const registry = defineRegistry(import.meta.url, [chaos]);
