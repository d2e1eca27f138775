/** The page of a fleet: plain HTML, with everything that is to be seen, and whatever is in it escaped. */
import { expect, test } from 'vitest';
import { daysOf, fleetPage, type FleetFacts, type PageCampaign } from '../../../harness/fleet/page.ts';
import { campaignWith, causeWith } from '../../support/fleet-values.ts';

const campaign = (own: Partial<PageCampaign> = {}): PageCampaign =>
  ({ campaign: campaignWith(), state: 'done', seeds: 1000, violations: 2, digest: '00000000000000aa', neverMet: [], troubles: [], days: {}, ...own });
const entry = { scenario: 'swarm', cause: causeWith(), firstRevision: 'r1', lastRevision: 'r2', seeds: 3, isTold: false, closedBy: null };
const factsWith = (own: Partial<FleetFacts> = {}): FleetFacts =>
  ({ fleet: 'ours', made: '2026-01-31 12:00 UTC', campaigns: [campaign()], ledger: [entry], reported: new Set([entry.cause.key]), ...own });

test('it shows revisions, seeds, failures by cause with their report, what was never met, and what is not as it should be', () => {
  const page = fleetPage(factsWith({ campaigns: [campaign({ neverMet: ['installsAtCandidate'], troubles: ['seeds 1 to 200: it ended the process'] })] }));
  for (const text of ['Fleet ours', '1 failure open, 0 closed', '0.1.0+aa.bb', '<td>1,000</td><td>2</td>', 'installsAtCandidate', 'seeds 1 to 200: it ended the process', '<a href="failures/0123abcd.html">Election Safety: two leaders in term 3</a>', '2026-01-31 12:00 UTC']) {
    expect(page, text).toContain(text);
  }
});

test('a closed cause names the revision that closed it; one without report has no link', () => {
  const page = fleetPage(factsWith({ ledger: [{ ...entry, closedBy: 'r3' }], reported: new Set() }));
  expect(page).toContain('closed by r3');
  expect(page).toContain('0 failures open, 1 closed');
  expect(page).not.toContain('href=');
});

test('values of users are text', () => {
  const evil = '<script>"&\'</script>';
  const page = fleetPage(factsWith({ fleet: evil, ledger: [{ ...entry, scenario: evil, cause: causeWith({ property: evil, detail: evil }) }], campaigns: [campaign({ state: evil, neverMet: [evil], troubles: [evil], campaign: campaignWith({ revision: evil, id: evil, scenario: evil }) })] }));
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;&quot;&amp;');
});

test('it loads nothing: no script, no address but those of the reports', () => {
  const page = fleetPage(factsWith());
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(page).not.toMatch(/src=|url\(|https?:/);
});

test('seeds and failures by day are those of all campaigns, the newest day first', () => {
  const days = daysOf([{ days: { '2026-01-30 seeds': 10, '2026-01-30 violations': 1, '2026-01-31 seeds': 5, '2026-01-31 events': 999 } }, { days: { '2026-01-30 seeds': 7 } }]);
  expect(days).toEqual([{ day: '2026-01-31', seeds: 5, failures: 0 }, { day: '2026-01-30', seeds: 17, failures: 1 }]);
  expect(fleetPage(factsWith({ campaigns: [campaign({ days: { '2026-01-30 seeds': 86_400 } })] }))).toContain('<td>2026-01-30</td><td>86,400</td><td>1.00</td><td>0</td>');
});
