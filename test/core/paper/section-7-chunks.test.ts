/**
 * Figure 13 of the Raft paper, with its offset and `done`: "invoked by leader to send chunks of a snapshot to a
 * follower".
 */
import { describe, expect, test } from 'vitest';
import { encodeSnapshot, type MachineSnapshot } from '../../../core/kv/snapshot.ts';
import type { InstallChunk, InstallChunkReply } from '../../../core/raft/option-messages.ts';
import type { ServerConfig } from '../../../core/server.ts';
import { across, Cluster, firstClient, type Letter } from '../../support/cluster.ts';

const c0 = firstClient;
const chunked: Partial<ServerConfig> = { snapshotChunkBytes: 40, maxRaftState: 60 };

const put = (
  cluster: Cluster, leader: number, sequence: number, isLost: (letter: Letter) => boolean = () => false,
): void => {
  cluster.ask(leader, c0, sequence, { kind: 'put', key: `k${sequence}`, value: 'x'.repeat(20) });
  cluster.deliver(isLost);
};

/** n0 leads n1, and n2, which has heard of nothing, lacks what they have compacted. */
function lagging(changed: Partial<ServerConfig> = {}, size = 3): Cluster {
  const cluster = new Cluster(size, { ...chunked, ...changed });
  cluster.elect(0, across([2]));
  for (let sequence = 1; sequence <= 4; sequence++) put(cluster, 0, sequence, across([2]));
  return cluster;
}

const baseOf = (cluster: Cluster, node: number): number => cluster.server(node).raft.persistent.log.baseIndex;
const bytesOf = (cluster: Cluster, node: number): Uint8Array =>
  encodeSnapshot(cluster.server(node).raft.persistent.snapshot!.data as MachineSnapshot);
const storedOf = (cluster: Cluster, node: number): number =>
  cluster.server(node).transfers?.incoming?.bytes.length ?? 0;
const chunksIn = (letters: readonly Letter[]): readonly InstallChunk[] =>
  letters.map(({ message }) => message).filter((message) => message.kind === 'installChunk');
const answersIn = (letters: readonly Letter[]): readonly InstallChunkReply[] =>
  letters.map(({ message }) => message).filter((message) => message.kind === 'installChunkReply');

/**
 * The leader's heartbeat finds n2 behind what is compacted; then n2 hears so many chunks, and is not heard any more.
 */
function hearing(cluster: Cluster, chunks: number): Cluster {
  let heard = 0;
  cluster.timer(0, 'heartbeat');
  cluster.deliver(({ to, message }) => to === 2 && message.kind === 'installChunk' && ++heard > chunks);
  return cluster;
}

/** Everything that n2 is sent, in the order of sending, until nothing is sent any more. */
function transfer(cluster: Cluster): readonly InstallChunk[] {
  const chunks: InstallChunk[] = [];
  cluster.timer(0, 'heartbeat');
  cluster.deliver((letter) => {
    if (letter.to === 2) chunks.push(...chunksIn([letter]));
    return false;
  });
  return chunks;
}

