/** Two runs are the same when all that their records hold is the same. */
import { describe, expect, test } from 'vitest';
import { run, type RunRecord } from '../../harness/run.ts';
import { differsText, sameRun } from '../../harness/same-run.ts';
import { swarm } from '../../scenarios/swarm.ts';

const plan = swarm.draw(3);
const record = run(swarm.system, plan);
const copy = (): RunRecord => structuredClone(record);

test('a run and the same run again', () => {
  expect(sameRun(record, run(swarm.system, plan))).toEqual({ isSame: true, differs: [] });
});

test('a run may not be held against itself: then the plan was not run again', () => {
  expect(() => sameRun(record, record)).toThrow(new TypeError('a run was compared with itself; run the plan again'));
});

describe('two runs that differ in one thing are two runs', () => {
  const [countName] = Object.keys(record.counts);
  const [faultName] = Object.keys(record.faults);
  const changes: readonly (readonly [string, Partial<RunRecord>])[] = [
    ['verdict.kind', { verdict: { kind: 'unknown' } as never }],
    ['digest', { digest: '0000000000000000' }],
    ['steps', { steps: record.steps + 1 }],
    ['events', { events: record.events + 1 }],
    ['endUs', { endUs: record.endUs + 1 }],
    ['operationsCompleted', { operationsCompleted: record.operationsCompleted + 1 }],
    ['network.sent', { network: { ...record.network, sent: record.network.sent + 1 } }],
    ['nodes.crashes', { nodes: { ...record.nodes, crashes: record.nodes.crashes + 1 } }],
    [`counts.${countName}`, { counts: { ...record.counts, [countName!]: -1 } }],
    [
      `faults.${faultName}.mattered`,
      { faults: { ...record.faults, [faultName!]: { ...record.faults[faultName!]!, mattered: -1 } } },
    ],
    ['pace.settledUs', { pace: { ...record.pace!, settledUs: -1 } }],
    ['rpcs', { rpcs: { calls: 1, bytes: 1 } as never }],
  ];
  test.each(changes)('%s', (field, change) => {
    const { isSame, differs } = sameRun(record, { ...copy(), ...change });
    expect(isSame).toBe(false);
    expect(differs).toHaveLength(1);
    expect(differs[0]!.startsWith(`${field}: `)).toBe(true);
    expect(sameRun({ ...copy(), ...change }, record).isSame).toBe(false);
  });

  test('every field of a record is one of them', () => {
    const fields = changes.map(([field]) => field.split('.')[0]!);
    expect(Object.keys(record).filter((field) => !fields.includes(field))).toEqual([]);
  });

  test('property and detail of a violation', () => {
    const violated = (property: string, detail: string): RunRecord => ({
      ...copy(), verdict: { kind: 'violation', property, detail },
    });
    expect(sameRun(violated('A', 'x'), violated('B', 'x')).differs).toEqual(['verdict.property: A and B']);
    expect(sameRun(violated('A', 'x'), violated('A', 'y')).differs).toEqual(['verdict.detail: x and y']);
    expect(sameRun(violated('A', 'x'), violated('A', 'x')).isSame).toBe(true);
  });
});

test('what differs is told in one line, the first four of it', () => {
  expect(differsText(['a: 1 and 2', 'b: 3 and 4'])).toBe('two runs differ in a: 1 and 2; b: 3 and 4');
  expect(differsText(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('two runs differ in a; b; c; d; and 2 more');
});
