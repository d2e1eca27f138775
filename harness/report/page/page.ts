/** The page: one HTML file that needs no network. What is in it comes from a report and is escaped. */
import { createHash } from 'node:crypto';
import { differsText } from '../../same-run.ts';
import { count, plural, virtualTime } from '../../text/format.ts';
import { headlineOf } from '../forms.ts';
import type { Report } from '../report.ts';
import { printable, printableData } from '../../text/printable.ts';
import { reportText } from '../terminal.ts';
import { pageData, rolesOf } from './data.ts';
import { diagramScript } from './script-diagram.ts';
import { eventScript } from './script-events.ts';
import { modelScript } from './script-model.ts';
import { panelScript } from './script-panels.ts';
import { stepsScript } from './script-steps.ts';
import { pageStyle } from './style.ts';

export function reportPage(report: Report): string {
  const script = `(function () {\n'use strict';\n${[modelScript, diagramScript, stepsScript, panelScript, eventScript].join('\n')}\n})();`;
  const digest = createHash('sha256').update(script).digest('base64');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // Nothing is loaded, and no script runs but the one below, whatever the values hold.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${digest}'">`,
    `<title>${html(`${report.what}: ${headlineOf(report)}`.slice(0, 120))}</title>`,
    `<style>${pageStyle}</style>`,
    '</head>',
    '<body>',
    headerHtml(report),
    bodyHtml(report),
    `<script type="application/json" id="data">${json(pageData(report))}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function headerHtml(report: Report): string {
  const { verdict, meaning, shrunk, digests, differs, step, atUs, size, commands } = report;
  const word = { violation: 'FAIL', unknown: 'UNKNOWN', ok: 'PASS' }[verdict.kind];
  const isSame = differs.length === 0;
  const facts = [
    ['broken at', `step ${count(step)}, ${virtualTime(atUs)}`],
    ['cluster', `${plural(size.servers, 'server')}, ${plural(size.clients, 'client')}`],
    ...(shrunk === null ? [['steps', count(size.steps)]] : [
      ['steps', `${count(shrunk.before.steps)} \u2192 ${count(shrunk.after.steps)}`],
      ['faults', `${count(shrunk.before.faults)} \u2192 ${count(shrunk.after.faults)}`],
      ['operations', `${count(shrunk.before.operations)} \u2192 ${count(shrunk.after.operations)}`],
    ]),
    ['replayed twice', isSame ? `${digests[0]}, identical` : `NOT DETERMINISTIC: ${differsText(differs)}`],
  ];
  return `<header class="${verdict.kind}">
<div class="title"><span class="badge">${word}</span><h1>${html(verdict.kind === 'violation' ? verdict.property : word)}<span class="what">${html(`${report.system} \u00b7 ${report.what}`)}</span></h1>
<button id="theme" type="button" title="Light or dark">Theme</button></div>
<p class="detail">${html(verdict.kind === 'ok' ? 'Nothing is violated.' : verdict.detail)}</p>
${meaning === null ? '' : `<p class="meaning">${html(meaning)}</p>`}
<div class="under"><span class="command"><code id="command">${html(commands.replay)}</code><button id="copy" type="button">Copy</button></span>
<dl>${facts.map(([name, value]) => `<div><dt>${html(name!)}</dt><dd>${html(value!)}</dd></div>`).join('')}</dl></div>
</header>`;
}

const bodyHtml = (report: Report): string => `<main>
<nav class="bar" aria-label="View">
<div class="switch" role="group" aria-label="Which run">
<button type="button" id="view-run" aria-pressed="true">${report.shrunk === null ? 'Run' : 'Shrunk run'}</button>
<button type="button" id="view-full" aria-pressed="false"${report.full === null ? ' disabled' : ''}>Full run</button>
<button type="button" id="view-past" aria-pressed="false">Causal past</button>
</div>
<div class="stepper" role="group" aria-label="Step"><button type="button" id="previous" aria-label="Step before">\u25c0</button><output id="where"></output><button type="button" id="next" aria-label="Next step">\u25b6</button></div>
<div class="group" role="group" aria-label="Where to look"><button type="button" id="cause" title="Where what is wrong was done">First cause</button><button type="button" id="fatal" title="The step that broke the property">Broken here</button></div>
<div class="find" role="search"><label><span>Search</span><input id="search" type="search" placeholder="node, message, function \u2026" autocomplete="off" spellcheck="false"></label><div class="stepper" role="group" aria-label="What was found"><button type="button" id="found-previous" aria-label="Found before" disabled>\u25b4</button><button type="button" id="found-next" aria-label="Found next" disabled>\u25be</button></div><output id="found" aria-live="polite"></output></div>
<div class="stepper" role="group" aria-label="Zoom"><button type="button" id="out" aria-label="Zoom out">\u2212</button><button type="button" id="fit">Fit</button><button type="button" id="in" aria-label="Zoom in">+</button></div>
<button type="button" id="fold" class="toggle" aria-pressed="false" title="Give quiet stretches of time less room">Fold quiet time</button>
<button type="button" id="all-faults" class="toggle" aria-pressed="false" title="Show faults that the plan held and that never fired" hidden></button>
<p id="left-out" role="status"></p>
</nav>
<section class="card diagram" aria-labelledby="h-diagram"><h2 id="h-diagram">Space and time <small>virtual milliseconds</small></h2>
<div class="legend" aria-hidden="true">${legendHtml(report)}<span class="a delivered">delivered</span><span class="a late">late</span><span class="a twice">again</span><span class="a lost">lost \u00d7</span></div>
<div id="stage" tabindex="0" role="group" aria-label="Diagram"><canvas id="canvas" role="img" aria-label="Space-time diagram; the list of steps below says the same in words"></canvas><div id="tip" hidden></div></div></section>
<div class="columns">
<section class="card steps" aria-labelledby="h-steps"><h2 id="h-steps">Steps <small id="steps-count"></small></h2><div id="steps" role="listbox" tabindex="0" aria-labelledby="h-steps"><div id="steps-space" role="presentation"><div id="steps-rows" role="presentation"></div></div></div><p id="printed" class="meta"></p></section>
<section class="card" aria-labelledby="h-state"><h2 id="h-state">What changed <small id="state-where"></small></h2><div id="change" aria-live="polite"></div><h2 class="second">State of every server</h2><div id="state"></div>
<h2 class="second" id="h-field">When did a field change</h2><div class="fieldbar"><label><span class="away">Field</span><select id="field"></select></label><div class="stepper" role="group" aria-label="Change of the field"><button type="button" id="field-previous" aria-label="Change before">\u25c0</button><button type="button" id="field-next" aria-label="Next change">\u25b6</button></div></div><div id="field-changes"></div></section>
<section class="card" aria-labelledby="h-history"><h2 id="h-history">Linearizability</h2><div id="history"></div><h2 class="second">Faults in this run</h2><div id="faults"></div><h2 class="second">Differs from the plain configuration</h2><div id="configuration"></div></section>
</div>
<section class="columns two" id="contents" aria-label="What servers hold">
<div class="card"><h2>Logs by index <small id="logs-part"></small></h2><p class="legendline"><span class="committed">known committed</span><span class="open">not yet</span><span class="differs">servers differ</span></p><div id="logs"></div></div>
<div class="card"><h2>Held beside expected <small id="held-where"></small></h2><p class="meta" id="held-told"></p><div id="held"></div></div>
</section>
<details class="card" id="text"><summary>The report as text</summary><pre tabindex="0" role="region" aria-label="The report as text">${html(reportText(report, false))}</pre></details>
<p class="keys"><kbd>\u2190</kbd> <kbd>\u2192</kbd> step \u00b7 <kbd>Home</kbd> <kbd>End</kbd> ends \u00b7 <kbd>/</kbd> search \u00b7 <kbd>n</kbd> <kbd>N</kbd> next and previous found \u00b7 <kbd>+</kbd> <kbd>\u2212</kbd> <kbd>0</kbd> zoom \u00b7 <kbd>v</kbd> next view \u00b7 the address keeps step, run, past and field</p>
</main>`;

/** The roles that servers had, in their colours. */
function legendHtml(report: Report): string {
  const roles = rolesOf(report);
  const names = roles.length === 0 ? [{ name: 'up', colour: 'follower' }] : roles;
  const commit = report.run.lanes?.commit == null ? '' : '<span class="k commit">commits up to</span>';
  return `${names.map(({ name, colour }) => `<span class="k ${colour}">${html(name)}</span>`).join('')}<span class="k down">down</span>${commit}`;
}

const html = (text: string): string =>
  printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** No `<` is left in it, so that nothing in a value can end the script element or begin a comment. */
const json = (value: unknown): string => JSON.stringify(printableData(value)).replaceAll('<', '\\u003c');
