/** The page holds what the report says. */
import { describe, expect, test } from 'vitest';
import { causeOf } from '../../../harness/report/cause.ts';
import { pageData } from '../../../harness/report/page/data.ts';
import { buildReport } from '../../../harness/report/report.ts';
import { failingPlan, staleReads } from '../../support/broken-raft-kv.ts';

describe('the data of a page', () => {
  const report = buildReport({
    system: staleReads, what: 'swarm seed 1', seed: 1, plan: failingPlan(staleReads), shrunk: null, original: null,
    commands: { replay: 'replay', pin: 'pin' }, files: { open: 'x.html' },
  });
  const data = pageData(report);

  test('every row, message and operation of the run is there, in order', () => {
    const { rows, messages, operations } = report.run;
    expect(data.run.rows.map((row) => row.slice(0, 5))).toEqual(
      rows.map(({ kind, step, atUs, node, event }) => [kind, step, atUs, node, event]),
    );
    expect(data.run.rows.map((row, place) => (row[5] === 0 ? rows[place]!.event : row[5]))).toEqual(
      rows.map(({ told }) => told),
    );
    expect(
      data.run.messages.map(([from, to, what, , sentBy, , takenBy, fate]) => [from, to, what, sentBy, takenBy, fate]),
    ).toEqual(messages.map(({ from, to, what, sentBy, takenBy, fate }) => [from, to, what, sentBy, takenBy, fate]));
    expect(data.run.operations).toEqual(operations);
  });
  test('it opens where the report says: the fatal step, and the step that caused it', () => {
    expect(data.run.fatal).toBe(report.run.fatal);
    expect(data.run.cause).toBe(causeOf(report.run, report.history));
    expect(data.run.cause).not.toBe(data.run.fatal);
  });
  test('it names the property, and says of what was not shrunk that it was not', () => {
    expect([data.verdict, data.property, data.isShrunk, data.proof, data.full]).toEqual([
      'violation', report.verdict.kind === 'violation' ? report.verdict.property : '', false, '', null,
    ]);
  });
  test('a run that violates nothing has no property', () => {
    const { verdict, property } = pageData({ ...report, verdict: { kind: 'unknown', detail: 'budget' } });
    expect([verdict, property]).toEqual(['unknown', '']);
  });
});