describe('the leader: a snapshot goes as a row of chunks', () => {
  test('"offset: byte offset where chunk is positioned; data[]: raw bytes of the snapshot chunk, starting at offset; done: true if this is the last chunk"', () => {
    const cluster = lagging();
    const bytes = bytesOf(cluster, 0);
    const chunks = transfer(cluster);
    expect(chunks.map(({ offset }) => offset)).toEqual(chunks.map((_, place) => place * 40));
    expect(chunks.flatMap(({ data }) => [...data])).toEqual([...bytes]);
    expect(chunks.map(({ done }) => done)).toEqual(chunks.map((_, place) => place === chunks.length - 1));
    expect([chunks.length, bytes.length]).toEqual([4, 137]);
    expect([baseOf(cluster, 2), cluster.server(2).machine]).toEqual([baseOf(cluster, 0), cluster.server(0).machine]);
  });

  test.each([137, 138, 1_000_000])('one chunk of %i bytes holds all of it', (snapshotChunkBytes) => {
    expect(transfer(lagging({ snapshotChunkBytes })).map(({ offset, done }) => [offset, done])).toEqual([[0, true]]);
  });

  test('136 bytes do not', () => {
    expect(transfer(lagging({ snapshotChunkBytes: 136 })).map(({ offset, done }) => [offset, done])).toEqual([
      [0, false], [136, true],
    ]);
  });

  test('each answer calls for the next chunk, and nothing else does: proposals send none', () => {
    const cluster = hearing(lagging(), 1);
    cluster.ask(0, c0, 9, { kind: 'put', key: 'k', value: 'v' });
    expect(chunksIn(cluster.letters)).toEqual([]);
  });

  test('a heartbeat sends the unanswered chunk again, and not the whole snapshot', () => {
    const cluster = hearing(lagging(), 1);
    for (let i = 0; i < 3; i++) {
      cluster.letters = [];
      cluster.timer(0, 'heartbeat');
      expect(chunksIn(cluster.letters).map(({ offset, data }) => [offset, data.length])).toEqual([[40, 40]]);
    }
    cluster.deliver();
    expect(baseOf(cluster, 2)).toBe(baseOf(cluster, 0));
  });

  test('an answer that comes twice sends one chunk', () => {
    const cluster = lagging();
    cluster.timer(0, 'heartbeat');
    const isChunk = ({ to, message }: Letter): boolean => to === 2 && message.kind === 'installChunk';
    // n2 hears the first chunk and says so.
    while (!cluster.letters.some(({ message }) => message.kind === 'installChunkReply')) {
      const letter = cluster.letters.shift()!;
      cluster.handle(letter.to, { kind: 'message', from: letter.from, message: letter.message });
    }
    const [answer] = answersIn(cluster.letters);
    expect(answer).toMatchObject({ offset: 0, bytesStored: 40 });
    cluster.letters = [];
    cluster.handle(0, { kind: 'message', from: 2, message: answer! });
    cluster.handle(0, { kind: 'message', from: 2, message: answer! });
    expect(cluster.letters.filter(isChunk).length).toBe(1);
  });

  test('a newer snapshot meanwhile: the one begun goes to its end, then what has come since', () => {
    const cluster = hearing(lagging(), 1);
    const begun = baseOf(cluster, 0);
    for (let sequence = 5; sequence <= 8; sequence++) put(cluster, 0, sequence, across([2]));
    expect(baseOf(cluster, 0)).toBeGreaterThan(begun);
    const chunks = transfer(cluster);
    expect(chunks.map(({ lastIncludedIndex, offset }) => [lastIncludedIndex, offset]).slice(0, 4)).toEqual([
      [begun, 40], [begun, 80], [begun, 120], [baseOf(cluster, 0), 0],
    ]);
    expect(cluster.server(2).machine).toEqual(cluster.server(0).machine);
  });

  test('a leader that restarts in mid-transfer has lost its place: whoever leads then asks with the first chunk, and goes on where the follower is', () => {
    const cluster = hearing(lagging({}, 4), 2);
    cluster.crash(0);
    cluster.boot(0);
    expect(storedOf(cluster, 2)).toBe(80);
    cluster.elect(1, across([2]));
    const chunks: number[] = [];
    cluster.timer(1, 'heartbeat');
    cluster.deliver((letter) => {
      if (letter.to === 2) chunks.push(...chunksIn([letter]).map(({ offset }) => offset));
      return false;
    });
    expect(baseOf(cluster, 1)).toBe(baseOf(cluster, 2));
    expect(chunks).toEqual([0, 80, 120]);
  });

  test('one that is deposed sends no more', () => {
    const cluster = hearing(lagging(), 1);
    cluster.handle(0, {
      kind: 'message', from: 2, message: { kind: 'requestVote', term: 9, lastLogIndex: 0, lastLogTerm: 0 },
    });
    expect(cluster.server(0).transfers?.outgoing).toEqual([]);
    cluster.letters = [];
    cluster.handle(0, {
      kind: 'message',
      from: 2,
      message: { kind: 'installChunkReply', term: 1, lastIncludedIndex: 4, offset: 0, bytesStored: 40 },
    });
    expect(cluster.letters).toEqual([]);
  });
});

