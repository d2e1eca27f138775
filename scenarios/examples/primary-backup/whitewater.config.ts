/** Primary and backup as a system of Whitewater: what it is asked, what must hold, what befalls it. */
import { defineRegistry, defineScenario, defineSystem, faults, kv, oneOf } from 'whitewater/own';
import { replica, viewService, type Kept, type Message, type State } from './protocol.ts';

export const primaryBackup = defineSystem<State, Message, Kept>()({
  name: 'primary-backup',
  settings: { bug: oneOf('none', 'localReads', 'skipsSync') },
  service: kv,
  servers: ({ servers, settings }) => Array.from({ length: servers }, (_, id) => (id === 0 ? viewService() : replica(id, settings.bug))),
  client: { asks: ({ servers }) => Array.from({ length: servers - 1 }, (_, i) => i + 1) },
  invariants: {
    'Views Rise': {
      says: 'No server goes back to an earlier view',
      step: ({ before, after }) => (after.view.number >= before.view.number ? null : `from view ${before.view.number} back to ${after.view.number}`),
    },
    'One View A Number': {
      says: 'Two servers that know of one view know the same of it',
      always({ servers }) {
        for (const one of servers) {
          for (const other of servers) {
            if (one === null || other === null || one.view.number !== other.view.number) continue;
            if (one.view.primary !== other.view.primary || one.view.backup !== other.view.backup) return `view ${one.view.number} is two things`;
          }
        }
        return null;
      },
    },
  },
  situations: {
    failovers: ({ before, after }) => before !== null && before.view.primary !== null && before.view.primary !== after.view.primary,
    syncs: ({ event }) => event?.kind === 'message' && event.message.kind === 'sync',
  },
  owesProgress: () => false,
  role({ kind, view }, node) {
    const name = kind === 'viewService' ? 'view service' : view.primary === node ? 'primary' : view.backup === node ? 'backup' : 'idle';
    return { name, epoch: view.number, leads: name === 'primary' };
  },
  epochName: 'view',
});

export const chaos = defineScenario(primaryBackup, {
  servers: [3, 5], clients: [1, 4], storm: ['2s', '4s'], faults: faults.swarm({ neverLost: [0] }),
  operations: kv.mix({ get: 1, put: 1, append: 1 }, { keys: ['x', 'y'], each: 25 }),
  required: ['failovers', 'syncs'],
  canaries: [{ settings: { bug: 'localReads' }, within: 1000, property: 'Linearizability' }, { settings: { bug: 'skipsSync' }, within: 200, property: 'Linearizability' }],
  explore: { servers: 3, clients: 1, operations: 1, crashes: 1, within: (state) => state.view.number <= 3 },
});

export const registry = defineRegistry(import.meta.url, [chaos]);
