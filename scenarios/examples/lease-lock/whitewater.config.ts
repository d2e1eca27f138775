/** A lease lock as a system of Whitewater: what it is asked, what must hold, what befalls it. */
import { defineRegistry, defineScenario, defineSystem, faults, kv, oneOf } from 'whitewater/own';
import { lock, store, worker, type Kept, type Message, type State } from './protocol.ts';

const workersOf = (servers: number): number[] => Array.from({ length: servers - 2 }, (_, i) => i + 2);

export const leaseLock = defineSystem<State, Message, Kept>()({
  name: 'lease-lock',
  settings: { bug: oneOf('none', 'trustsClocks', 'fencesWritesOnly') },
  service: kv,
  servers: ({ servers, settings }) => [lock(), store(settings.bug), ...workersOf(servers).map(() => worker())],
  // Each begins with another one: a worker that is alone competes with nobody.
  client: { asks: ({ servers }, client) => workersOf(servers).map((_, i, all) => all[(client + i) % all.length]!) },
  invariants: {
    'Leases Rise': {
      says: 'The lock is lent under a new number each time',
      step: ({ before, after }) => (before.role === 'lock' && after.role === 'lock' && after.token < before.token ? `from lease ${before.token} back to ${after.token}` : null),
    },
    'Nothing Is Overwritten': {
      says: 'A write to the store leaves what others have done there',
      step({ before, after }) {
        if (before.role !== 'store' || after.role !== 'store') return null;
        const gone = Object.entries(before.data.sessions).find(([client, { sequence }]) => (after.data.sessions[Number(client)]?.sequence ?? 0) < sequence);
        return gone === undefined ? null : `operation ${gone[1].sequence} of n${gone[0]} is gone, under lease ${after.token}`;
      },
    },
  },
  situations: {
    leaseEndsInTheMiddle: ({ before, event }) => before?.role === 'worker' && before.writing.length > 0 && event?.kind === 'timer' && event.timer === 'lease',
    fencedOff: ({ before, event }) => before?.role === 'store' && event?.kind === 'message' && event.message.kind === 'write' && event.message.token < before.token,
  },
  owesProgress: ({ servers, isUp }) => isUp(0) && isUp(1) && workersOf(servers).some(isUp),
  role: (state) => ({ name: state.role === 'worker' && state.token > 0 ? 'holder' : state.role, epoch: state.role === 'store' ? 0 : state.token, leads: state.role === 'worker' && state.token > 0 }),
});

const shape = { servers: [4, 5], clients: [2, 4], storm: ['2s', '4s'], operations: kv.mix({ get: 1, put: 1, append: 2 }, { keys: ['x'], each: 25 }) } as const;

export const chaos = defineScenario(leaseLock, {
  ...shape, faults: faults.swarm({ neverLost: [0, 1] }), required: ['leaseEndsInTheMiddle', 'fencedOff'],
  canaries: [{ settings: { bug: 'fencesWritesOnly' }, within: 500, property: 'Nothing Is Overwritten' }],
  explore: { servers: 4, clients: 2, operations: 1, crashes: 1, within: (state) => state.role === 'store' || (state.role === 'lock' ? state.token <= 2 : state.asks <= 1) },
});

/** Nothing but clocks that are wrong. */
export const clocks = defineScenario(leaseLock, {
  name: 'lease-lock-clocks', ...shape, faults: faults.swarm({ only: ['clocks'] }), required: ['fencedOff'],
  canaries: [{ settings: { bug: 'trustsClocks' }, within: 300, property: 'Nothing Is Overwritten' }],
});

/** Clocks that are right: without any fence, and nobody would ever know. */
export const calm = defineScenario(leaseLock, { name: 'lease-lock-calm', ...shape, faults: faults.none, settings: { bug: 'trustsClocks' } });

export const registry = defineRegistry(import.meta.url, [chaos, clocks, calm]);
