/** The page's script, first part: the accounts, the views of them, and states at a row. Runs in a browser. */
export const modelScript = String.raw`
var data = JSON.parse(document.getElementById('data').textContent);
var KIND = 0, STEP = 1, AT = 2, NODE = 3, EVENT = 4, TOLD = 5, WEIGHT = 6, EFFECTS = 7, CHANGED = 8, MESSAGE = 9, OPERATION = 10, CODE = 11;
var FROM = 0, TO = 1, WHAT = 2, SENT = 3, SENTBY = 4, DUE = 5, TAKEN = 6, FATE = 7;

function model(account) {
  var rows = account.rows, previous = [], last = {}, segments = account.nodes.map(function () { return []; }), sentBy = {}, i;
  for (i = 0; i < rows.length; i++) {
    var node = rows[i][NODE];
    previous.push(node === null || last[node] === undefined ? -1 : last[node]);
    if (node !== null) last[node] = i;
  }
  account.messages.forEach(function (message, m) {
    if (message[SENTBY] !== null) (sentBy[message[SENTBY]] = sentBy[message[SENTBY]] || []).push(m);
  });
  var present = account.nodes.map(function () { return null; });
  for (i = 0; i < rows.length; i++) {
    var row = rows[i], n = row[NODE];
    if (n === null) continue;
    var now = present[n], role, term;
    if (row[KIND] === 'crash') { role = 'down'; term = null; }
    else {
      var changed = row[CHANGED];
      role = changed.role !== undefined && changed.role !== null ? changed.role : (now && now.role !== 'down' ? now.role : 'up');
      term = changed.currentTerm !== undefined && changed.currentTerm !== null ? changed.currentTerm : (now ? now.term : null);
    }
    if (now && now.role === role && now.term === term) continue;
    if (now) now.until = row[AT];
    present[n] = { from: row[AT], until: account.endUs, role: role, term: term };
    segments[n].push(present[n]);
  }
  return { account: account, rows: rows, previous: previous, segments: segments, sentBy: sentBy };
}

var models = { run: model(data.run), full: data.full ? model(data.full) : null };
var view = { which: 'run', isPast: false, selected: 0, query: '', shown: [], isShown: null };

function current() { return models[view.which]; }
function tellOf(row) { return row[TOLD] === 0 ? row[EVENT] : row[TOLD]; }
function nodeOf(row) { return row[NODE] === null ? '' : current().account.nodes[row[NODE]]; }

function causalPast(m, root) {
  var seen = {}, open = [root];
  while (open.length > 0) {
    var place = open.pop();
    if (seen[place]) continue;
    seen[place] = true;
    if (m.previous[place] >= 0) open.push(m.previous[place]);
    var message = m.rows[place][MESSAGE];
    if (message !== null && m.account.messages[message][SENTBY] !== null) open.push(m.account.messages[message][SENTBY]);
  }
  for (var i = 0; i <= root; i++) if (m.rows[i][NODE] === null) seen[i] = true;
  return seen;
}

/** The rows that the list shows: those of the view that the search finds. */
function refresh() {
  var m = current(), words = view.query.toLowerCase().split(/\s+/).filter(Boolean), shown = [];
  var past = view.isPast ? causalPast(m, view.pastOf) : null;
  for (var i = 0; i < m.rows.length; i++) {
    if (past && !past[i]) continue;
    if (words.length > 0) {
      var row = m.rows[i];
      var text = ('step ' + row[STEP] + ' ' + nodeOf(row) + ' ' + row[KIND] + ' ' + row[EVENT] + ' ' + (row[TOLD] || '') + ' ' + row[EFFECTS].join(' ') + ' ' + sentText(m, i)).toLowerCase();
      if (!words.every(function (word) { return text.indexOf(word) >= 0; })) continue;
    }
    shown.push(i);
  }
  view.shown = shown;
  view.isShown = past || words.length > 0 ? new Set(shown) : null;
}

function sentText(m, place) {
  return (m.sentBy[place] || []).map(function (id) { return m.account.messages[id][WHAT]; }).join(' ');
}

/** Every node's fields after a row. */
function statesAt(m, place) {
  var states = m.account.nodes.map(function () { return {}; });
  for (var i = 0; i <= place; i++) {
    var row = m.rows[i];
    if (row[NODE] === null) continue;
    var state = states[row[NODE]];
    for (var field in row[CHANGED]) if (row[CHANGED][field] === null) delete state[field]; else state[field] = row[CHANGED][field];
  }
  return states;
}

/** A node's fields before a row; for a boot, what it had before its crash. */
function stateBefore(m, place) {
  var row = m.rows[place], state = {}, kept = {};
  for (var i = 0; i < place; i++) {
    var earlier = m.rows[i];
    if (earlier[NODE] !== row[NODE]) continue;
    if (earlier[KIND] === 'crash') kept = Object.assign({}, state);
    for (var field in earlier[CHANGED]) if (earlier[CHANGED][field] === null) delete state[field]; else state[field] = earlier[CHANGED][field];
  }
  return row[EVENT] === 'boot' ? kept : state;
}

var whole = new Intl.NumberFormat('en-US'), fine = new Intl.NumberFormat('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
function ms(us) { return (us % 1000 ? fine : whole).format(us / 1000); }
function count(value) { return whole.format(value); }
function byId(id) { return document.getElementById(id); }
function element(tag, className, text) {
  var made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
`;
