/** A network that is listened to is the same network: everything reaches it, and whatever it posts goes on its way. */
import { expect, test } from 'vitest';
import { HeardNetwork } from '../../../../harness/world/network/heard.ts';
import type { AnyNetwork, Post } from '../../../../harness/world/network/network.ts';

const counts = { sent: 1, dropped: 2, cut: 3, duplicated: 4, late: 5 };

/** Notes what it is told; posts each message twice, and the second one late. */
function listened() {
  const log: string[] = [];
  const posted: unknown[] = [];
  const note = (what: string) => (...given: readonly unknown[]): void => void log.push(`${what} ${given.join(' ')}`);
  const post: Post = (...given) => void posted.push(given);
  const inner = (heard: (post: Post) => Post): AnyNetwork => ({
    counts,
    exposed: 9,
    calm: note('calm'),
    cut: note('cut'),
    mend: note('mend'),
    crashed: note('crashed'),
    canReach: (from, to) => from < to,
    send(from, to, message) {
      log.push(`send ${from} ${to} ${String(message)}`);
      heard(post)(from, to, message, 5);
      heard(post)(from, to, message, 50, 'late');
    },
  });
  const ear = { sending: note('hears sending'), posting: note('hears posting') };
  return { network: new HeardNetwork(inner, ear, () => 70), log, posted };
}

test('what is sent is heard with its time and whether its way is cut, then each copy; and both go on as they were', () => {
  const { network, log, posted } = listened();
  network.send(1, 2, 'm');
  network.send(2, 1, 'n');
  expect(log).toEqual([
    'hears sending 70 1 2 m false', 'send 1 2 m', 'hears posting 70 1 2 m 5', 'hears posting 70 1 2 m 50',
    'hears sending 70 2 1 n true', 'send 2 1 n', 'hears posting 70 2 1 n 5', 'hears posting 70 2 1 n 50',
  ]);
  expect(posted).toEqual([
    [1, 2, 'm', 5], [1, 2, 'm', 50, 'late'], [2, 1, 'n', 5], [2, 1, 'n', 50, 'late'],
  ]);
});

test('faults reach it, and it says what it is asked', () => {
  const { network, log } = listened();
  network.cut(0, 1);
  network.mend(0, 2);
  network.crashed(3);
  network.calm();
  expect(log).toEqual(['cut 0 1', 'mend 0 2', 'crashed 3', 'calm ']);
  expect([network.counts, network.exposed, network.canReach(0, 1), network.canReach(1, 0)]).toEqual([
    counts, 9, true, false,
  ]);
});
