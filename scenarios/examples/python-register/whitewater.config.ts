/** A register in Python as a system of Whitewater: what it is asked, what must hold, what befalls it. */
import { fileURLToPath } from 'node:url';
import { defineRegistry, defineScenario, defineSystem, external, faults, oneOf, register, type CasRegisterInput } from 'whitewater/own';

/** What the program tells of itself, for invariants. */
interface State { readonly tag: readonly [number, number, number]; readonly value: string | number | boolean | null; readonly open: object; readonly starts: number }
interface Message { readonly kind: 'read' | 'held' | 'write' | 'written'; readonly id: readonly [number, number] }
type Kept = Pick<State, 'tag' | 'value' | 'starts'> | null;

const replica = fileURLToPath(new URL('./replica.py', import.meta.url));

export const pythonRegister = defineSystem<State, Message, Kept>()({
  name: 'python-register',
  settings: { bug: oneOf('none', 'readsOnce', 'losesWrites') },
  service: register,
  servers: ({ servers, settings }) => Array.from({ length: servers }, (_, node) => external(['python3', replica], { node, servers, settings })),
  // A write that is asked for again must be the same write, and only who has begun it knows which that is.
  client: { asks: ({ servers }, client) => [client % servers] },
  invariants: {
    'Tags Rise': { step: ({ before, after }) => (after.tag[0] >= before.tag[0] ? null : `from ${before.tag[0]} back to ${after.tag[0]}`) },
  },
  situations: {
    takesFromAnother: ({ before, after, event }) => before !== null && event?.kind === 'message' && event.message.kind === 'write' && after.tag[0] > before.tag[0],
    startsWithAValue: ({ before, after }) => before === null && after.value !== null,
  },
});

export const chaos = defineScenario(pythonRegister, {
  servers: 3, clients: [3, 5], storm: ['300ms', '600ms'], faults: faults.swarm(),
  operations: register.mix({ read: 2, write: 1 }, { each: 15 }),
  required: ['takesFromAnother', 'startsWithAValue'],
  canaries: [{ settings: { bug: 'readsOnce' }, within: 100, property: 'Linearizability' }, { settings: { bug: 'losesWrites' }, within: 100, property: 'Linearizability' }],
  explore: { servers: 3, clients: 3, operations: (client): CasRegisterInput[] => [client === 0 ? { op: 'write', value: 1 } : { op: 'read' }] },
});

export const registry = defineRegistry(import.meta.url, [chaos]);
