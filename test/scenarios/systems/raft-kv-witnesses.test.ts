/** What no step of its own tells: an answer that was sent ahead of a write, and what a clerk makes of its last answer. */
import { describe, expect, test } from 'vitest';
import type { Clerk } from '../../../core/kv/clerk.ts';
import { versionClerkProcess } from '../../../core/kv/version-clerk.ts';
import type { Broken, Mark, MarkedStep } from '../../../harness/system.ts';
import { places } from '../../../scenarios/systems/code-places.ts';
import { marked } from '../../../scenarios/systems/mark.ts';
import { marksOf } from '../../../scenarios/systems/raft-kv-marks.ts';
import { witnessesOf } from '../../../scenarios/systems/raft-kv-witnesses.ts';

const broken = (changed: Partial<Broken>): Broken => ({
  property: 'Elected By Majority', detail: 'n1 leads term 1 with 1 of 2 votes', steps: [], fatal: 9,
  nodes: ['n0', 'n1', 'c0'], early: null, ...changed,
});
const step = (place: number, node: number, ...marks: readonly Mark[]): MarkedStep => ({ place, node, marks });
const told = (changed: Partial<Broken>, kind: string): readonly (readonly [string, string, string | null])[] =>
  witnessesOf(broken(changed))
    .filter(({ mark, place }) => mark.kind === kind && place === 9)
    .map(({ mark: { at, says, against } }) => [at[0]!, says, against]);

describe('persistent state is durable before an answer is sent (Figure 2)', () => {
  const writes = (at: string): readonly MarkedStep[] => [step(1, 0, marked('persist', [at], 'writes hardState'))];
  const early = (what: string, at: string) => told({ early: { from: 0, what }, steps: writes(at) }, 'early');
  const vote = 'RequestVote reply term 1, granted';
  const says = `hears of n0: ${vote}; the write of that step is not yet durable`;
  const rule = 'persistent state is durable before an answer is sent (Figure 2)';

  test('one that was sent ahead is told with what it says, and where the order of a step is decided', () => {
    expect([early(vote, places.settle), early(vote, places.pipelined), told({}, 'early')]).toEqual([
      [[places.settle, says, rule]], [[places.pipelined, says, rule]], [],
    ]);
  });

  test.each([
    'AppendEntries term 1, prev 0/0, 1 entries, commit 0', 'InstallSnapshot term 1, up to 2/1, 9 bytes',
    'heartbeat term 1, round 2',
  ])('where writes are pipelined a leader sends ahead of them (dissertation 10.2.1): %s', (what) => {
    expect([early(what, places.pipelined), early(what, places.settle).length]).toEqual([[], 1]);
  });

  test('its followers do not', () => {
    for (const what of ['AppendEntries reply term 1, matches to 2', 'heartbeat reply term 1, round 2'])
      expect(early(what, places.pipelined)).toHaveLength(1);
  });
});

describe('a put that was sent again may have taken effect before (MIT 6.5840)', () => {
  const asks = (place: number, sequence = 1): MarkedStep =>
    step(place, 2, marked('ask', [places.ask], 'asks', null, { client: 2, sequence }));
  const refused = (property: string, what: string, ...steps: readonly MarkedStep[]) =>
    told({ property, detail: `c0 was told ${what} for its put 1, which had taken effect`, steps }, 'told');

  test('a clerk that passes a refusal on is told of, with how often it asked', () => {
    expect(refused('Refusal Is Sure', 'ErrVersion', asks(1), asks(4), asks(5, 2))).toEqual([
      [
        places.forApplication, 'is told ErrVersion of its command 1, for which it asked 2 times',
        'a put that was sent again may have taken effect before: ErrMaybe (6.5840)',
      ],
    ]);
  });

  test('who asked once, or is told of no version, knows; and only where refusals are what broke', () => {
    expect([
      refused('Refusal Is Sure', 'ErrVersion', asks(1)), refused('Refusal Is Sure', 'ErrNoKey', asks(1), asks(2)),
      refused('Linearizability', 'ErrVersion', asks(1), asks(2)),
    ]).toEqual([
      [[places.forApplication, 'is told ErrVersion of its command 1, for which it asked once', null]],
      [[places.forApplication, 'is told ErrNoKey of its command 1, for which it asked 2 times', null]],
      [],
    ]);
  });

  test('to be sent away and to ask another server is to ask again', () => {
    const us = { min: 1, max: 1 };
    const process = versionClerkProcess({ clusterSize: 2, retryUs: us, backoffUs: us });
    const boot = process.boot(undefined as never);
    const first = process.step(boot.state, {
      kind: 'request', id: 1, request: { kind: 'putVersion', key: 'k', value: 'v', version: 0 },
    });
    const event = {
      kind: 'message', from: 0,
      message: { kind: 'clientReply', sequence: 1, outcome: { kind: 'notLeader', leaderId: 1 } },
    } as const;
    const { state, effects } = process.step(first.state, event);
    const tells = (before: unknown, after: Clerk): readonly string[] =>
      marksOf({ node: 2, before, after, event, effects, nameOf: (node) => `n${node}` }).map(({ says }) => says);
    expect(tells(first.state, state)).toEqual(['asks n1 again, command 1: put(k, "v", version 0)']);
    // Of a clerk that does not count them it is not told.
    const { attempts: _, ...plain } = first.state;
    expect(tells(plain, state)).toEqual([]);
  });
});
