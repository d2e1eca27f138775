/** The page's script, last part: buttons, keys, pointer, print; and the beginning. */
export const eventScript = String.raw`
function click(id, act) { byId(id).addEventListener('click', act); }

byId('search').addEventListener('focus', function () { textsOf(current()); });
byId('search').addEventListener('input', function (event) { setQuery(event.target.value); });
byId('search').addEventListener('keydown', function (event) {
  if (event.key === 'Enter') goFound(event.shiftKey ? -1 : 1);
  if (event.key === 'Escape') { event.target.value = ''; setQuery(''); event.target.blur(); }
  event.stopPropagation();
});
click('found-previous', function () { goFound(-1); });
click('found-next', function () { goFound(1); });
click('previous', function () { move(-1); });
click('next', function () { move(1); });
click('fatal', function () { select(current().account.fatal); });
click('cause', function () { select(current().account.cause); });
click('view-run', function () { show('run', null, null); });
click('view-full', function () { show('full', null, null); });
click('view-past', function () { show(view.which, view.pastOf === null ? view.selected : null, null); });
click('in', function () { zoom(0.5); });
click('out', function () { zoom(2); });
click('fold', function () { setFolded(!view.isFolded); fit(); draw(); });
click('fit', function () { fit(); draw(); });
function setAllFaults(isAll) { view.allFaults = isAll; layout = null; showFaultsButton(); showFaultTable(); draw(); }
click('all-faults', function () { setAllFaults(!view.allFaults); });
byId('field').addEventListener('change', function (event) { setField(event.target.value); showField(current()); keepAddress(); draw(); });
click('field-previous', function () { goField(-1); });
click('field-next', function () { goField(1); });
click('copy', function () {
  var text = byId('command').textContent, done = function () { byId('copy').textContent = 'Copied'; setTimeout(function () { byId('copy').textContent = 'Copy'; }, 1500); };
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, choose); else choose();
  function choose() { var range = document.createRange(); range.selectNodeContents(byId('command')); getSelection().removeAllRanges(); getSelection().addRange(range); }
});
click('theme', function () {
  var root = document.documentElement, isDark = getComputedStyle(root).colorScheme.indexOf('dark') >= 0;
  root.dataset.theme = isDark ? 'light' : 'dark'; readColours(); draw();
});
steps.addEventListener('scroll', drawSteps);
steps.addEventListener('click', function (event) { var row = event.target.closest('.row'); if (row && row.dataset.place) select(Number(row.dataset.place)); });
document.addEventListener('keydown', function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  var done = true, isElsewhere = event.target.className === 'scroll';
  if ((event.key === 'ArrowRight' && !isElsewhere) || (event.key === 'ArrowDown' && event.target === steps)) move(1);
  else if ((event.key === 'ArrowLeft' && !isElsewhere) || (event.key === 'ArrowUp' && event.target === steps)) move(-1);
  else if (event.key === 'Home' && !isElsewhere) select(view.shown[0] || 0);
  else if (event.key === 'End' && !isElsewhere) select(view.shown[view.shown.length - 1] || 0);
  else if (event.key === '/') byId('search').focus();
  else if (event.key === 'n' && view.query) goFound(1);
  else if (event.key === 'N' && view.query) goFound(-1);
  else if (event.key === '+' || event.key === '=') zoom(0.5);
  else if (event.key === '-') zoom(2);
  else if (event.key === '0') { fit(); draw(); }
  else if (event.key === 'v') nextView();
  else done = false;
  if (done) event.preventDefault();
});

var drag = null;
canvas.addEventListener('mousemove', function (event) {
  if (drag) { var by = (drag.x - event.offsetX) / (width() - LEFT - RIGHT) * (drag.until - drag.from); drag.moved = drag.moved || Math.abs(drag.x - event.offsetX) > 3; time = { from: drag.from + by, until: drag.until + by }; draw(); return; }
  var hit = hitAt(event.offsetX, event.offsetY);
  tip.hidden = !hit;
  if (!hit) return;
  tip.textContent = tellHit(hit);
  tip.style.left = Math.max(0, Math.min(event.offsetX + 14, stage.clientWidth - tip.offsetWidth - 8)) + 'px';
  tip.style.top = event.offsetY + 16 + 'px';
});
canvas.addEventListener('mouseleave', function () { tip.hidden = true; drag = null; });
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
window.addEventListener('resize', function () { layout = null; drawSteps(); draw(); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () { readColours(); draw(); });

/** On paper: light, the text open, and the steps around the chosen one in full. */
var PRINTED_MAX = 300, beforePrint = null;
window.addEventListener('beforeprint', function () {
  var root = document.documentElement, text = byId('text'), at = Math.max(0, shownAt(view.selected)), first = Math.max(0, Math.min(at - PRINTED_MAX / 2, view.shown.length - PRINTED_MAX));
  beforePrint = { theme: root.dataset.theme, isOpen: text.open };
  root.dataset.theme = 'light'; text.open = true;
  readColours(); drawNow();
  fillSteps(first, Math.min(view.shown.length, first + PRINTED_MAX));
  byId('printed').textContent = view.shown.length > PRINTED_MAX ? 'Printed are ' + count(first + 1) + ' to ' + count(first + PRINTED_MAX) + ' of ' + count(view.shown.length) + '.' : '';
});
window.addEventListener('afterprint', function () {
  if (!beforePrint) return;
  var root = document.documentElement;
  if (beforePrint.theme) root.dataset.theme = beforePrint.theme; else delete root.dataset.theme;
  byId('text').open = beforePrint.isOpen; byId('printed').textContent = '';
  beforePrint = null;
  readColours(); drawSteps(); draw();
});

readColours(); showFacts(); follow(true);
(window.requestIdleCallback || setTimeout)(function () { textsOf(current()); });
`;
