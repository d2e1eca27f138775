/** Snapshots in chunks (Figure 13). */
import type { Transfers } from '../../../core/raft/snapshot-chunks.ts';
import { chunk, installs, storesChunk } from '../support/messages.ts';
import { boots, c0, hears, leads, stands, steps, type Happening, type Item } from '../support/stage.ts';
import { votes } from '../support/messages.ts';
import type { Tripwire } from '../support/tripwire.ts';

const as = { options: { snapshotChunkBytes: 4 } };
const log: readonly Item[] = [1, 1];
export const part = (bytes: number, lastIncludedIndex = 2): Transfers =>
  ({ incoming: { lastIncludedIndex, lastIncludedTerm: 1, bytes: new Uint8Array(bytes) }, outgoing: [] });
const none: Transfers = { incoming: null, outgoing: [] };
/** n0 leads and has compacted what n1 has too, and n2 lacks. */
export const n0Sends: readonly Happening[] = [
  ...[0, 1, 2].map((node) => boots(node, { as })),
  ...[0, 1, 2].map((node) => steps(node, { transfers: none })),
  steps(1, { term: 1, vote: 0 }), steps(0, { term: 1, vote: 0, role: stands(0) }),
  hears(0, 1, votes(1), { role: leads([0, 0, 0], [1, 1, 1]) }), steps(0, { log }), steps(1, { log }),
  steps(0, { commit: 2, applied: 2 }), steps(0, { base: 2 }),
  steps(2, { term: 1 }),
];
const inChunks = { event: { kind: 'timer', timer: 'heartbeat' } as const };
const whole = { term: 1, log, base: 2, commit: 2, applied: 2, transfers: none };

export const transfers: readonly Tripwire[] = [
  {
    property: 'Chunks Leave No Gap',
    what: 'a chunk is put behind less than it follows',
    given: [...n0Sends, hears(2, 0, chunk(0), { transfers: part(4) }, [[0, storesChunk(0, 4)]])],
    broken: [hears(2, 0, chunk(8), { transfers: part(8) }, [[0, storesChunk(8, 8)]])],
    mended: [hears(2, 0, chunk(4), { transfers: part(8) }, [[0, storesChunk(4, 8)]])],
  },
  {
    property: 'Chunks Leave No Gap', what: 'who has nothing takes any chunk for the first one', given: n0Sends,
    broken: [hears(2, 0, chunk(4), { transfers: part(4) }, [[0, storesChunk(4, 4)]])],
    mended: [hears(2, 0, chunk(0), { transfers: part(4) }, [[0, storesChunk(0, 4)]])],
  },
  {
    property: 'Chunks Leave No Gap',
    what: 'a part of another snapshot is built on',
    given: [...n0Sends, hears(2, 0, chunk(0, 3), { transfers: part(4, 3) }, [[0, storesChunk(0, 4)]])],
    broken: [hears(2, 0, chunk(4), { transfers: part(8) }, [[0, storesChunk(4, 8)]])],
    mended: [hears(2, 0, chunk(0), { transfers: part(4) }, [[0, storesChunk(0, 4)]])],
  },
  {
    property: 'Chunks Leave No Gap', what: 'a chunk counts twice', given: n0Sends,
    broken: [hears(2, 0, chunk(0), { transfers: part(8) }, [[0, storesChunk(0, 8)]])],
    mended: [hears(2, 0, chunk(0), { transfers: part(4) }, [[0, storesChunk(0, 4)]])],
  },
  {
    property: 'Chunks Leave No Gap', what: 'something else than a chunk brings bytes', given: n0Sends,
    broken: [hears(2, 0, { kind: 'heartbeat', term: 1, round: 1 }, { transfers: part(4) })],
    mended: [hears(2, 0, chunk(0), { transfers: part(4) }, [[0, storesChunk(0, 4)]])],
  },
  {
    property: 'Chunks Leave No Gap',
    what: 'the last chunk makes a snapshot of what has a gap',
    given: [...n0Sends, hears(2, 0, chunk(0), { transfers: part(4) }, [[0, storesChunk(0, 4)]])],
    broken: [hears(2, 0, chunk(8, 2, true), whole)],
    mended: [hears(2, 0, chunk(4, 2, true), whole)],
  },
  {
    property: 'One Chunk At A Time', what: 'a leader sends its whole snapshot', given: n0Sends,
    broken: [steps(0, {}, { ...inChunks, sends: [[2, installs(1, 2)]] })],
    mended: [steps(0, {}, { ...inChunks, sends: [[2, chunk(0)]] })],
  },
  {
    property: 'One Chunk At A Time',
    what: 'a leader sends two chunks',
    given: n0Sends,
    broken: [
      steps(
        0,
        {},
        {
          ...inChunks,
          sends: [
            [2, chunk(0)], [2, chunk(4)],
          ],
        },
      ),
    ],
    mended: [
      steps(
        0,
        {},
        {
          ...inChunks,
          sends: [
            [2, chunk(0)],
            [1, chunk(0)],
            [c0, { kind: 'clientReply', sequence: 1, outcome: { kind: 'notLeader', leaderId: null } }],
          ],
        },
      ),
    ],
  },
  {
    property: 'One Chunk At A Time',
    what: 'a chunk has a byte more',
    given: n0Sends,
    broken: [steps(0, {}, { ...inChunks, sends: [[2, { ...chunk(0), data: new Uint8Array(5) }]] })],
    mended: [steps(0, {}, { ...inChunks, sends: [[2, chunk(0)]] })],
  },
];
