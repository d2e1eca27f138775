/** A fleet as one page of HTML that needs no network and no script. What is in it is escaped. */
import { count, plural } from '../text/format.ts';
import { askedText, type FleetCampaign } from './campaign.ts';
import type { LedgerEntry } from './ledger.ts';

export interface PageCampaign {
  readonly campaign: FleetCampaign;
  /** Such as `done` or `under way`. */
  readonly state: string;
  readonly seeds: number;
  readonly violations: number;
  readonly digest: string;
  /** Situations and kinds of fault that no seed met. */
  readonly neverMet: readonly string[];
  /** What is wrong beside failures: chunks set aside, chunks of two digests, regressions and canaries. */
  readonly troubles: readonly string[];
  /** `2026-01-31 seeds` and the like. */
  readonly days: Readonly<Record<string, number>>;
}

export interface FleetFacts {
  readonly fleet: string;
  /** Such as 2026-01-31 12:00 UTC. */
  readonly made: string;
  /** The oldest first. */
  readonly campaigns: readonly PageCampaign[];
  readonly ledger: readonly LedgerEntry[];
  /** Keys of causes that have a page of their own, failures/KEY.html. */
  readonly reported: ReadonlySet<string>;
}

export interface Day {
  readonly day: string;
  readonly seeds: number;
  readonly failures: number;
}

/** Over all campaigns, the newest first. */
export function daysOf(campaigns: readonly Pick<PageCampaign, 'days'>[]): readonly Day[] {
  const days = new Map<string, { seeds: number; violations: number }>();
  for (const [name, value] of campaigns.flatMap((one) => Object.entries(one.days))) {
    const [day, what] = name.split(' ') as [string, string];
    const known = days.get(day) ?? { seeds: 0, violations: 0 };
    days.set(
      day,
      what === 'seeds'
        ? { ...known, seeds: known.seeds + value }
        : what === 'violations'
          ? { ...known, violations: known.violations + value }
          : known,
    );
  }
  return [...days]
    .map(([day, { seeds, violations }]) => ({ day, seeds, failures: violations }))
    .sort((a, b) => (a.day < b.day ? 1 : -1));
}

export function fleetPage(facts: FleetFacts): string {
  const { fleet, made, campaigns, ledger } = facts;
  const open = ledger.filter(({ closedBy }) => closedBy === null);
  const newest = [...campaigns].reverse();
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${html(`Fleet ${fleet}: ${plural(open.length, 'open failure')}`)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>Fleet ${html(fleet)}</h1>`,
    `<p>${plural(
      campaigns.reduce((sum, { seeds }) => sum + seeds, 0), 'seed',
    )} in ${plural(campaigns.length, 'campaign')}; ${plural(open.length, 'failure')} open, ${count(ledger.length - open.length)} closed. As of ${html(made)}.</p>`,
    section(
      'Failures by cause',
      ledger.length === 0
        ? '<p>None so far.</p>'
        : tableOf(
            ['state', 'cause', 'scenario', 'seed', 'failing seeds', 'first met at', 'last met at'],
            ledger.map((entry) => causeCells(entry, facts)),
          ),
    ),
    section(
      'Revisions',
      tableOf(['revision', 'scenario', 'seeds', 'run', 'failing', 'state', 'digest'], newest.map(campaignCells)),
    ),
    ...newest
      .filter(({ troubles }) => troubles.length > 0)
      .map(({ campaign, troubles }) => section(`Not as it should be: ${campaign.id}`, listOf(troubles))),
    section(
      'Situations never met',
      newest
        .map(
          ({ campaign, neverMet }) =>
            `<h3>${html(campaign.id)}</h3>${neverMet.length === 0 ? '<p>All were met.</p>' : listOf(neverMet)}`,
        )
        .join('\n'),
    ),
    section('Seeds by day', daysTable(daysOf(campaigns))),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const section = (title: string, body: string): string => `<section><h2>${html(title)}</h2>\n${body}\n</section>`;
const listOf = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${html(item)}</li>`).join('')}</ul>`;

/** Cells are HTML. */
const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `<table><thead><tr>${heads.map((head) => `<th scope="col">${html(head)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</tbody></table>`,
  ].join('\n');

function causeCells(
  { scenario, cause, firstRevision, lastRevision, seeds, closedBy }: LedgerEntry, { reported }: FleetFacts,
): readonly string[] {
  const name = html(`${cause.property}: ${cause.detail}`);
  return [
    closedBy === null ? '<strong class="open">open</strong>' : `closed by ${html(closedBy)}`,
    reported.has(cause.key) ? `<a href="failures/${html(cause.key)}.html">${name}</a>` : name,
    html(scenario),
    count(cause.seed),
    count(seeds),
    html(firstRevision),
    html(lastRevision),
  ];
}

const campaignCells = ({ campaign, state, seeds, violations, digest }: PageCampaign): readonly string[] => [
  html(campaign.revision), html(campaign.scenario), html(askedText(campaign)), count(seeds), count(violations),
  html(state), html(digest),
];

function daysTable(days: readonly Day[]): string {
  const most = Math.max(1, ...days.map(({ seeds }) => seeds));
  return tableOf(
    ['day', 'seeds', 'seeds a second', 'failing', ''],
    days.map(({ day, seeds, failures }) => [
      html(day), count(seeds), (seeds / 86_400).toFixed(2), count(failures),
      `<meter min="0" max="${most}" value="${seeds}">${count(seeds)}</meter>`,
    ]),
  );
}

const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid #8886; vertical-align: top; }
.open { color: light-dark(#a40000, #ff8a80); }
ul { columns: 18rem; }
`.trim();
