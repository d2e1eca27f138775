/**
 * The page's script, fourth part: what the chosen step changed, the states, logs and holdings then, and the facts of
 * the run.
 */
export const panelScript = String.raw`
function showState() {
  var m = current(), row = m.rows[view.selected], states = statesAt(m, view.selected);
  byId('state-where').textContent = (row[NODE] === null ? 'in the world' : 'at ' + nodeOf(row)) + ', step ' + count(row[STEP]) + ', ' + ms(row[AT]) + ' ms';
  showChange(m, row);
  showStates(m, row, states);
  showField(m);
  showLogs(m, row, states);
  showHeld(m, row, states);
}

function showChange(m, row) {
  var change = byId('change'), before = stateBefore(m, view.selected);
  change.textContent = '';
  change.append(element('p', 'story', (row[NODE] === null ? '' : nodeOf(row) + ' ') + tellOf(row)));
  var meta = element('p', 'meta'), parts = [];
  if (row[TOLD] !== 0) parts.push('on ' + row[EVENT]);
  if (row[CODE]) parts.push('handled in ' + row[CODE]);
  meta.append(parts.join(' \u00b7 '));
  if (row[MESSAGE] !== null) {
    var message = m.account.messages[row[MESSAGE]], text = 'sent by ' + m.account.nodes[message[FROM]] + ' at ' + ms(message[SENT]) + ' ms';
    if (parts.length) meta.append(' \u00b7 ');
    meta.append(message[SENTBY] === null ? text : linkTo(message[SENTBY], text));
  }
  if (meta.childNodes.length) change.append(meta);
  var diff = element('pre', 'diff'), any = false;
  if (row[KIND] !== 'crash') Object.keys(row[CHANGED]).forEach(function (field) {
    var was = before[field], is = row[CHANGED][field];
    if (was === is || (was === undefined && is === null)) return;
    any = true;
    if (was !== undefined) diff.append(element('span', 'del', '- ' + field + '  ' + was + '\n'));
    if (is !== null) diff.append(element('span', 'add', '+ ' + field + '  ' + is + '\n'));
  });
  if (any) change.append(diff); else if (row[NODE] !== null) change.append(element('p', 'none', row[KIND] === 'crash' ? 'Everything but the disk is lost.' : 'Its state does not change.'));
  var out = element('ul', 'out');
  (m.sentBy[view.selected] || []).forEach(function (id) {
    var message = m.account.messages[id], item = element('li');
    item.append(element('span', 'tag', 'to ' + m.account.nodes[message[TO]]), document.createTextNode(message[WHAT] + (message[FATE] === 'dropped' ? '  (lost)' : message[FATE] === 'cut' ? '  (way cut)' : '')));
    out.append(item);
  });
  row[EFFECTS].forEach(function (effect) { var item = element('li'); item.append(element('span', 'tag', 'effect'), document.createTextNode(effect)); out.append(item); });
  if (out.childNodes.length) change.append(out);
}

/** @param which the run that the place is of; the one that is shown, when none is named */
function linkTo(place, text, which) {
  var button = element('button', 'link', text);
  button.type = 'button';
  button.addEventListener('click', function () { if (which && (which !== view.which || view.pastOf !== null)) show(which, null, place); else select(place); });
  return button;
}

function showStates(m, row, states) {
  var servers = m.account.servers, fields = fieldsOf(m), box = byId('state'), table = element('table'), head = element('tr');
  head.append(cell('', 'corner'));
  for (var node = 0; node < servers; node++) head.append(headCell(m.account.nodes[node], 'col'));
  table.append(head);
  fields.forEach(function (field) {
    var line = element('tr');
    line.append(headCell(field, 'row'));
    for (var node = 0; node < servers; node++) {
      var value = states[node].fields[field];
      line.append(cell(value === undefined ? '' : String(value), row[NODE] === node && row[CHANGED][field] !== undefined ? 'new' : ''));
    }
    table.append(line);
  });
  refill(box, table, 'State of every server');
}

function headCell(text, scope) { var made = element('th', '', text); made.scope = scope; return made; }

/** Keeps where the reader had scrolled to, and the focus. */
function refill(box, table, label) {
  var wrap = box.firstChild;
  if (wrap && wrap.className === 'scroll') wrap.replaceChildren(table);
  else box.replaceChildren(scrolling(table, label));
}

/** The fields that servers have, in the order in which they turn up. */
function fieldsOf(m) {
  if (!m.fields) {
    var seen = {};
    m.rows.forEach(function (row) { if (row[NODE] !== null && row[NODE] < m.account.servers) for (var field in row[CHANGED]) seen[field] = true; });
    m.fields = Object.keys(seen);
  }
  return m.fields;
}

/** When one field changed: of every server the moments, in order. */
function changesOf(m, field) {
  if (m.changes && m.changes.field === field) return m.changes.list;
  var list = [], last = {};
  m.rows.forEach(function (row, place) {
    var node = row[NODE];
    if (node === null || node >= m.account.servers) return;
    if (row[CHANGED][field] === undefined) return;
    var is = row[KIND] === 'crash' ? null : row[CHANGED][field];
    if (last[node] !== is) list.push({ place: place, was: last[node], is: is });
    last[node] = is;
  });
  m.changes = { field: field, list: list };
  return list;
}

function setField(field) {
  view.field = field && fieldsOf(current()).indexOf(field) >= 0 ? field : '';
  var choice = byId('field');
  if (choice.options.length === 0) {
    choice.append(new Option(!data.run.lanes ? 'up or down' : data.run.lanes.epoch ? 'role and ' + data.run.lanes.epochName : 'role', ''));
    fieldsOf(modelOf('run')).forEach(function (name) { choice.append(new Option(name, name)); });
  }
  if (view.field && !Array.from(choice.options).some(function (option) { return option.value === view.field; })) choice.append(new Option(view.field, view.field));
  choice.value = view.field;
}

var FIELD_LINES = 9;
function showField(m) {
  var box = byId('field-changes');
  byId('field-previous').disabled = byId('field-next').disabled = !view.field;
  if (!view.field) { box.replaceChildren(element('p', 'none', 'Choose a field: the lanes of the diagram then show its values, and here is when it changed.')); return; }
  var list = changesOf(m, view.field), before = list.filter(function (one) { return one.place <= view.selected; }).length;
  var first = Math.max(0, Math.min(before - Math.ceil(FIELD_LINES / 2), list.length - FIELD_LINES)), part = list.slice(first, first + FIELD_LINES), made = element('table');
  part.forEach(function (one) {
    var row = m.rows[one.place], line = element('tr', one.place === view.selected ? 'here' : ''), link = cell('');
    link.append(linkTo(one.place, 'step ' + count(row[STEP])));
    line.append(link, cell(ms(row[AT]), 'num'), cell(nodeOf(row)), cell((one.was === undefined || one.was === null ? '' : one.was + ' ') + '\u2192 ' + (one.is === null ? row[KIND] === 'crash' ? 'down' : 'none' : one.is)));
    made.append(line);
  });
  var told = list.length <= FIELD_LINES ? plural(list.length, 'change') : 'changes ' + count(first + 1) + ' to ' + count(first + part.length) + ' of ' + count(list.length);
  box.replaceChildren(element('p', 'meta', told), made);
}
function goField(by) {
  var m = current(), list = changesOf(m, view.field), found = by > 0 ? list.find(function (one) { return one.place > view.selected; }) : list.findLast(function (one) { return one.place < view.selected; });
  if (found) select(found.place);
}

/** The servers' logs beside each other: a line an index, the newest last. */
var LOG_LINES = 100;
function showLogs(m, row, states) {
  var servers = m.account.servers, box = byId('logs'), card = byId('contents');
  card.hidden = !m.rows.some(function (one) { return one[LOG]; });
  if (card.hidden) return;
  var lowest = Infinity, highest = 0, node;
  for (node = 0; node < servers; node++) {
    var log = states[node].log;
    if (!log) continue;
    highest = Math.max(highest, log.base[0] + log.entries.length);
    lowest = Math.min(lowest, Math.max(1, log.base[0]));
  }
  if (lowest === Infinity) { byId('logs-part').textContent = ''; box.replaceChildren(element('p', 'none', 'Every server is down.')); return; }
  var first = Math.max(lowest, highest - LOG_LINES + 1), table = element('table', 'logs'), head = element('tr');
  head.append(headCell('index', 'col'));
  for (node = 0; node < servers; node++) head.append(headCell(m.account.nodes[node] + (states[node].log ? '' : ' (down)'), 'col'));
  table.append(head);
  for (var index = first; index <= highest; index++) {
    var line = element('tr'), cells = [], told = [];
    for (node = 0; node < servers; node++) {
      var made = logCell(states[node], index);
      if (made.title) told.push(made.title);
      cells.push(made);
    }
    line.append(headCell(count(index), 'row'));
    // Two entries at one index: only one of them can be committed.
    if (told.some(function (one) { return one !== told[0]; })) line.className = 'differs';
    line.append.apply(line, cells);
    table.append(line);
  }
  byId('logs-part').textContent = highest === 0 ? 'all are empty' : first > lowest ? 'index ' + count(first) + ' to ' + count(highest) + '; what is before is not shown' : 'index ' + count(first) + ' to ' + count(highest);
  refill(box, table, 'Logs by index');
  box.firstChild.scrollTop = box.firstChild.scrollHeight;
}

/** Its title is what tells one entry from another. */
function logCell(state, index) {
  var log = state.log, made = cell('');
  if (!log) return made;
  if (index <= log.base[0]) { made.className = 'base'; made.textContent = index === log.base[0] ? 'snapshot up to ' + log.base[0] + '/' + log.base[1] : '\u00b7'; return made; }
  var entry = log.entries[index - 1 - log.base[0]];
  if (!entry) return made;
  made.className = index <= (state.fields[data.run.lanes ? data.run.lanes.commit : ''] || 0) ? 'committed' : 'open';
  made.append(element('span', 'term', 't' + entry[0]), document.createTextNode(' ' + entry[1]));
  made.title = 't' + entry[0] + ' ' + entry[1];
  return made;
}

/** What servers hold beside what they must: of the node of the chosen step all of it, of the others what is wrong. */
function showHeld(m, row, states) {
  var servers = m.account.servers, box = byId('held'), shownNode = row[NODE] !== null && row[NODE] < servers ? row[NODE] : lastServer(m, states), table = element('table'), head = element('tr'), wrong = 0, lines = 0;
  ['', 'thing', 'holds', 'must hold'].forEach(function (name) { head.append(name ? headCell(name, 'col') : cell('')); });
  table.append(head);
  for (var k = 0; k < servers; k++) {
    var node = (shownNode + k) % servers, held = states[node].held;
    Object.keys(held).forEach(function (name) {
      var value = held[name], isWrong = value.length === 2;
      if (isWrong) wrong++;
      if (node !== shownNode && !isWrong) return;
      var line = element('tr', isWrong ? 'clash' : '');
      line.append(cell(m.account.nodes[node]), cell(name), cell(value[0] === null ? 'nothing' : value[0]), cell(value.length === 1 ? 'the same' : value.length === 3 ? 'not known' : value[1] === null ? 'nothing' : value[1]));
      table.append(line);
      lines++;
    });
  }
  byId('held-where').textContent = 'all of ' + m.account.nodes[shownNode] + ', of the others what is wrong';
  byId('held-told').textContent = wrong === 0 && lines === 0 ? m.account.nodes[shownNode] + ' holds nothing, or is down.' : wrong === 0 ? 'Nothing differs from what executing the committed entries gives.' : plural(wrong, 'thing') + (wrong === 1 ? ' differs' : ' differ') + ' from what executing the committed entries gives.';
  if (lines > 0) refill(box, table, 'What is held, beside what must be'); else box.replaceChildren();
}

/** The server that took the last step at or before the chosen one, of those that are up. */
function lastServer(m, states) {
  for (var i = view.selected; i >= 0; i--) { var node = m.rows[i][NODE]; if (node !== null && node < m.account.servers && states[node].log) return node; }
  return 0;
}

/** What can be said of the clients' history when nothing clashes that could be shown. */
function historySentence() {
  if (data.run.operations.length === 0) return 'No client asked for anything.';
  if (data.property === 'Linearizability') return 'The history of the clients is not linearizable' + (data.explainsHistory ? '; which operations clash could not be told.' : '. This system does not tell which operations clash.');
  if (data.verdict === 'unknown') return 'Whether the history of the clients is linearizable was not decided.';
  if (!data.explainsHistory) return 'This system does not tell of the history of its clients.';
  return data.verdict === 'ok' ? 'The history of the clients is linearizable.' : 'No contradiction was found in the history of the clients up to here: another property broke first.';
}

function showFacts() {
  var box = byId('history'), story = data.history, account = data.run;
  if (!story) box.append(element('p', 'none', historySentence()));
  else {
    box.append(element('p', 'story', (story.key === null ? '' : 'Key ' + story.key + ': ') + story.why));
    var list = element('table'), head = element('tr');
    ['client', 'operation', 'answer', 'ms'].forEach(function (name) { head.append(headCell(name, 'col')); });
    list.append(head);
    story.clash.forEach(function (id) {
      var operation = account.operations.find(function (one) { return one.id === id; }), line = element('tr', id === story.blocked ? 'clash' : '');
      line.append(cell(account.nodes[operation.client]), whatCell(operation), cell(operation.answer === null ? 'none' : operation.answer), cell(ms(operation.calledUs) + '\u2013' + (operation.returnedUs === null ? '' : ms(operation.returnedUs))));
      list.append(line);
    });
    box.append(scrolling(list, 'Operations that clash'));
    showAnswerPath(box);
    if (story.longest.length) box.append(element('p', 'meta', 'Longest order that can be explained: ' + story.longest.map(function (id) { var o = account.operations.find(function (one) { return one.id === id; }); return o.what + ' \u2192 ' + (o.answer === null ? '?' : o.answer); }).join(', ')));
  }
  showFaultTable();
  byId('configuration').append(data.configuration.length ? scrolling(table(['field', 'here', 'plain'], data.configuration.map(function (d) { return [d.field, d.value, d.plain === null ? '' : d.plain]; })), 'Configuration') : element('p', 'none', 'In nothing.'));
}

/** An operation, leading to the step at which its client heard the answer, or else asked. */
function whatCell(operation) {
  var place = data.run.rows.findLastIndex(function (row) { return row[OPERATION] === operation.id; });
  if (place < 0) return cell(operation.what);
  var made = cell('');
  made.append(linkTo(place, operation.what, 'run'));
  return made;
}

/** By which messages the client came to be told what has no place, each leading to the step that took it. */
function showAnswerPath(box) {
  if (!data.answerPath.length) return;
  var m = modelOf('run'), list = element('ul', 'out path');
  box.append(element('h3', '', 'How the answer came to be'));
  data.answerPath.forEach(function (place) {
    var row = m.rows[place], item = element('li'), message = row[MESSAGE] === null ? null : m.account.messages[row[MESSAGE]];
    item.append(element('span', 'tag', m.account.nodes[row[NODE]]), linkTo(place, 'step ' + count(row[STEP]), 'run'), document.createTextNode(message === null ? '  ' + tellOf(row) : '  takes ' + message[WHAT] + ' from ' + m.account.nodes[message[FROM]]));
    list.append(item);
  });
  var heard = data.answerPath[data.answerPath.length - 1], past = element('button', 'link', 'all that it hangs on'), line = element('p', 'meta');
  past.type = 'button';
  past.addEventListener('click', function () { show('run', heard, heard); });
  line.append('Its causal past: ', past);
  box.append(list, line);
}

/** Faults that fired; all that could, when that is asked for. */
function showFaultTable() {
  var shown = data.faults.filter(function (f) { return f.fired > 0 || view.allFaults; }), box = byId('faults');
  box.replaceChildren(shown.length ? table(['fault', 'could', 'fired', 'mattered'], shown.map(function (f) { return [f.kind, count(f.eligible), count(f.fired), count(f.mattered)]; })) : element('p', 'none', 'None fired.'));
  if (shown.length < data.faults.length) {
    var ask = element('button', 'link', plural(data.faults.length - shown.length, 'kind') + ' more could have, and never did');
    ask.type = 'button';
    ask.addEventListener('click', function () { setAllFaults(true); });
    box.append(ask);
  }
  var network = Object.keys(data.network).filter(function (name) { return data.network[name] > 0; }).map(function (name) { return name + ' ' + count(data.network[name]); });
  box.append(element('p', 'meta', 'Messages: ' + network.join(', ') + (data.proof ? '. Shrunk: ' + data.proof + '.' : '.')));
}

function table(names, lines) {
  var made = element('table'), head = element('tr');
  names.forEach(function (name, i) { var one = headCell(name, 'col'); if (i) one.className = 'num'; head.append(one); });
  made.append(head);
  lines.forEach(function (cells) { var line = element('tr'); cells.forEach(function (text, i) { line.append(cell(text, i ? 'num' : '')); }); made.append(line); });
  return made;
}
`;
