/** What clients live through: each situation with the moments that just do not show it. */
import { expect, test } from 'vitest';
import { commitments, dismissals, spans, type Committed } from '../../../checkers/chronicle/clients.ts';
import { Tally, type Situation } from '../../../checkers/chronicle/situation.ts';
import type { Command } from '../../../core/kv/command.ts';
import { blankPersistent, bootRaft, withRole, type Raft } from '../../../core/raft/state.ts';

const config = {
  id: 0, clusterSize: 3, electionTimeoutUs: { min: 1, max: 2 }, heartbeatUs: 1, entriesPerMessageMax: 1,
  noopOnElection: true,
};
const inTerm = (currentTerm: number): Raft => bootRaft(config, { ...blankPersistent, currentTerm });
const leads = (raft: Raft): Raft => withRole(raft, { kind: 'leader', nextIndex: [], matchIndex: [] });
const command: Command = { client: 9, sequence: 1, operation: { kind: 'get', key: 'k' } };

function seen<Moment>(group: readonly Situation<Moment>[], moment: Moment): readonly string[] {
  const tally = new Tally(group.map(({ name }) => name));
  tally.note(group, moment);
  return Object.entries(tally.counts).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
}

test('an entry that is committed: of an earlier term, again, or given up', () => {
  const base: Committed = {
    before: leads(inTerm(3)), after: leads(inTerm(3)), term: 3, command, isRepetition: false, isGivenUp: false,
    isOfFormerName: false,
  };
  const of = (parts: Partial<Committed>): readonly string[] => seen<Committed>(commitments, { ...base, ...parts });
  expect([of({}), of({ term: 2 }), of({ term: 2, before: inTerm(3) })]).toEqual([
    [], ['entriesOfEarlierTermsCommitted 1'], [],
  ]);
  expect([
    of({ isRepetition: true }), of({ isGivenUp: true }), of({ isGivenUp: true, isRepetition: true }),
    of({ isGivenUp: true, command: null }),
  ]).toEqual([['repeatedCommandsSuppressed 1'], ['givenUpOperationsExecuted 1'], ['repeatedCommandsSuppressed 1'], []]);
  expect([
    of({ isOfFormerName: true }), of({ isOfFormerName: true, isRepetition: true }),
    of({ isOfFormerName: true, command: null }),
  ]).toEqual([['operationsOfFormerNamesExecuted 1'], ['repeatedCommandsSuppressed 1'], []]);
});

test('as many clients are dismissed as waited, by one that leads no more', () => {
  const waits = (count: number, raft: Raft) => ({ raft, waiting: Array.from({ length: count }, () => ({})) }) as never;
  const of = (before: never, after: never): readonly string[] => seen(dismissals, { before, after });
  expect([
    of(waits(3, leads(inTerm(1))), waits(0, inTerm(1))), of(waits(3, leads(inTerm(1))), waits(2, leads(inTerm(1)))),
    of(waits(0, leads(inTerm(1))), waits(0, inTerm(1))),
  ]).toEqual([['waitingClientsDismissed 3'], [], []]);
  expect(of(waits(3, leads(inTerm(1))), waits(1, inTerm(1)))).toEqual(['waitingClientsDismissed 2']);
});

test('what happened while an operation was open', () => {
  const none = { isInstall: false, isLeaderChange: false, isCrash: false };
  expect(
    [none, { ...none, isInstall: true }, { ...none, isLeaderChange: true }, { ...none, isCrash: true }].map((moment) =>
      seen(spans, moment),
    ),
  ).toEqual([[], ['operationsSpanningInstall 1'], ['operationsSpanningLeaderChange 1'], ['operationsSpanningCrash 1']]);
});