describe('the follower', () => {
  const chunk = (given: Partial<InstallChunk> = {}): InstallChunk => ({
    kind: 'installChunk', term: 1, lastIncludedIndex: 9, lastIncludedTerm: 1, offset: 0, data: Uint8Array.of(1, 2, 3),
    done: false, ...given,
  });
  const hears = (cluster: Cluster, given: Partial<InstallChunk>): InstallChunkReply => {
    cluster.letters = [];
    cluster.handle(2, { kind: 'message', from: 0, message: chunk(given) });
    return answersIn(cluster.letters)[0]!;
  };
  const fresh = (): Cluster => {
    const cluster = new Cluster(3, chunked);
    cluster.elect(0);
    return cluster;
  };

  test('1. "Reply immediately if term < currentTerm": with the term, and nothing is kept', () => {
    const cluster = fresh();
    const { raft } = cluster.server(2);
    expect(hears(cluster, { term: 0 })).toEqual({
      kind: 'installChunkReply', term: 1, lastIncludedIndex: 9, offset: 0, bytesStored: 0,
    });
    expect([cluster.server(2).raft, storedOf(cluster, 2)]).toEqual([raft, 0]);
    expect(cluster.lastEffects.length).toBe(1);
  });

  test('2. "Create new snapshot file if first chunk (offset is 0)"', () => {
    const cluster = fresh();
    expect(hears(cluster, {}).bytesStored).toBe(3);
    expect(cluster.server(2).transfers?.incoming).toEqual({
      lastIncludedIndex: 9, lastIncludedTerm: 1, bytes: Uint8Array.of(1, 2, 3),
    });
  });

  test('3. "Write data into snapshot file at given offset": behind what came before, and nowhere else', () => {
    const cluster = fresh();
    hears(cluster, {});
    expect(hears(cluster, { offset: 3, data: Uint8Array.of(4) }).bytesStored).toBe(4);
    expect(cluster.server(2).transfers?.incoming?.bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
    for (const offset of [0, 1, 3, 5])
      expect(hears(cluster, { offset, data: Uint8Array.of(7) })).toMatchObject({ offset, bytesStored: 4 });
    expect(cluster.server(2).transfers?.incoming?.bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  test('4. "Reply and wait for more data chunks if done is false": the log and the service stay as they are', () => {
    const cluster = fresh();
    const { raft, machine } = cluster.server(2);
    hears(cluster, {});
    expect([cluster.server(2).raft.persistent, cluster.server(2).machine]).toEqual([raft.persistent, machine]);
    expect(cluster.lastEffects.map(({ kind }) => kind)).toEqual(['setTimer', 'send']);
  });

  test('a last chunk that does not fit installs nothing', () => {
    const cluster = fresh();
    hears(cluster, {});
    expect(hears(cluster, { offset: 5, done: true }).bytesStored).toBe(3);
    expect(baseOf(cluster, 2)).toBe(0);
  });

  test('5. "discard any existing or partial snapshot with a smaller index": the first chunk of another one takes its place', () => {
    const cluster = fresh();
    hears(cluster, {});
    expect(hears(cluster, { lastIncludedIndex: 12, offset: 3 })).toMatchObject({
      lastIncludedIndex: 12, bytesStored: 0,
    });
    expect(cluster.server(2).transfers?.incoming?.lastIncludedIndex).toBe(9);
    expect(hears(cluster, { lastIncludedIndex: 12, data: Uint8Array.of(8) })).toMatchObject({
      lastIncludedIndex: 12, bytesStored: 1,
    });
    expect(cluster.server(2).transfers?.incoming).toMatchObject({ lastIncludedIndex: 12, bytes: Uint8Array.of(8) });
    expect(hears(cluster, { lastIncludedIndex: 12, lastIncludedTerm: 2, offset: 1 }).bytesStored).toBe(0);
  });

  test('a part that is under way ends with the snapshot that holds more', () => {
    const cluster = hearing(lagging(), 2);
    expect(storedOf(cluster, 2)).toBe(80);
    transfer(cluster);
    expect(cluster.server(2).transfers).toEqual({ incoming: null, outgoing: [] });
  });

  test('a restart in mid-transfer loses what came; the leader is told, and begins again (LogCabin #174)', () => {
    const cluster = hearing(lagging(), 2);
    cluster.crash(2);
    cluster.boot(2);
    const chunks = transfer(cluster);
    expect(chunks.map(({ offset }) => offset)).toEqual([80, 0, 40, 80, 120]);
    expect(cluster.server(2).machine).toEqual(cluster.server(0).machine);
  });

  test('of what is committed already no chunk is kept: the answer is that to the whole snapshot', () => {
    const cluster = fresh();
    const { commitIndex } = cluster.server(0).raft;
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    cluster.handle(2, { kind: 'message', from: 0, message: chunk({ lastIncludedIndex: commitIndex }) });
    expect(cluster.letters.at(-1)!.message).toEqual({
      kind: 'installSnapshotReply', term: 1, lastIncludedIndex: commitIndex,
    });
    expect(storedOf(cluster, 2)).toBe(0);
  });

  test('a chunk is word of the leader: term, role and timers are as with a heartbeat', () => {
    const cluster = new Cluster(3, { ...chunked, checkQuorum: true });
    cluster.timer(2, 'election');
    cluster.letters = [];
    hears(cluster, { term: 4 });
    expect(cluster.server(2).raft).toMatchObject({
      persistent: { currentTerm: 4, votedFor: null }, role: { kind: 'follower', leaderId: 0, hasContact: true },
    });
    expect(cluster.lastEffects.map((effect) => (effect.kind === 'setTimer' ? effect.timer : effect.kind))).toEqual([
      'persist', 'contact', 'election', 'send',
    ]);
  });

  test('an answer is one for CheckQuorum, and its later term is adopted', () => {
    const cluster = new Cluster(3, { ...chunked, checkQuorum: true });
    cluster.elect(0);
    const answer = (term: number): InstallChunkReply => ({
      kind: 'installChunkReply', term, lastIncludedIndex: 9, offset: 0, bytesStored: 3,
    });
    cluster.handle(0, { kind: 'message', from: 2, message: answer(1) });
    expect(cluster.lastEffects).toEqual([
      { kind: 'setTimer', timer: 'election', afterUs: { min: 150_000, max: 300_000 } },
    ]);
    cluster.handle(0, { kind: 'message', from: 2, message: answer(5) });
    expect(cluster.server(0).raft).toMatchObject({ persistent: { currentTerm: 5 }, role: { kind: 'follower' } });
  });
});

test('without the option a snapshot goes whole', () => {
  const cluster = new Cluster(3, { maxRaftState: 60 });
  cluster.elect(0, across([2]));
  for (let sequence = 1; sequence <= 4; sequence++) put(cluster, 0, sequence, across([2]));
  cluster.timer(0, 'heartbeat');
  cluster.deliver();
  expect([cluster.server(2).transfers, cluster.server(2).machine]).toEqual([undefined, cluster.server(0).machine]);
});
