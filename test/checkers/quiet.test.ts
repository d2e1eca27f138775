/** Settled means quiet: what a leader still says when nobody needs anything. */
import { describe, expect, test } from 'vitest';
import { RaftKvOutsider } from '../../checkers/raft-kv-external.ts';
import { RaftKvObserver } from '../../checkers/raft-kv.ts';
import { QuietWindow } from '../../checkers/raft/quiet.ts';
import { bootServer } from '../../core/server.ts';
import type { RaftMessage } from '../../core/raft/messages.ts';
import { blankPersistent } from '../../core/raft/state.ts';
import { serverConfig } from '../support/cluster.ts';
import { appends, installs } from './support/messages.ts';
import { entryAt } from './support/stage.ts';

const says = (message: RaftMessage) => [{ kind: 'send', to: 1, message }] as const;
const isUp = () => true;
const entries = appends(1, 0, [entryAt(1, 1)]);

/** What is heard of these, by one that listens from the first on. */
function heard(messages: readonly RaftMessage[], up: (node: number) => boolean = isUp): string | null {
  const quiet = new QuietWindow();
  quiet.listen();
  for (const message of messages) quiet.read(0, says(message), up);
  return quiet.heard();
}

describe('the quiet end', () => {
  test('heartbeats are no noise, entries and snapshots are', () => {
    expect(heard([appends(1, 1), appends(1, 1)])).toBeNull();
    expect(heard([appends(1, 1), entries])).toBe('n0 still sends entries to n1, which lacks none');
    expect(heard([installs(1, 1)])).toBe('n0 still sends its snapshot to n1, which lacks nothing');
  });

  test('the first noise is told', () => {
    expect(heard([entries, installs(1, 1)])).toContain('entries');
  });

  test('who is down may be sent what it lacks', () => {
    expect(heard([entries], (node) => node !== 1)).toBeNull();
    expect(heard([entries], (node) => node === 1)).not.toBeNull();
  });

  test('nothing is heard before one listens, and listening again forgets', () => {
    const quiet = new QuietWindow();
    quiet.read(0, says(entries), isUp);
    expect(quiet.heard()).toBeNull();
    quiet.listen();
    quiet.read(0, says(entries), isUp);
    expect(quiet.heard()).not.toBeNull();
    quiet.listen();
    expect(quiet.heard()).toBeNull();
  });
});

describe.each([
  ['the simulator', () => new RaftKvObserver(checks, () => blankPersistent)],
  ['an outsider', () => new RaftKvOutsider(checks)],
] as const)('%s listens to its servers', (_, observerOf) => {
  const server = bootServer(serverConfig(0, 3), blankPersistent).state;
  const clerk = { ...server } as never;

  test.each([
    ['entries to a server that is up', 0, 1, true],
    ['entries to a server that is down', 0, 2, false],
    ['what a client says', 3, 1, false],
  ] as const)('%s', (_what, from, to, isHeard) => {
    const observer = observerOf();
    for (const node of [0, 1, 2]) observer.booted(node, server, blankPersistent);
    observer.crashed(2, 'no', null);
    observer.quiet.listen();
    observer.stepped(
      from, from === 0 ? server : clerk, from === 0 ? server : clerk, { kind: 'timer', timer: 'heartbeat' },
      [{ kind: 'send', to, message: entries }],
    );
    expect(observer.quiet.heard() !== null).toBe(isHeard);
  });
});

const checks = { servers: 3, maxRaftState: -1, noopOnElection: true, linearizabilityBudgetSteps: 1000 };
