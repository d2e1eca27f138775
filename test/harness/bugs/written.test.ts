/** A survey as files. */
import { describe, expect, test } from 'vitest';
import { jsonOf, markdownOf } from '../../../harness/bugs/written.ts';
import type { Done } from '../../../harness/bugs/table.ts';
import { result, start, witness } from './results.ts';

const found = result('found', { starts: [start(3, 'P|Q')], witness: witness('P|Q') });
const other = result('other', { starts: [start(9, null)], fault: 'oops' });
const done = (oracles: Done['round']['oracles'], ...results: Done['results']): Done => ({
  round: { bugs: results.map(({ bug }) => bug), seedsMax: 40, starts: 1, from: 7, scenario: 'swarm', oracles },
  results,
  wallMs: 1234.5,
});

const rows = [
  '| found | Log | easy | 1/1 | 3 | 3 | 3.0k | 30 ms | P\\|Q | 12 steps |',
  '| other | Log | easy | 0/1 | >9 | >9 | - | - | - | - |',
];

describe('Markdown', () => {
  const lines = markdownOf([done('all', found, other)]).split('\n');
  test('has each bug, and the sums', () => {
    expect(lines[0]).toBe('Oracles: all. 1 starting point, at most 40 seeds from each; 1.2 s in all.');
    expect(lines.slice(2)).toEqual([
      '| bug | category | difficulty | found | median | p90 | events | wall | first violated | shrunk to |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...rows,
      '',
      '|  | found | median of the medians | medians |',
      '| --- | --- | --- | --- |',
      '| easy | 1 of 2 | 3 | 1 within 10 |',
      '',
    ]);
  });
  test('of several rounds ends with all of them side by side', () => {
    expect(markdownOf([done('all', found), done('external', found)]).split('\n').slice(-4)).toEqual([
      '| bug | difficulty | all | external |', '| --- | --- | --- | --- |', '| found | easy | 1/1, 3 | 1/1, 3 |', '',
    ]);
  });
});

describe('JSON', () => {
  test('of one round is that round, with all that is known of each bug', () => {
    expect(JSON.parse(jsonOf([done('all', found, other)]))).toEqual({
      oracles: 'all',
      scenario: 'swarm',
      seedsMax: 40,
      from: 7,
      wallMs: 1235,
      bugs: [
        {
          name: 'found',
          id: 'FOUND',
          title: 'title of found',
          category: 'Log',
          difficulty: 'easy',
          source: 'here',
          note: null,
          starts: 1,
          found: 1,
          medianSeeds: 3,
          p90Seeds: 3,
          medianEvents: 3000,
          medianWallMs: 30,
          properties: { 'P|Q': 1 },
          witness: { property: 'P|Q', detail: 'd', servers: 3, clients: 1, operations: 2, faults: 1, steps: 12 },
          trouble: null,
          fault: null,
          hunts: found.starts,
        },
        expect.objectContaining({ name: 'other', found: 0, medianSeeds: null, witness: null, fault: 'oops' }),
      ],
    });
  });
  test('of several is a list of them', () => {
    expect(
      (JSON.parse(jsonOf([done('all', found), done('external', found)])) as readonly Done['round'][]).map(
        ({ oracles }) => oracles,
      ),
    ).toEqual(['all', 'external']);
  });
});
