/** A sync engine as a system of Whitewater: what it is asked, what must hold, what befalls it. */
import { defineRegistry, defineScenario, defineSystem, faults, oneOf, service } from 'whitewater/own';
import { device, hub, knows, type Doc, type Kept, type Message, type Operation, type Reply, type State } from './protocol.ts';

const documents = service<Operation, Reply>();
const shown = ({ texts, counts }: Doc): string => JSON.stringify([texts, counts].map((part) => Object.entries(part).sort()));
const edits = ({ known }: Doc): string => JSON.stringify(Object.entries(known).sort());

export const syncEngine = defineSystem<State, Message, Kept>()({
  name: 'sync-engine',
  settings: { bug: oneOf('none', 'countsTwice', 'lastToArrive') },
  service: documents,
  servers: ({ servers, settings }) => Array.from({ length: servers }, (_, id) => (id === 0 ? hub(settings.bug) : device(id, settings.bug))),
  // Everybody has a device, and no other.
  client: { asks: ({ servers }, client) => [1 + client % (servers - 1)] },
  invariants: {
    'Strong Convergence': {
      says: 'Who knows of the same edits shows the same document',
      always({ servers }) {
        const seen = new Map<string, string>();
        for (const [node, state] of servers.entries()) {
          if (state === null) continue;
          const [which, what] = [edits(state.doc), shown(state.doc)];
          if ((seen.get(which) ?? what) !== what) return `n${node} shows ${what}, and another server with the same edits ${seen.get(which)}`;
          seen.set(which, what);
        }
        return null;
      },
    },
    'Nothing Is Forgotten': { step: ({ before, after }) => (Object.entries(before.doc.known).every(([node, nth]) => (after.doc.known[Number(node)] ?? 0) >= nth) ? null : 'an edit is gone') },
  },
  situations: {
    comesBackWithEdits: ({ before, after }) => before?.isOffline === true && !after.isOffline && after.edits.length >= 3,
    sentAgain: ({ before, event }) => before !== null && event?.kind === 'message' && event.message.kind === 'sync' && event.message.edits.some((edit) => knows(before.doc, edit)),
  },
  settled({ servers, lost }) {
    const up = servers.filter((state, node) => state !== null && !lost.has(node));
    return new Set(up.map((state) => edits(state!.doc))).size === 1 ? null : 'the devices do not know of the same edits';
  },
  role: ({ role, isOffline }) => ({ name: isOffline ? 'offline' : role, leads: role === 'hub' }),
});

export const chaos = defineScenario(syncEngine, {
  servers: [3, 5], clients: [2, 5], storm: ['3s', '8s'], faults: faults.swarm({ neverLost: [0] }),
  operations: documents.mix((random, number) => random.weighted<Operation>([
    [3, { op: 'set', key: 'title', value: `v${number}` }], [3, { op: 'add', key: 'likes', by: random.pick([1, 2, -1]) }],
    [1, { op: 'read', key: 'title' }], [1, { op: 'goOffline', seconds: random.pick([1, 3, 5]) }]]), { each: 15 }),
  required: ['comesBackWithEdits', 'sentAgain'],
  canaries: [{ settings: { bug: 'countsTwice' }, within: 200, property: 'Strong Convergence' }, { settings: { bug: 'lastToArrive' }, within: 200, property: 'Strong Convergence' }],
  explore: { servers: 3, clients: 2, crashes: 1, operations: (client): Operation[] => [{ op: 'set', key: 'title', value: `v${client}` }, ...(client === 0 ? [{ op: 'add', key: 'likes', by: 1 } as const] : [])] },
});

export const registry = defineRegistry(import.meta.url, [chaos]);
