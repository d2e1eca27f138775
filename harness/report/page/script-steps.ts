/** The page's script, third part: the list of steps, the chosen one, the views, and the address that keeps them. */
export const stepsScript = String.raw`
var ROW = 26, steps = byId('steps'), stepsRows = byId('steps-rows');

/** @param isQuiet leaves the address as it is */
function select(place, isQuiet) {
  view.selected = Math.max(0, Math.min(current().rows.length - 1, place));
  reveal(current().rows[view.selected][AT]);
  scrollToSelected(); drawSteps(); showState(); tellFound(); draw();
  var row = current().rows[view.selected];
  byId('where').textContent = 'step ' + count(row[STEP]) + ' / ' + count(current().rows[current().rows.length - 1][STEP]);
  if (!isQuiet) keepAddress();
}

function addressOf() {
  var m = current();
  return '#step=' + nameOfRow(m, view.selected) + (view.which === 'full' ? '&run=full' : '') + (view.pastOf !== null ? '&past=' + nameOfRow(m, view.pastOf) : '') + (view.field ? '&field=' + encodeURIComponent(view.field) : '');
}

/** Browsers allow few changes of the address a second: of a key that is held down the last one counts. */
var addressAt = 0, addressTimer = null;
function keepAddress() {
  clearTimeout(addressTimer);
  var wait = Math.max(0, addressAt + 120 - performance.now());
  if (wait > 0) { addressTimer = setTimeout(keepAddress, wait); return; }
  addressAt = performance.now();
  if (location.hash !== addressOf()) history.replaceState(null, '', addressOf());
}

/** The nearest row before or after that the list shows. */
function move(by) {
  var at = shownAt(view.selected), next = view.shown[at >= 0 ? at + by : by > 0 ? ~at : ~at - 1];
  if (next !== undefined) select(next);
}

function scrollToSelected() {
  var at = shownAt(view.selected);
  byId('steps-space').style.height = view.shown.length * ROW + 'px';
  if (at < 0) return;
  if (at * ROW < steps.scrollTop) steps.scrollTop = Math.max(0, at * ROW - ROW);
  else if ((at + 1) * ROW > steps.scrollTop + steps.clientHeight) steps.scrollTop = (at + 2) * ROW - steps.clientHeight;
}

function drawSteps() {
  var m = current(), first = Math.max(0, Math.floor(steps.scrollTop / ROW) - 4), last = Math.min(view.shown.length, first + Math.ceil(steps.clientHeight / ROW) + 8);
  byId('steps-count').textContent = view.isShown ? count(view.shown.length) + ' of ' + count(m.rows.length) : count(m.rows.length);
  stepsRows.style.transform = 'translateY(' + first * ROW + 'px)';
  fillSteps(first, last);
  var isDrawn = document.getElementById('row-' + view.selected) !== null;
  if (isDrawn) steps.setAttribute('aria-activedescendant', 'row-' + view.selected); else steps.removeAttribute('aria-activedescendant');
}

function fillSteps(first, last) {
  var m = current(), items = [];
  for (var i = first; i < last; i++) {
    var place = view.shown[i], row = m.rows[place];
    var item = element('div', 'row ' + row[KIND] + (row[WEIGHT] === 0 ? ' quiet' : '') + (place === m.account.fatal ? ' fatal' : place === m.account.cause ? ' cause' : ''));
    item.id = 'row-' + place;
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', String(place === view.selected));
    item.setAttribute('aria-posinset', String(i + 1));
    item.setAttribute('aria-setsize', String(view.shown.length));
    item.dataset.place = String(place);
    item.append(element('span', 'n', count(row[STEP])), element('span', 't', ms(row[AT])), element('span', 'w', nodeOf(row)), element('span', 'm', tellOf(row)));
    item.title = tellOf(row);
    items.push(item);
  }
  if (view.shown.length === 0) { var none = element('div', 'row', 'Nothing is found.'); none.setAttribute('role', 'option'); none.setAttribute('aria-selected', 'false'); items.push(none); }
  stepsRows.replaceChildren.apply(stepsRows, items);
}

/** Which run, and the past of which of its rows (null for none), standing at which row; null keeps the moment. */
function show(which, pastOf, place, isQuiet) {
  var isOther = which !== view.which || place !== null, m = modelOf(which);
  if (place === null) place = which === view.which ? view.selected : m.account.fatal !== null ? m.account.fatal : m.rows.length - 1;
  view.which = which; view.pastOf = pastOf; view.selected = place;
  refresh();
  if (isOther) { setFolded(m.rows.length <= FOLD_MAX); fit(); }
  layout = null;
  ['run', 'full', 'past'].forEach(function (name) { byId('view-' + name).setAttribute('aria-pressed', String(name === 'past' ? pastOf !== null : name === which)); });
  byId('view-past').textContent = pastOf !== null ? 'Causal past of step ' + count(m.rows[pastOf][STEP]) : 'Causal past';
  byId('fatal').disabled = m.account.fatal === null;
  byId('cause').disabled = m.account.cause === null;
  showFaultsButton();
  steps.scrollTop = 0;
  select(place, isQuiet);
}

/** The run, its causal past, the full run, the causal past of that, and again. */
function nextView() {
  if (view.pastOf === null) return show(view.which, view.selected, null);
  if (data.full === null) return show(view.which, null, null);
  show(view.which === 'run' ? 'full' : 'run', null, null);
}

/** Short runs are mostly waiting: there the quiet is folded until the reader wants it otherwise. */
var FOLD_MAX = 400;
function setFolded(isFolded) { view.isFolded = isFolded; layout = null; fold(); byId('fold').setAttribute('aria-pressed', String(isFolded)); }

/** Stands where the address says; without a word of it, at the step that broke the property. */
function follow(isFirst) {
  var words = {};
  location.hash.slice(1).split('&').forEach(function (part) { var at = part.indexOf('='); if (at > 0) words[part.slice(0, at)] = part.slice(at + 1); });
  var isRow = /^\d+(\.\d+)?$/, which = words.run === 'full' && data.full !== null ? 'full' : 'run', m = modelOf(which);
  if (!isRow.test(words.step || '') && !isFirst) return;
  var place = isRow.test(words.step || '') ? rowOfName(m, words.step) : m.account.fatal !== null ? m.account.fatal : m.rows.length - 1;
  try { setField(decodeURIComponent(words.field || '')); } catch (error) { setField(''); }
  show(which, isRow.test(words.past || '') ? rowOfName(m, words.past) : null, place, true);
}

function setQuery(text) { view.query = text; refresh(); steps.scrollTop = 0; scrollToSelected(); drawSteps(); tellFound(); drawSoon(); }

/** Which of what the search has found the chosen step is. */
function tellFound() {
  var at = shownAt(view.selected), isAsked = view.query.trim() !== '';
  byId('found').textContent = !isAsked ? '' : view.shown.length === 0 ? 'none' : (at >= 0 ? count(at + 1) + ' of ' : '') + count(view.shown.length) + (at >= 0 ? '' : ' found');
  byId('found-previous').disabled = byId('found-next').disabled = !isAsked || view.shown.length === 0;
}

/** The next one that was found; behind the last one the first. */
function goFound(by) {
  var n = view.shown.length, at = shownAt(view.selected);
  if (n > 0) select(view.shown[((at >= 0 ? at + by : by > 0 ? ~at : ~at - 1) + n) % n]);
}

function showFaultsButton() {
  var never = current().account.faults.filter(function (fault) { return !fault.hasFired; }).length, button = byId('all-faults');
  button.hidden = never === 0;
  button.textContent = plural(never, 'fault') + ' never fired';
  button.setAttribute('aria-pressed', String(view.allFaults));
}
`;
