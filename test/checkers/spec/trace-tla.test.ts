/**
 * Runs in the form that etcd's trace validation reads (etcd-io/raft, tla/): line by line, and what must hold between
 * lines.
 */
import { describe, expect, test } from 'vitest';
import type { SpecStep } from '../../../checkers/spec/step.ts';
import { traceTla } from '../../../checkers/spec/trace-tla.ts';
import { RaftSpec } from '../../../scenarios/protocols/raft-spec-model.ts';
import { stepOf, walkedSteps, wide } from './walks.ts';

interface Line {
  readonly tag: string;
  readonly event: {
    readonly name: string;
    readonly nid: string;
    readonly role: string;
    readonly log: number;
    readonly conf: readonly (readonly string[])[];
    readonly state: { readonly term: number; readonly vote: string; readonly commit: number };
    readonly msg?: Readonly<Record<string, unknown>> & { readonly from: string; readonly to: string };
  };
}

const bounds = { ...wide, restarts: 0, hasSnapshots: false };
const options = { servers: 3, initialTerm: 1 };
const linesOf = (steps: Iterable<SpecStep>): readonly Line[] =>
  [...traceTla(options, steps)].map((line) => JSON.parse(line) as Line);

/** `name nid term/vote/commit role log`, and of a message its type, way and what it says. */
function short({ event: { name, nid, state, role, log, msg } }: Line): string {
  const { type, from, to, entries, logTerm, index, commit, reject } = (msg ?? {}) as Readonly<Record<string, unknown>>;
  const said =
    msg === undefined
      ? ''
      : ` ${type} ${from}>${to} ${entries}@${index}:${logTerm} commit ${commit}${reject === true ? ' reject' : ''}`;
  return `${name} ${nid} ${state.term}/${state.vote}/${state.commit} ${role.replace('State', '')} ${log}${said}`;
}

function scripted(script: readonly string[]): readonly SpecStep[] {
  const model = new RaftSpec(bounds);
  let state = model.initialStates()[0]!;
  return script.map((words) => {
    const action = model.actions(state).find((one) => model.describeAction(one).startsWith(words));
    if (action === undefined) throw new Error(`not possible: ${words}`);
    const next = model.next(state, action);
    const step = stepOf(state, action, next);
    state = next;
    return step;
  });
}

test('an election and an entry, line by line', () => {
  const steps = scripted([
    'Timeout(0',
    'Receive(1, RequestVoteRequest of term 2, 0 -> 1',
    'Receive(0, RequestVoteResponse of term 2, 1 -> 0, granted',
    'ClientRequest(0, a)',
    'AppendEntries(0, to 1, behind 0: entry',
    'Receive(1, AppendEntriesRequest of term 2, 0 -> 1, behind 0@0: a@2',
    'Receive(0, AppendEntriesResponse of term 2, 1 -> 0, match 1',
  ]);
  const lines = linesOf(steps);
  expect(lines.slice(0, 3).map(short)).toEqual([
    'InitState 1 1/0/1 Follower 1',
    'BecomeFollower 1 1/0/1 Follower 1',
    'ApplyConfChange 1 1/0/1 Follower 1',
  ]);
  expect(lines.slice(9).map(short)).toEqual([
    'BecomeCandidate 1 2/1/1 Candidate 1',
    'SendRequestVoteResponse 1 2/1/1 Candidate 1 MsgVoteResp 1>1 0@0:0 commit 0',
    'SendRequestVoteRequest 1 2/1/1 Candidate 1 MsgVote 1>2 0@1:1 commit 0',
    'SendRequestVoteRequest 1 2/1/1 Candidate 1 MsgVote 1>3 0@1:1 commit 0',
    'Ready 1 2/1/1 Candidate 1',
    'ReceiveRequestVoteResponse 1 2/1/1 Candidate 1 MsgVoteResp 1>1 0@0:0 commit 0',
    'Ready 1 2/1/1 Candidate 1',
    'ReceiveRequestVoteRequest 2 1/0/1 Follower 1 MsgVote 1>2 0@1:1 commit 0',
    'BecomeFollower 2 2/0/1 Follower 1',
    'SendRequestVoteResponse 2 2/1/1 Follower 1 MsgVoteResp 2>1 0@0:0 commit 0',
    'Ready 2 2/1/1 Follower 1',
    'ReceiveRequestVoteResponse 1 2/1/1 Candidate 1 MsgVoteResp 2>1 0@0:0 commit 0',
    'BecomeLeader 1 2/1/1 Leader 1',
    'Replicate 1 2/1/1 Leader 2',
    'SendAppendEntriesResponse 1 2/1/1 Leader 2 MsgAppResp 1>1 0@2:0 commit 0',
    'Ready 1 2/1/1 Leader 2',
    'ReceiveAppendEntriesResponse 1 2/1/1 Leader 2 MsgAppResp 1>1 0@2:0 commit 0',
    'Ready 1 2/1/1 Leader 2',
    'SendAppendEntriesRequest 1 2/1/1 Leader 2 MsgApp 1>2 1@1:1 commit 1',
    'Ready 1 2/1/1 Leader 2',
    'ReceiveAppendEntriesRequest 2 2/1/1 Follower 1 MsgApp 1>2 1@1:1 commit 1',
    'SendAppendEntriesResponse 2 2/1/1 Follower 2 MsgAppResp 2>1 0@2:0 commit 0',
    'Ready 2 2/1/1 Follower 2',
    'ReceiveAppendEntriesResponse 1 2/1/1 Leader 2 MsgAppResp 2>1 0@2:0 commit 0',
    'Commit 1 2/1/2 Leader 2',
    'Ready 1 2/1/2 Leader 2',
  ]);
});

