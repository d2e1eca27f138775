/** How far a campaign is: when it is done, what is left of it, and what a person is told. */
import { describe, expect, test } from 'vitest';
import {
  conflictText, endedEarly, isDone, liveWorkers, progressLine, silentMs, statusText, type Progress, type WorkerSays,
} from '../../../harness/fleet/progress.ts';
import { campaignWith, causeWith } from '../../support/fleet-values.ts';

const progressWith = (own: Partial<Progress> = {}): Progress => ({
  campaign: campaignWith(), isStopped: false, chunksDone: 0, seeds: 0, violations: 0, causes: [], aside: [],
  conflicts: [], firstDone: [], workers: [], ...own,
});
const workerWith = (own: Partial<WorkerSays> = {}): WorkerSays => ({
  host: 'here', pid: 1, threads: 2, campaign: campaignWith().id, revision: 'r', seeds: 0, seedsPerSecond: 10,
  saidMs: 1000, ...own,
});
const whole = { chunksDone: 5, seeds: 1000 };

describe('a campaign is done', () => {
  test('when every chunk is', () => {
    expect(isDone(progressWith({ chunksDone: 4, seeds: 800 }))).toBe(false);
    expect(isDone(progressWith(whole))).toBe(true);
  });

  test('also with a chunk set aside, and then it is not whole', () => {
    const aside = progressWith({ chunksDone: 4, seeds: 800, aside: ['seeds 1 to 200: it ended the process'] });
    expect(isDone(aside)).toBe(true);
    expect(endedEarly(aside)).toBe(
      'not done yet after 800 of 1000; 1 chunk set aside: seeds 1 to 200: it ended the process',
    );
  });

  test('not before each cause has its report', () => {
    const causes = [{ cause: causeWith(), seeds: 1, isReported: false }];
    expect(isDone(progressWith({ ...whole, causes }))).toBe(false);
    expect(isDone(progressWith({ ...whole, causes: [{ ...causes[0]!, isReported: true }] }))).toBe(true);
  });

  test('never when it has no end', () =>
    expect(isDone(progressWith({ campaign: campaignWith({ count: null }), chunksDone: 1e6 }))).toBe(false));
});

test('what is not whole says why', () => {
  expect(endedEarly(progressWith({ chunksDone: 1, seeds: 200 }))).toBe('not done yet after 200 of 1000');
  expect(endedEarly(progressWith({ chunksDone: 1, seeds: 200, isStopped: true }))).toBe('stopped after 200 of 1000');
  expect(endedEarly(progressWith(whole))).toBeNull();
  expect(endedEarly(progressWith({ campaign: campaignWith({ count: null }), seeds: 5, aside: ['x'] }))).toBe(
    '1 chunk set aside: x',
  );
});

test('a worker that has been silent for 15 s is not counted, and one at another campaign adds nothing to the rate', () => {
  const workers = [
    workerWith(), workerWith({ pid: 2, saidMs: 1000 - silentMs }), workerWith({ pid: 3, campaign: 'another' }),
  ];
  expect(liveWorkers(workers, 1000).map(({ pid }) => pid)).toEqual([1, 3]);
  expect(progressLine(progressWith({ chunksDone: 2, seeds: 400, workers }), 1000)).toBe(
    '400/1,000 seeds  10 seeds/s  0 failures of 0 causes  2 workers  1m00s left',
  );
});

test('of a campaign without end there is nothing left to tell; of one that nobody is at, that', () => {
  expect(progressLine(progressWith({ campaign: campaignWith({ count: null }), seeds: 400 }), 0)).toBe(
    '400 seeds  0 seeds/s  0 failures of 0 causes  0 workers',
  );
  expect(progressLine(progressWith(), 0)).toBe(
    '0/1,000 seeds  0 seeds/s  0 failures of 0 causes  0 workers  nobody is at work on it',
  );
  expect(progressLine(progressWith(whole), 0)).toContain('no seed left');
  expect(progressLine(progressWith({ workers: [workerWith({ seedsPerSecond: 0 })] }), 1000)).toBe(
    '0/1,000 seeds  0 seeds/s  0 failures of 0 causes  1 worker  no rate yet',
  );
});

test('the status names workers, causes, chunks set aside and chunks of two digests', () => {
  const text = statusText(
    progressWith({
      chunksDone: 2, seeds: 400, violations: 3, workers: [workerWith()],
      causes: [{ cause: causeWith(), seeds: 3, isReported: false }], aside: ['seeds 1 to 200: why'],
      conflicts: [conflictText('seeds 201 to 400', 'aa bb')],
    }),
    1000,
  );
  expect(text).toBe([
    'swarm: seeds 1 to 1000, under way',
    '  campaign    swarm-1-1000-00000000',
    '  revision    0.1.0+aa.bb',
    '  progress    400/1,000 seeds  10 seeds/s  3 failures of 1 cause  1 worker  1m00s left',
    '  worker      here pid 1, 2 threads: 10 seeds/s',
    '  FAIL        0123abcd  Election Safety: two leaders in term 3 (seed 7 and 2 more; not shrunk yet)',
    '  SET ASIDE   seeds 1 to 200: why',
    '  TWO DIGESTS seeds 201 to 400: done twice, with digests aa and bb',
    '',
  ].join('\n'));
  expect(
    statusText(
      progressWith({ campaign: campaignWith({ first: { failing: [], told: [] } }), firstDone: ['canaries'] }),
      0,
    ),
  ).toContain('1 of 3 done');
});
