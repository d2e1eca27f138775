/** The page's script, third part: the list of steps, the panels, keys, address and search. */
export const panelScript = String.raw`
var ROW = 26, steps = byId('steps'), stepsRows = byId('steps-rows');

function select(place, isQuiet) {
  view.selected = Math.max(0, Math.min(current().rows.length - 1, place));
  if (view.isPast && view.pastOf === undefined) view.pastOf = view.selected;
  reveal(current().rows[view.selected][AT]);
  scrollToSelected(); drawSteps(); showState(); draw();
  var row = current().rows[view.selected];
  byId('where').textContent = 'step ' + count(row[STEP]) + ' / ' + count(current().rows[current().rows.length - 1][STEP]);
  if (!isQuiet) history.replaceState(null, '', '#step=' + row[STEP] + (view.which === 'full' ? '&run=full' : '') + (view.isPast ? '&past=1' : ''));
}

/** The nearest row before or after that the list shows. */
function move(by) {
  var at = view.shown.indexOf(view.selected);
  if (at < 0) at = by > 0 ? view.shown.findIndex(function (place) { return place > view.selected; }) - 1 : view.shown.findLastIndex(function (place) { return place < view.selected; }) + 1;
  var next = view.shown[Math.max(0, Math.min(view.shown.length - 1, at + by))];
  if (next !== undefined) select(next);
}

function scrollToSelected() {
  var at = view.shown.indexOf(view.selected);
  if (at < 0) return;
  if (at * ROW < steps.scrollTop) steps.scrollTop = Math.max(0, at * ROW - ROW);
  else if ((at + 1) * ROW > steps.scrollTop + steps.clientHeight) steps.scrollTop = (at + 2) * ROW - steps.clientHeight;
}

function drawSteps() {
  var m = current(), first = Math.max(0, Math.floor(steps.scrollTop / ROW) - 4), last = Math.min(view.shown.length, first + Math.ceil(steps.clientHeight / ROW) + 8);
  byId('steps-space').style.height = view.shown.length * ROW + 'px';
  byId('steps-count').textContent = view.isShown ? count(view.shown.length) + ' of ' + count(m.rows.length) : count(m.rows.length);
  stepsRows.style.transform = 'translateY(' + first * ROW + 'px)';
  stepsRows.textContent = '';
  for (var i = first; i < last; i++) {
    var place = view.shown[i], row = m.rows[place];
    var item = element('div', 'row ' + row[KIND] + (row[WEIGHT] === 0 ? ' quiet' : '') + (place === m.account.fatal ? ' fatal' : ''));
    item.id = 'row-' + place;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', String(place === view.selected));
    item.setAttribute('aria-posinset', String(i + 1));
    item.setAttribute('aria-setsize', String(view.shown.length));
    item.dataset.place = String(place);
    item.append(element('span', 'n', count(row[STEP])), element('span', 't', ms(row[AT])), element('span', 'w', nodeOf(row)), element('span', 'm', tellOf(row)));
    item.title = tellOf(row);
    stepsRows.append(item);
  }
  if (view.shown.length === 0) stepsRows.append(element('p', 'none', 'Nothing is found.'));
  steps.setAttribute('aria-activedescendant', 'row-' + view.selected);
}

function showState() {
  var m = current(), row = m.rows[view.selected], change = byId('change'), before = stateBefore(m, view.selected);
  byId('state-where').textContent = (row[NODE] === null ? 'in the world' : 'at ' + nodeOf(row)) + ', step ' + count(row[STEP]) + ', ' + ms(row[AT]) + ' ms';
  change.textContent = '';
  change.append(element('p', 'story', (row[NODE] === null ? '' : nodeOf(row) + ' ') + tellOf(row)));
  var meta = [];
  if (row[TOLD] !== 0) meta.push('on ' + row[EVENT]);
  if (row[MESSAGE] !== null) meta.push('sent by ' + m.account.nodes[m.account.messages[row[MESSAGE]][FROM]] + ' at ' + ms(m.account.messages[row[MESSAGE]][SENT]) + ' ms');
  if (row[CODE]) meta.push('handled in ' + row[CODE]);
  if (meta.length) change.append(element('p', 'meta', meta.join(' \u00b7 ')));
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
  showStates(m, row);
}

function showStates(m, row) {
  var states = statesAt(m, view.selected), servers = m.account.servers, fields = [], box = byId('state');
  states.slice(0, servers).forEach(function (state) { Object.keys(state).forEach(function (field) { if (fields.indexOf(field) < 0) fields.push(field); }); });
  var wrap = element('div', 'scroll'), table = element('table'), head = element('tr');
  head.append(element('th'));
  for (var node = 0; node < servers; node++) head.append(element('th', '', m.account.nodes[node]));
  table.append(head);
  fields.forEach(function (field) {
    var line = element('tr');
    line.append(element('th', '', field));
    for (var node = 0; node < servers; node++) {
      var value = states[node][field];
      line.append(element('td', row[NODE] === node && row[CHANGED][field] !== undefined ? 'new' : '', value === undefined ? '' : String(value)));
    }
    table.append(line);
  });
  wrap.append(table); wrap.tabIndex = 0; wrap.setAttribute('role', 'region'); wrap.setAttribute('aria-label', 'State of every server');
  box.textContent = ''; box.append(wrap);
}

function showFacts() {
  var box = byId('history'), story = data.history, account = data.run;
  if (!story) box.append(element('p', 'none', account.operations.length ? 'The history of the clients up to here is linearizable: another property broke first.' : 'No client asked for anything.'));
  else {
    box.append(element('p', 'story', 'Key ' + story.key + ': ' + story.why));
    var list = element('table'), head = element('tr');
    ['client', 'operation', 'answer', 'ms'].forEach(function (name) { head.append(element('th', '', name)); });
    list.append(head);
    story.clash.forEach(function (id) {
      var operation = account.operations.find(function (one) { return one.id === id; }), line = element('tr', id === story.blocked ? 'clash' : '');
      line.append(element('td', '', account.nodes[operation.client]), element('td', '', operation.what), element('td', '', operation.answer === null ? 'none' : operation.answer), element('td', '', ms(operation.calledUs) + '\u2013' + (operation.returnedUs === null ? '' : ms(operation.returnedUs))));
      list.append(line);
    });
    box.append(list);
    if (story.longest.length) box.append(element('p', 'meta', 'Longest order that can be explained: ' + story.longest.map(function (id) { var o = account.operations.find(function (one) { return one.id === id; }); return o.what + ' \u2192 ' + (o.answer === null ? '?' : o.answer); }).join(', ')));
  }
  var faults = table(['fault', 'could', 'fired', 'mattered'], data.faults.map(function (f) { return [f.kind, count(f.eligible), count(f.fired), count(f.mattered)]; }));
  byId('faults').append(data.faults.length ? faults : element('p', 'none', 'None.'));
  var network = Object.keys(data.network).filter(function (name) { return data.network[name] > 0; }).map(function (name) { return name + ' ' + count(data.network[name]); });
  byId('faults').append(element('p', 'meta', 'Messages: ' + network.join(', ') + (data.proof ? '. Shrunk: ' + data.proof + '.' : '.')));
  byId('configuration').append(data.configuration.length ? table(['field', 'here', 'plain'], data.configuration.map(function (d) { return [d.field, d.value, d.plain === null ? '' : d.plain]; })) : element('p', 'none', 'In nothing.'));
}

function table(names, lines) {
  var made = element('table'), head = element('tr');
  names.forEach(function (name, i) { head.append(element('th', i ? 'num' : '', name)); });
  made.append(head);
  lines.forEach(function (cells) { var line = element('tr'); cells.forEach(function (cell, i) { line.append(element('td', i ? 'num' : '', cell)); }); made.append(line); });
  return made;
}

/** @param step to stand at; null keeps the moment */
function show(which, isPast, step) {
  var at = current().rows[view.selected][AT], isOther = which !== view.which;
  view.which = which; view.isPast = isPast; layout = null;
  var rows = current().rows, place = view.selected;
  if (step !== null) place = placeOf(step);
  else if (isOther) { place = rows.findIndex(function (row) { return row[AT] >= at; }); if (place < 0 || which === 'run') place = current().account.fatal === null ? rows.length - 1 : current().account.fatal; if (which === 'full' && current().account.fatal !== null) place = current().account.fatal; }
  view.pastOf = isPast ? place : undefined;
  refresh();
  if (isOther || step !== null) { setFolded(current().rows.length <= FOLD_MAX); fit(); }
  ['run', 'full', 'past'].forEach(function (name) { byId('view-' + name).setAttribute('aria-pressed', String(isPast ? name === 'past' : name === which)); });
  byId('view-past').textContent = isPast ? 'Causal past of step ' + count(rows[place][STEP]) : 'Causal past';
  arrange(); steps.scrollTop = 0; select(place);
}

/** Short runs are mostly waiting: there the quiet is folded until the reader wants it otherwise. */
var FOLD_MAX = 400;
function setFolded(isFolded) { view.isFolded = isFolded; fold(); byId('fold').setAttribute('aria-pressed', String(isFolded)); }

function placeOf(step) {
  var rows = current().rows, place = rows.findIndex(function (row) { return row[STEP] === step && (row[KIND] === 'step' || row[KIND] === 'threw'); });
  if (place < 0) place = rows.findIndex(function (row) { return row[STEP] >= step; });
  return place < 0 ? rows.length - 1 : place;
}

function follow(isFirst) {
  var match = /step=(\d+)/.exec(location.hash), isFull = /run=full/.test(location.hash) && models.full !== null, isPast = /past=1/.test(location.hash);
  var fatal = models[isFull ? 'full' : 'run'].account.fatal;
  if (match) show(isFull ? 'full' : 'run', isPast, Number(match[1]));
  else if (isFirst) { show('run', false, null); setFolded(current().rows.length <= FOLD_MAX); fit(); select(fatal === null ? current().rows.length - 1 : fatal, true); }
}

function setQuery(text) { view.query = text; refresh(); steps.scrollTop = 0; drawSteps(); draw(); }

byId('search').addEventListener('input', function (event) { setQuery(event.target.value); });
byId('search').addEventListener('keydown', function (event) {
  if (event.key === 'Enter') { var next = view.shown.find(function (place) { return event.shiftKey ? false : place > view.selected; }); select(next === undefined ? (view.shown[0] === undefined ? view.selected : view.shown[0]) : next); }
  if (event.key === 'Escape') { event.target.value = ''; setQuery(''); event.target.blur(); }
  event.stopPropagation();
});
byId('previous').addEventListener('click', function () { move(-1); });
byId('next').addEventListener('click', function () { move(1); });
byId('fatal').addEventListener('click', function () { if (current().account.fatal !== null) select(current().account.fatal); });
byId('view-run').addEventListener('click', function () { show('run', false, null); });
byId('view-full').addEventListener('click', function () { show('full', false, null); });
byId('view-past').addEventListener('click', function () { show(view.which, !view.isPast, null); });
byId('in').addEventListener('click', function () { zoom(0.5); });
byId('out').addEventListener('click', function () { zoom(2); });
byId('fold').addEventListener('click', function () { setFolded(!view.isFolded); fit(); draw(); });
byId('fit').addEventListener('click', function () { fit(); draw(); });
byId('copy').addEventListener('click', function () {
  var text = byId('command').textContent, done = function () { byId('copy').textContent = 'Copied'; setTimeout(function () { byId('copy').textContent = 'Copy'; }, 1500); };
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, choose); else choose();
  function choose() { var range = document.createRange(); range.selectNodeContents(byId('command')); getSelection().removeAllRanges(); getSelection().addRange(range); }
});
byId('theme').addEventListener('click', function () {
  var root = document.documentElement, isDark = getComputedStyle(root).colorScheme.indexOf('dark') >= 0;
  root.dataset.theme = isDark ? 'light' : 'dark'; readColours(); draw();
});
steps.addEventListener('scroll', drawSteps);
steps.addEventListener('click', function (event) { var row = event.target.closest('.row'); if (row) select(Number(row.dataset.place)); });
document.addEventListener('keydown', function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  var done = true;
  if (event.key === 'ArrowRight' || (event.key === 'ArrowDown' && event.target === steps)) move(1);
  else if (event.key === 'ArrowLeft' || (event.key === 'ArrowUp' && event.target === steps)) move(-1);
  else if (event.key === 'Home') select(view.shown[0] || 0);
  else if (event.key === 'End') select(view.shown[view.shown.length - 1] || 0);
  else if (event.key === '/') byId('search').focus();
  else if (event.key === '+' || event.key === '=') zoom(0.5);
  else if (event.key === '-') zoom(2);
  else if (event.key === '0') { fit(); draw(); }
  else if (event.key === 'v') { if (view.isPast) show(view.which, false, null); else if (view.which === 'run' && models.full) show('full', false, null); else show(view.which === 'full' ? 'run' : view.which, view.which === 'run', null); }
  else done = false;
  if (done) event.preventDefault();
});
canvas.addEventListener('mousemove', function (event) {
  if (drag) { var us = (drag.x - event.offsetX) / (width() - LEFT - RIGHT) * (drag.until - drag.from); drag.moved = drag.moved || Math.abs(drag.x - event.offsetX) > 3; time = { from: drag.from + us, until: drag.until + us }; draw(); return; }
  var hit = hitAt(event.offsetX, event.offsetY);
  tip.hidden = !hit;
  if (!hit) return;
  tip.textContent = hit.text();
  tip.style.left = Math.min(event.offsetX + 14, Math.max(0, stage.clientWidth - tip.offsetWidth - 8)) + 'px';
  tip.style.top = event.offsetY + 16 + 'px';
});
canvas.addEventListener('mouseleave', function () { tip.hidden = true; drag = null; });
var drag = null;
canvas.addEventListener('mousedown', function (event) { drag = { x: event.offsetX, from: time.from, until: time.until, moved: false }; tip.hidden = true; });
canvas.addEventListener('mouseup', function (event) {
  var was = drag; drag = null;
  if (was && was.moved) return;
  var hit = hitAt(event.offsetX, event.offsetY);
  if (hit && hit.row !== undefined && hit.row !== null) return select(hit.row);
  var us = usAt(event.offsetX), best = -1, gap = Infinity;
  view.shown.forEach(function (place) { var d = Math.abs(current().rows[place][AT] - us); if (d < gap) { gap = d; best = place; } });
  if (best >= 0) select(best);
});
canvas.addEventListener('wheel', function (event) { if (!event.ctrlKey && !event.shiftKey) return; event.preventDefault(); zoom(event.deltaY > 0 ? 1.25 : 0.8, placeAt(event.offsetX)); }, { passive: false });
window.addEventListener('hashchange', function () { follow(false); });
window.addEventListener('resize', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () { readColours(); draw(); });

readColours(); showFacts(); follow(true);
`;