test('terms begin at 1 there, whatever they begin at here', () => {
  const [first] = scripted(['Timeout(0']);
  const [line] = [...traceTla({ servers: 3, initialTerm: 0 }, [first!])]
    .slice(9)
    .map((text) => short(JSON.parse(text) as Line));
  expect(line).toBe('BecomeCandidate 1 3/1/1 Candidate 1');
});

test('a candidate that asks again in its term, or says more as it stands, has that told as well', () => {
  const [first] = scripted(['Timeout(0']);
  const again = { ...first!, before: first!.after };
  const refusal = { kind: 'RequestVoteResponse', term: 2, source: 0, dest: 1, voteGranted: false } as const;
  const more = { ...first!, sent: [...first!.sent, refusal] };
  expect(linesOf([first!, again]).slice(16).map(short)).toEqual([
    'SendRequestVoteRequest 1 2/1/1 Candidate 1 MsgVote 1>2 0@1:1 commit 0',
    'SendRequestVoteRequest 1 2/1/1 Candidate 1 MsgVote 1>3 0@1:1 commit 0',
    'Ready 1 2/1/1 Candidate 1',
  ]);
  expect(linesOf([more]).slice(15).map(short)).toEqual([
    'SendRequestVoteResponse 1 2/1/1 Candidate 1 MsgVoteResp 1>2 0@0:0 commit 0 reject',
    'Ready 1 2/1/1 Candidate 1',
  ]);
});

test('a run without its beginning is refused', () => {
  const steps = scripted([
    'Timeout(0',
    'Receive(1, RequestVoteRequest of term 2, 0 -> 1',
    'Receive(0, RequestVoteResponse of term 2, 1 -> 0, granted',
    'ClientRequest(0, a)',
    'AppendEntries(0, to 1, behind 0: entry',
  ]);
  expect(() => linesOf(steps.slice(4))).toThrow(
    'the trace of server 0 begins with 1 entries: give the steps of the whole run',
  );
});

describe('on walks of the specification', () => {
  const lines = linesOf(walkedSteps(bounds, 1, 400));

  test('every line has the form', () => {
    expect(lines.length).toBeGreaterThan(400);
    for (const { tag, event } of lines) {
      expect(tag).toBe('trace');
      expect(event.nid).toMatch(/^[123]$/);
      expect(event.role).toMatch(/^State(Follower|Candidate|Leader)$/);
      expect(event.conf.length).toBe(2);
      expect(event.msg === undefined).toBe(!/^(Send|Receive)/.test(event.name));
    }
  });

  test('what is received was sent before, and has left its node with a Ready', () => {
    const pending = new Map<string, string[]>();
    const arrived = new Set<string>();
    for (const {
      event: { name, nid, msg },
    } of lines) {
      const text = JSON.stringify(msg);
      if (name === 'Ready') {
        for (const one of pending.get(nid) ?? []) arrived.add(one);
        pending.delete(nid);
      } else if (name.startsWith('Send')) {
        pending.set(nid, [...(pending.get(nid) ?? []), text]);
      } else if (name.startsWith('Receive')) {
        expect(arrived, `${name} ${text}`).toContain(text);
      }
    }
  });

  test('a receipt tells the state that the last line of its node told', () => {
    const last = new Map<string, string>();
    for (const {
      event: { name, nid, state, role, log },
    } of lines) {
      const now = JSON.stringify([state, role, log]);
      if (name.startsWith('Receive')) expect(now).toBe(last.get(nid));
      last.set(nid, now);
    }
  });
});
