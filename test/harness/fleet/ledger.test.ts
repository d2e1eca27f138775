/** Failures over revisions: a cause is open until a later revision has run its seed again and met it nowhere. */
import { describe, expect, test } from 'vitest';
import {
  firstOf, freshFrom, ledgerOf, type EarlierCampaign, type LedgerCampaign,
} from '../../../harness/fleet/ledger.ts';
import { causeKey } from '../../../harness/fleet/causes.ts';
import { campaignWith, causeWith, failureWith } from '../../support/fleet-values.ts';

const cause = causeWith({ key: causeKey('Election Safety', '') });
const met = [{ cause, seeds: 2, isReported: true }];
const at = (revision: string, own: Partial<LedgerCampaign> = {}, failing: readonly number[] = []): LedgerCampaign => ({
  campaign: campaignWith({ revision, first: { failing, told: [] } }), causes: [], told: [], hasRunFailing: false,
  ...own,
});
const states = (...campaigns: readonly LedgerCampaign[]) =>
  ledgerOf(campaigns).map(({ closedBy, seeds, firstRevision, lastRevision }) => ({
    closedBy, seeds, firstRevision, lastRevision,
  }));

test('it is open where it was met', () => {
  expect(states(at('r1', { causes: met }))).toEqual([
    { closedBy: null, seeds: 2, firstRevision: 'r1', lastRevision: 'r1' },
  ]);
});

test('a later revision closes it when its seed passes there', () => {
  expect(states(at('r1', { causes: met }), at('r2', { hasRunFailing: true }, [7]))).toMatchObject([{ closedBy: 'r2' }]);
});

test('not while its seed was not run again, and not when it is met again', () => {
  expect(states(at('r1', { causes: met }), at('r2', {}, [7]))).toMatchObject([{ closedBy: null }]);
  expect(states(at('r1', { causes: met }), at('r2', { hasRunFailing: true }, [8]))).toMatchObject([{ closedBy: null }]);
  expect(states(at('r1', { causes: met }), at('r2', { causes: met, hasRunFailing: true }, [7]))).toMatchObject([
    { closedBy: null, seeds: 4, lastRevision: 'r2' },
  ]);
});

test('what comes back is open again, and open ones stand first', () => {
  const other = {
    cause: causeWith({ key: 'ffffffff', property: 'Log Matching', seed: 50 }), seeds: 1, isReported: true,
  };
  const ledger = ledgerOf([
    at('r1', { causes: [...met, other] }), at('r2', { hasRunFailing: true }, [7, 50]), at('r3', { causes: [other] }),
  ]);
  expect(ledger.map(({ cause: { key }, closedBy }) => [key, closedBy])).toEqual([
    ['ffffffff', null], [cause.key, 'r2'],
  ]);
});

test('another scenario closes nothing', () => {
  const lab = {
    ...at('r2', { hasRunFailing: true }, [7]),
    campaign: campaignWith({ scenario: 'lab', revision: 'r2', first: { failing: [7], told: [] } }),
  };
  expect(states(at('r1', { causes: met }), lab)).toMatchObject([{ closedBy: null }]);
});

describe('the next revision', () => {
  const failed = (revision: string, seeds: readonly number[], own: Partial<EarlierCampaign> = {}): EarlierCampaign => ({
    ...at(revision, { causes: met, ...own }), violations: seeds.map((seed) => failureWith({ seed })), lastDone: null,
    ...own,
  });
  const from = (first: number, many: number): readonly number[] => Array.from({ length: many }, (_, i) => first + i);

  test('runs the seed that showed a cause first, whatever else failed: it alone can close it', () => {
    expect(firstOf([failed('r1', from(100, 500))]).failing).toEqual([7, ...from(100, 19)]);
  });

  test('runs at most 20 seeds of a cause over all revisions, the newest first', () => {
    expect(firstOf([failed('r1', from(100, 15)), failed('r2', from(200, 15))]).failing).toEqual([
      7, ...from(100, 4), ...from(200, 15),
    ]);
  });

  test('runs each seed once, and of each cause its own', () => {
    const other = {
      cause: causeWith({ key: causeKey('Log Matching', ''), property: 'Log Matching', seed: 50 }),
      seeds: 1,
      isReported: true,
    };
    const both = failed('r1', [7, 9], { causes: [...met, other] });
    expect(firstOf([both, failed('r2', [9, 7])]).failing).toEqual([7, 9, 50]);
  });

  test('runs what is closed as well', () => {
    const closed = at('r2', { hasRunFailing: true }, [7]);
    expect(firstOf([failed('r1', [7]), { ...closed, violations: [], lastDone: null }]).failing).toEqual([7]);
  });

  test('tells nobody again of what is open, and of what is not, or was told to nobody, as of any other', () => {
    const told = failed('r1', [7], { told: [cause.key] });
    const closed = { ...at('r2', { hasRunFailing: true }, [7]), violations: [], lastDone: null };
    const back = failed('r3', [9]);
    const toldOf = (...campaigns: readonly EarlierCampaign[]) => firstOf(campaigns).told;
    expect(toldOf(failed('r1', [7]))).toEqual([]);
    expect(toldOf(told)).toEqual([cause.key]);
    expect(toldOf(told, failed('r2', [7]))).toEqual([cause.key]);
    expect(toldOf(told, closed)).toEqual([]);
    expect(toldOf(told, closed, back)).toEqual([]);
    expect(toldOf(told, closed, { ...back, told: [cause.key] })).toEqual([cause.key]);
  });

  test('begins its fresh seeds behind the last that was run, under whichever revision', () => {
    const ran = (from: number, count: number | null, lastDone: number | null) => ({
      campaign: campaignWith({ from, count, chunkSeeds: 200 }), lastDone,
    });
    expect(freshFrom([])).toBe(1);
    expect(freshFrom([ran(1, null, null)])).toBe(1);
    expect(freshFrom([ran(1, null, 2), ran(1, 450, 2), ran(101, null, 0)])).toBe(601);
    expect(freshFrom([ran(1, 450, 2)])).toBe(451);
  });
});
