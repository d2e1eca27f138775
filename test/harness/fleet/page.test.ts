/** The page of a fleet: plain HTML, with everything that is to be seen, and whatever is in it escaped. */
import { expect, test } from 'vitest';
import { daysOf, fleetPage, type FleetFacts, type PageCampaign } from '../../../harness/fleet/page.ts';
import { campaignWith, causeWith } from '../../support/fleet-values.ts';

const campaign = (own: Partial<PageCampaign> = {}): PageCampaign => ({
  campaign: campaignWith(), state: 'done', seeds: 1000, violations: 2, digest: '00000000000000aa', neverMet: [],
  troubles: [], days: {}, ...own,
});
const entry = {
  scenario: 'swarm', cause: causeWith(), firstRevision: 'r1', lastRevision: 'r2', seeds: 3, isTold: false,
  closedBy: null,
};
const factsWith = (own: Partial<FleetFacts> = {}): FleetFacts => ({
  fleet: 'ours', made: '2026-01-31 12:00 UTC', campaigns: [campaign()], ledger: [entry],
  reported: new Set([entry.cause.key]), ...own,
});

test('it shows revisions, seeds, failures by cause with their report, what was never met, and what is not as it should be', () => {
  const page = fleetPage(
    factsWith({
      campaigns: [campaign({ neverMet: ['installsAtCandidate'], troubles: ['seeds 1 to 200: it ended the process'] })],
    }),
  );
  for (const text of [
    'Fleet ours', '1 failure open, 0 closed', '0.1.0+aa.bb', '<td>1,000</td><td>2</td>', 'installsAtCandidate',
    'seeds 1 to 200: it ended the process',
    '<a href="failures/0123abcd.html">Election Safety: two leaders in term 3</a>', '2026-01-31 12:00 UTC',
  ]) {
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
  const page = fleetPage(
    factsWith({
      fleet: evil,
      ledger: [{ ...entry, scenario: evil, cause: causeWith({ property: evil, detail: evil }) }],
      campaigns: [
        campaign({
          state: evil, neverMet: [evil], troubles: [evil],
          campaign: campaignWith({ revision: evil, id: evil, scenario: evil }),
        }),
      ],
    }),
  );
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;&quot;&amp;');
});

test('it loads nothing: no script, no address but those of the reports', () => {
  const page = fleetPage(factsWith());
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(page).not.toMatch(/src=|url\(|https?:/);
});

test('seeds and failures by day are those of all campaigns, the newest day first', () => {
  const days = daysOf([
    { days: { '2026-01-30 seeds': 10, '2026-01-30 violations': 1, '2026-01-31 seeds': 5, '2026-01-31 events': 999 } },
    { days: { '2026-01-30 seeds': 7 } },
  ]);
  expect(days).toEqual([{ day: '2026-01-31', seeds: 5, failures: 0 }, { day: '2026-01-30', seeds: 17, failures: 1 }]);
  expect(fleetPage(factsWith({ campaigns: [campaign({ days: { '2026-01-30 seeds': 86_400 } })] }))).toContain(
    '<td>2026-01-30</td><td>86,400</td><td>1.00</td><td>0</td>',
  );
});

test('every section in full: the newest revision first, and what is not as it should be by its campaign', () => {
  const old = campaign({
    campaign: campaignWith({ id: 'old', revision: 'r1' }), seeds: 400, violations: 1, state: 'stopped', digest: 'd1',
    neverMet: ['a', 'b'], troubles: ['one', 'two'], days: { '2026-01-30 seeds': 400, '2026-01-30 violations': 3 },
  });
  const fresh = campaign({
    campaign: campaignWith({ id: 'new', revision: 'r2', count: null, from: 5 }), seeds: 800, violations: 0,
    state: 'under way', digest: 'd2', days: { '2026-01-31 seeds': 800 },
  });
  const closed = {
    ...entry, cause: causeWith({ key: 'ffffffff', property: 'Log Matching', detail: 'x', seed: 1234 }), seeds: 1000,
    firstRevision: 'r1', lastRevision: 'r1', closedBy: 'r2',
  };
  const page = fleetPage(factsWith({ campaigns: [old, fresh], ledger: [entry, closed] }));
  const body = page.slice(page.indexOf('<body>')).split('\n');
  expect(page).toContain('<title>Fleet ours: 1 open failure</title>');
  expect(body).toEqual([
    '<body>',
    '<h1>Fleet ours</h1>',
    '<p>1,200 seeds in 2 campaigns; 1 failure open, 1 closed. As of 2026-01-31 12:00 UTC.</p>',
    '<section><h2>Failures by cause</h2>',
    '<table><thead><tr><th scope="col">state</th><th scope="col">cause</th><th scope="col">scenario</th><th scope="col">seed</th><th scope="col">failing seeds</th><th scope="col">first met at</th><th scope="col">last met at</th></tr></thead>',
    '<tbody><tr><td><strong class="open">open</strong></td><td><a href="failures/0123abcd.html">Election Safety: two leaders in term 3</a></td><td>swarm</td><td>7</td><td>3</td><td>r1</td><td>r2</td></tr>',
    '<tr><td>closed by r2</td><td>Log Matching: x</td><td>swarm</td><td>1,234</td><td>1,000</td><td>r1</td><td>r1</td></tr></tbody></table>',
    '</section>',
    '<section><h2>Revisions</h2>',
    '<table><thead><tr><th scope="col">revision</th><th scope="col">scenario</th><th scope="col">seeds</th><th scope="col">run</th><th scope="col">failing</th><th scope="col">state</th><th scope="col">digest</th></tr></thead>',
    '<tbody><tr><td>r2</td><td>swarm</td><td>seeds from 5 on</td><td>800</td><td>0</td><td>under way</td><td>d2</td></tr>',
    '<tr><td>r1</td><td>swarm</td><td>seeds 1 to 1000</td><td>400</td><td>1</td><td>stopped</td><td>d1</td></tr></tbody></table>',
    '</section>',
    '<section><h2>Not as it should be: old</h2>',
    '<ul><li>one</li><li>two</li></ul>',
    '</section>',
    '<section><h2>Situations never met</h2>',
    '<h3>new</h3><p>All were met.</p>',
    '<h3>old</h3><ul><li>a</li><li>b</li></ul>',
    '</section>',
    '<section><h2>Seeds by day</h2>',
    '<table><thead><tr><th scope="col">day</th><th scope="col">seeds</th><th scope="col">seeds a second</th><th scope="col">failing</th><th scope="col"></th></tr></thead>',
    '<tbody><tr><td>2026-01-31</td><td>800</td><td>0.01</td><td>0</td><td><meter min="0" max="800" value="800">800</meter></td></tr>',
    '<tr><td>2026-01-30</td><td>400</td><td>0.00</td><td>3</td><td><meter min="0" max="800" value="400">400</meter></td></tr></tbody></table>',
    '</section>',
    '</body>',
    '</html>',
    '',
  ]);
  expect(fleetPage(factsWith({ ledger: [], campaigns: [] }))).toContain(
    '<section><h2>Failures by cause</h2>\n<p>None so far.</p>\n</section>',
  );
});
