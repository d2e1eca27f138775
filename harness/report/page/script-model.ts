/** The page's script, first part: the accounts, the views of them, and states at a row. Runs in a browser. */
export const modelScript = String.raw`
var data = JSON.parse(document.getElementById('data').textContent);
var KIND = 0, STEP = 1, AT = 2, NODE = 3, EVENT = 4, TOLD = 5, WEIGHT = 6, EFFECTS = 7, CHANGED = 8, MESSAGE = 9, OPERATION = 10, CODE = 11, LOG = 12, HELD = 13;
var FROM = 0, TO = 1, WHAT = 2, SENT = 3, SENTBY = 4, DUE = 5, TAKEN = 6, FATE = 7;

function model(account) {
  var rows = account.rows, previous = [], last = {}, sentBy = {}, commits = [], highest = {}, ends = [], commit = account.lanes && account.lanes.commit, i;
  for (i = 0; i < rows.length; i++) {
    var node = rows[i][NODE], changed = rows[i][CHANGED];
    previous.push(node === null || last[node] === undefined ? -1 : last[node]);
    if (node === null) continue;
    last[node] = i;
    if (rows[i][KIND] === 'crash') highest[node] = 0;
    else if (commit && node < account.servers && changed[commit] > (highest[node] || 0)) { highest[node] = changed[commit]; commits.push([i, changed[commit]]); }
  }
  account.messages.forEach(function (message, m) {
    if (message[SENTBY] !== null) (sentBy[message[SENTBY]] = sentBy[message[SENTBY]] || []).push(m);
    var end = message[SENT];
    message[DUE].forEach(function (us) { if (us > end) end = us; });
    message[TAKEN].forEach(function (row) { if (rows[row][AT] > end) end = rows[row][AT]; });
    ends.push(end);
  });
  return { account: account, rows: rows, previous: previous, segments: roleSegments(account), sentBy: sentBy, ends: ends, commits: commits, texts: null, past: null, checkpoints: null };
}

/** Of each node: from when until when it had which role in which term, view or ballot. */
function roleSegments(account) {
  var lanes = account.lanes || { role: '', epoch: null };
  return segmentsOf(account, function (row, now) {
    if (row[KIND] === 'crash') return { role: 'down', term: null };
    var changed = row[CHANGED];
    return {
      role: changed[lanes.role] !== undefined && changed[lanes.role] !== null ? changed[lanes.role] : (now && now.role !== 'down' ? now.role : 'up'),
      term: lanes.epoch === null ? null : changed[lanes.epoch] !== undefined && changed[lanes.epoch] !== null ? changed[lanes.epoch] : (now ? now.term : null)
    };
  });
}

/** The same of one field: its value stands where the role and the term would. */
function fieldSegments(account, field) {
  return segmentsOf(account, function (row, now) {
    if (row[KIND] === 'crash') return { role: 'down', term: null };
    var value = row[CHANGED][field];
    return { role: 'value', term: value !== undefined ? value : (now && now.role !== 'down' ? now.term : null) };
  });
}

function segmentsOf(account, next) {
  var segments = account.nodes.map(function () { return []; }), present = account.nodes.map(function () { return null; });
  account.rows.forEach(function (row) {
    var n = row[NODE];
    if (n === null) return;
    var now = present[n], then = next(row, now);
    if (now && now.role === then.role && now.term === then.term) return;
    if (now) now.until = row[AT];
    present[n] = { from: row[AT], until: account.endUs, role: then.role, term: then.term };
    segments[n].push(present[n]);
  });
  return segments;
}

var models = { run: model(data.run), full: null };
/** The full run is read when it is first looked at. */
function modelOf(which) {
  if (which === 'full' && !models.full) models.full = model(data.full);
  return models[which];
}
/**
 * shown: places of rows in order; isShown: by place, null for all; pastOf: the row whose past is shown, null for none.
 */
var view = { which: 'run', pastOf: null, selected: 0, query: '', shown: [], isShown: null, field: '', isFolded: false, allFaults: false };

function current() { return modelOf(view.which); }
function tellOf(row) { return row[TOLD] === 0 ? row[EVENT] : row[TOLD]; }
function nodeOf(row) { return row[NODE] === null ? '' : current().account.nodes[row[NODE]]; }

function causalPast(m, root) {
  if (m.past && m.past.root === root) return m.past.seen;
  var seen = new Uint8Array(m.rows.length), open = [root];
  while (open.length > 0) {
    var place = open.pop();
    if (seen[place]) continue;
    seen[place] = 1;
    if (m.previous[place] >= 0) open.push(m.previous[place]);
    var message = m.rows[place][MESSAGE];
    if (message !== null && m.account.messages[message][SENTBY] !== null) open.push(m.account.messages[message][SENTBY]);
  }
  for (var i = 0; i <= root; i++) if (m.rows[i][NODE] === null) seen[i] = 1;
  m.past = { root: root, seen: seen };
  return seen;
}

/** What the search looks at, of every row; made once, before the first word is typed where there is time. */
function textsOf(m) {
  if (!m.texts) m.texts = m.rows.map(function (row, place) {
    return ('step ' + row[STEP] + ' ' + (row[NODE] === null ? '' : m.account.nodes[row[NODE]]) + ' ' + row[KIND] + ' ' + row[EVENT] + ' ' + (row[TOLD] || '') + ' ' + row[EFFECTS].join(' ') + ' ' + sentText(m, place) + ' ' + (row[CODE] || '')).toLowerCase();
  });
  return m.texts;
}

/** The rows that the list shows: those of the view that the search finds. */
function refresh() {
  var m = current(), words = view.query.toLowerCase().split(/\s+/).filter(Boolean), shown = [], n = m.rows.length;
  var past = view.pastOf !== null ? causalPast(m, view.pastOf) : null, texts = words.length > 0 ? textsOf(m) : null, isShown = past || texts ? new Uint8Array(n) : null;
  // More of the same word finds a part of what was found.
  var isPart = texts !== null && found !== null && found.m === m && found.pastOf === view.pastOf && view.query.indexOf(found.query) === 0, from = isPart ? found.shown : null;
  next: for (var at = 0; at < (from ? from.length : n); at++) {
    var i = from ? from[at] : at;
    if (past && !past[i]) continue;
    if (texts) for (var w = 0; w < words.length; w++) if (texts[i].indexOf(words[w]) < 0) continue next;
    shown.push(i);
    if (isShown) isShown[i] = 1;
  }
  found = texts ? { m: m, pastOf: view.pastOf, query: view.query, shown: shown } : null;
  view.shown = shown;
  view.isShown = isShown;
}
var found = null;

/** Where a row stands among those shown; where it is not, the complement of where it would. */
function shownAt(place) {
  var low = 0, high = view.shown.length;
  while (low < high) { var mid = (low + high) >> 1; if (view.shown[mid] < place) low = mid + 1; else high = mid; }
  return view.shown[low] === place ? low : ~low;
}

function sentText(m, place) {
  return (m.sentBy[place] || []).map(function (id) { return m.account.messages[id][WHAT]; }).join(' ');
}

/** Fields, log and holdings of a node; a crash ends them. */
function blank() { return { fields: {}, log: null, held: {} }; }
function take(state, row) {
  if (row[KIND] === 'crash') { state.fields = {}; state.log = null; state.held = {}; return; }
  var field, changed = row[CHANGED];
  for (field in changed) if (changed[field] === null) delete state.fields[field]; else state.fields[field] = changed[field];
  if (row[LOG]) state.log = logAfter(state.log, row[LOG]);
  if (row[HELD]) for (field in row[HELD]) if (row[HELD][field] === null) delete state.held[field]; else state.held[field] = row[HELD][field];
}
/** A log as its base and the entries behind it. */
function logAfter(log, change) {
  var kept = log ? log.entries.slice(Math.max(0, change.base[0] - log.base[0]), Math.max(0, change.from - 1 - log.base[0])) : [];
  return { base: change.base, entries: kept.concat(change.entries) };
}
function copyOf(state) { return { fields: Object.assign({}, state.fields), log: state.log, held: Object.assign({}, state.held) }; }

/** Every node's state after a row: from the nearest of the states that are kept, one in every EVERY rows. */
var EVERY = 500;
function statesAt(m, place) {
  if (!m.checkpoints) {
    var running = m.account.nodes.map(blank);
    m.checkpoints = [running.map(copyOf)];
    for (var i = 0; i < m.rows.length; i++) {
      if (m.rows[i][NODE] !== null) take(running[m.rows[i][NODE]], m.rows[i]);
      if ((i + 1) % EVERY === 0) m.checkpoints.push(running.map(copyOf));
    }
  }
  var at = Math.floor((place + 1) / EVERY), states = m.checkpoints[at].map(copyOf);
  for (var j = at * EVERY; j <= place; j++) if (m.rows[j][NODE] !== null) take(states[m.rows[j][NODE]], m.rows[j]);
  return states;
}

/** A node's fields before a row; for a boot, what it had before its crash. */
function stateBefore(m, place) {
  var row = m.rows[place], before = place;
  if (row[NODE] === null || m.previous[place] < 0) return {};
  if (row[EVENT] === 'boot' && m.rows[m.previous[place]][KIND] === 'crash') before = m.previous[place];
  return before === 0 ? {} : statesAt(m, before - 1)[row[NODE]].fields;
}

/**
 * A row in the address: its step; of a row that is none (a fault, a crash) also where it stands among the rows of that
 * number.
 */
function nameOfRow(m, place) {
  var step = m.rows[place][STEP];
  return placeOfStep(m, step) === place ? String(step) : step + '.' + (place - firstOfStep(m, step));
}
function rowOfName(m, name) {
  var parts = name.split('.'), step = Number(parts[0]);
  return Math.min(m.rows.length - 1, parts.length > 1 ? firstOfStep(m, step) + Number(parts[1]) : placeOfStep(m, step));
}
function firstOfStep(m, step) {
  var low = 0, high = m.rows.length;
  while (low < high) { var mid = (low + high) >> 1; if (m.rows[mid][STEP] < step) low = mid + 1; else high = mid; }
  return low;
}
function placeOfStep(m, step) {
  var first = firstOfStep(m, step);
  for (var i = first; i < m.rows.length && m.rows[i][STEP] === step; i++) if (m.rows[i][KIND] === 'step' || m.rows[i][KIND] === 'threw') return i;
  return Math.min(first, m.rows.length - 1);
}

var whole = new Intl.NumberFormat('en-US'), fine = new Intl.NumberFormat('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
function ms(us) { return (us % 1000 ? fine : whole).format(us / 1000); }
function count(value) { return whole.format(value); }
function plural(value, what) { return count(value) + ' ' + what + (value === 1 ? '' : 's'); }
function byId(id) { return document.getElementById(id); }
function element(tag, className, text) {
  var made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
function cell(text, className) { return element('td', className || '', text); }
/** A region that scrolls must be reached by the keyboard. */
function scrolling(inside, label) {
  var wrap = element('div', 'scroll');
  wrap.tabIndex = 0; wrap.setAttribute('role', 'region'); wrap.setAttribute('aria-label', label);
  wrap.append(inside);
  return wrap;
}
`;
