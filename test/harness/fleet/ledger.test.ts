/** Failures over revisions: a cause is open until a later revision has run its seed again and met it nowhere. */
import { expect, test } from 'vitest';
import { ledgerOf, type LedgerCampaign } from '../../../harness/fleet/ledger.ts';
import { causeKey } from '../../../harness/fleet/causes.ts';
import { campaignWith, causeWith, failureWith, resultWith } from '../../support/fleet-values.ts';

const cause = causeWith({ key: causeKey('Election Safety', '') });
const met = [{ cause, seeds: 2, isReported: true }];
const at = (revision: string, own: Partial<LedgerCampaign> = {}, failing: readonly number[] = []): LedgerCampaign =>
  ({ campaign: campaignWith({ revision, first: { failing } }), causes: [], failingAgain: null, ...own });
const states = (...campaigns: readonly LedgerCampaign[]) => ledgerOf(campaigns).map(({ closedBy, seeds, firstRevision, lastRevision }) => ({ closedBy, seeds, firstRevision, lastRevision }));

test('it is open where it was met', () => {
  expect(states(at('r1', { causes: met }))).toEqual([{ closedBy: null, seeds: 2, firstRevision: 'r1', lastRevision: 'r1' }]);
});

test('a later revision closes it when its seed passes there', () => {
  expect(states(at('r1', { causes: met }), at('r2', { failingAgain: resultWith({ seeds: 1, passed: 1 }) }, [7]))).toMatchObject([{ closedBy: 'r2' }]);
});

test('not while its seed was not run again, not when it still fails, and not when fresh seeds meet it', () => {
  expect(states(at('r1', { causes: met }), at('r2', {}, [7]))).toMatchObject([{ closedBy: null }]);
  expect(states(at('r1', { causes: met }), at('r2', { failingAgain: resultWith({ seeds: 1 }) }, [8]))).toMatchObject([{ closedBy: null }]);
  expect(states(at('r1', { causes: met }), at('r2', { failingAgain: resultWith({ violations: [failureWith()] }) }, [7]))).toMatchObject([{ closedBy: null, seeds: 3, lastRevision: 'r2' }]);
  expect(states(at('r1', { causes: met }), at('r2', { causes: met, failingAgain: resultWith() }, [7]))).toMatchObject([{ closedBy: null, seeds: 4 }]);
});

test('what comes back is open again, and open ones stand first', () => {
  const other = { cause: causeWith({ key: 'ffffffff', property: 'Log Matching', seed: 50 }), seeds: 1, isReported: true };
  const ledger = ledgerOf([at('r1', { causes: [...met, other] }), at('r2', { failingAgain: resultWith() }, [7, 50]), at('r3', { causes: [other] })]);
  expect(ledger.map(({ cause: { key }, closedBy }) => [key, closedBy])).toEqual([['ffffffff', null], [cause.key, 'r2']]);
});

test('another scenario closes nothing', () => {
  const lab = { ...at('r2', { failingAgain: resultWith() }, [7]), campaign: campaignWith({ scenario: 'lab', revision: 'r2', first: { failing: [7] } }) };
  expect(states(at('r1', { causes: met }), lab)).toMatchObject([{ closedBy: null }]);
});
