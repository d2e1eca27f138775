/**
 * The abstraction that docs/specification.md shows: it is the one below, word for word, and it holds a Raft of somebody
 * else.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Abstraction } from '../../../checkers/spec/abstraction.ts';
import { PlainLog } from '../../../checkers/spec/log.ts';
import { SpecWatch } from '../../../checkers/spec/watch.ts';

/** Somebody else's Raft, as far as an election goes. */
interface Node {
  readonly id: number;
  readonly state: 'follower' | 'candidate' | 'leader';
  readonly epoch: number;
  readonly vote: number | null;
  readonly log: PlainLog;
  readonly committed: number;
  readonly votes: readonly number[];
  readonly next: readonly number[];
  readonly match: readonly number[];
}
type Letter = { readonly kind: 'ask' | 'yes' | 'no' | 'ping'; readonly epoch: number };

// The block of the document begins here.
const abstraction: Abstraction<Node, Letter> = {
  options: { servers: 3, isPrompt: true },
  initialTerm: 0,
  mayForge: false,
  notSpecified: ['ping'],
  server: (node) => ({
    id: node.id, role: node.state, currentTerm: node.epoch, votedFor: node.vote, log: node.log,
    commitIndex: node.committed, votesGranted: node.votes, nextIndex: node.next, matchIndex: node.match,
  }),
  message(source, dest, { kind, epoch: term }) {
    if (kind === 'ping') return null;
    if (kind === 'ask') return { kind: 'RequestVoteRequest', term, source, dest, lastLogIndex: 0, lastLogTerm: 0 };
    return { kind: 'RequestVoteResponse', term, source, dest, voteGranted: kind === 'yes' };
  },
  event: (event) => (event.kind === 'message' ? { kind: 'notSpecified', what: 'ping' } : { kind: 'timer' }),
};
// And it ends here.

const blank = (id: number): Node => ({
  id, state: 'follower', epoch: 0, vote: null, log: new PlainLog(), committed: 0, votes: [], next: [1, 1, 1],
  match: [0, 0, 0],
});
const send = (to: number, message: Letter) => ({ kind: 'send', to, message }) as const;
const heard = (from: number, message: Letter) => ({ kind: 'message', from, message }) as const;
const timer = { kind: 'timer', timer: 'election' } as const;
const ask: Letter = { kind: 'ask', epoch: 1 };
const yes: Letter = { kind: 'yes', epoch: 1 };

/** n0 stands in term 1, and has asked the others. */
function watched(): { readonly watch: SpecWatch; readonly standing: Node } {
  const watch = new SpecWatch(abstraction as Abstraction);
  for (const id of [0, 1, 2]) watch.booted(id, blank(id));
  const standing: Node = { ...blank(0), state: 'candidate', epoch: 1, vote: 0, votes: [0] };
  watch.stepped(0, standing, timer, [send(1, ask), send(2, ask)]);
  return { watch, standing };
}

test('an election passes, step by step', () => {
  const { watch, standing } = watched();
  watch.stepped(1, { ...blank(1), epoch: 1, vote: 0 }, heard(0, ask), [send(0, yes)]);
  watch.stepped(0, { ...standing, state: 'leader', votes: [0, 1] }, heard(1, yes), []);
  expect(watch.counts()).toEqual({ 'not specified: ping': 0 });
});

test('a vote that is granted and not given does not', () => {
  const { watch } = watched();
  expect(() => watch.stepped(1, { ...blank(1), epoch: 1 }, heard(0, ask), [send(0, yes)])).toThrow(
    'n1, RequestVoteRequest of n0 in term 1: no action of Figure 2 leads from here to there; the nearest is HandleRequestVoteRequest',
  );
});

test('nor does a message that nobody sent, unless the network may forge', () => {
  const forged = { ...ask };
  const step = (watch: SpecWatch): void =>
    watch.stepped(1, { ...blank(1), epoch: 1, vote: 0 }, heard(0, forged), [send(0, yes)]);
  expect(() => step(watched().watch)).toThrow('no step that has taken effect sent the message');
  const forging = new SpecWatch({ ...abstraction, mayForge: true } as Abstraction);
  expect(() => step(forging)).not.toThrow();
});

test('a step that is not specified is left out, and counted', () => {
  const { watch } = watched();
  watch.stepped(2, { ...blank(2), epoch: 7 }, heard(0, { kind: 'ping', epoch: 7 }), []);
  expect(watch.counts()).toEqual({ 'not specified: ping': 1 });
});

test('a write that was kept at a crash is there at the start, or was never finished; nothing else is', () => {
  const kept = { event: timer, after: { ...blank(2), state: 'candidate', epoch: 1, vote: 2, votes: [2] } as Node };
  const restarted = (epoch: number, vote: number | null) => (): void => {
    const { watch } = watched();
    watch.crashed(2, kept);
    watch.booted(2, { ...blank(2), epoch, vote });
  };
  expect(restarted(1, 2)).not.toThrow();
  expect(restarted(0, null)).not.toThrow();
  expect(restarted(1, null)).toThrow('the nearest is Restart');
});

test('the document shows this abstraction', () => {
  const [, block] = /\/\/ The block of the document begins here\.\n([\s\S]*?)\/\/ And it ends here\./.exec(
    readFileSync(new URL(import.meta.url), 'utf8'),
  )!;
  const text = readFileSync(new URL('../../../docs/specification.md', import.meta.url), 'utf8');
  expect(text).toContain(`\`\`\`ts\n${block}\`\`\`\n`);
});
