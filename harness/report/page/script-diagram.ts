/** The page's script, second part: the diagram on a canvas. Only what is in view is drawn. */
export const diagramScript = String.raw`
var canvas = byId('canvas'), stage = byId('stage'), tip = byId('tip'), pen = canvas.getContext('2d');
var LEFT = 64, RIGHT = 18, TOP = 30, FAULT = 22, LANE = 68, BAR = 30, CLIENT = 34, OP = 20, MESSAGES_MAX = 800, LABELLED_MAX = 60;
var time = { from: 0, until: 1 }, colours = {}, layout = null, hits = [];

function readColours() {
  var style = getComputedStyle(document.documentElement);
  ['page', 'card', 'line', 'soft', 'ink', 'dim', 'faint', 'accent', 'bad', 'good', 'leader', 'candidate', 'follower', 'role1', 'role2', 'role3', 'followerink', 'onbar', 'msg', 'late', 'twice', 'fault', 'faultsoft', 'op', 'opopen', 'window'].forEach(function (name) {
    colours[name] = style.getPropertyValue('--' + name).trim();
  });
}

/** Faults that fired, in the order of their beginnings; all of them when that is asked for. */
function faultsShown() {
  return current().account.faults.filter(function (fault) { return fault.hasFired || view.allFaults; }).sort(function (a, b) { return a.fromUs - b.fromUs; });
}

/** Fault lanes: as few as hold all faults side by side. Clients that never ask for anything have no lane. */
function arrange() {
  var account = current().account, ends = [], faults = faultsShown(), room = (placeOfUs(account.endUs) - placeOfUs(0)) * (width() < 600 ? 0.5 : 0.24), faultLane = faults.map(function (fault) {
    var lane = 0, from = placeOfUs(fault.fromUs);
    while (ends[lane] !== undefined && ends[lane].until > from) lane++;
    ends[lane] = { until: Math.max(placeOfUs(fault.untilUs), from + room) };
    return lane;
  });
  var top = TOP + ends.length * FAULT + (ends.length ? 14 : 4), y = {}, clients = [];
  for (var node = 0; node < account.servers; node++) y[node] = top + node * LANE;
  top += account.servers * LANE;
  var seen = {};
  account.operations.forEach(function (operation) { if (!seen[operation.client]) { seen[operation.client] = true; clients.push(operation.client); } });
  clients.sort(function (a, b) { return a - b; }).forEach(function (client, i) { y[client] = top + i * CLIENT; });
  layout = { faults: faults, faultLane: faultLane, faultLanes: ends.length, y: y, clients: clients, height: top + clients.length * CLIENT + 40 };
  LEFT = Math.max(width() < 600 ? 36 : 64, Math.ceil(longestName()) + 14);
}

/** The margin is as wide as the longest name in it, so that each stands there whole. */
function longestName() {
  var names = Object.keys(layout.y).map(function (node) { return current().account.nodes[node]; });
  pen.font = '11.5px ' + family;
  return Math.max.apply(null, names.concat(layout.faultLanes > 0 ? 'faults' : '').map(function (name) { return pen.measureText(name).width; }));
}

/** Asked of the document once for each drawing: it is needed for every mark. */
var wide = canvas.clientWidth, family = getComputedStyle(canvas).fontFamily;
function width() { return wide; }
function measure() { if (canvas.clientWidth !== wide) { wide = canvas.clientWidth; layout = null; } }
function barOf(node) { return node < current().account.servers ? BAR : OP; }

/** Quiet time folded: a gap between two events takes room by its logarithm. Unfolded, a place is a time. */
var knots = null, FOLDED = 1000;
function fold() {
  knots = null;
  if (!view.isFolded) return;
  var m = current(), seen = new Set([0, m.account.endUs]);
  m.rows.forEach(function (row) { seen.add(row[AT]); });
  m.account.messages.forEach(function (message) { message[DUE].forEach(function (us) { if (us <= m.account.endUs) seen.add(us); }); });
  m.account.faults.forEach(function (fault) { seen.add(fault.fromUs); seen.add(fault.untilUs); });
  var times = Array.from(seen).sort(function (a, b) { return a - b; }), place = 0;
  knots = times.map(function (us, i) { if (i > 0) place += Math.max(250, FOLDED * Math.log2(1 + (us - times[i - 1]) / FOLDED)); return [us, place]; });
}
function between(value, from, to) {
  if (!knots) return value;
  var low = 0, high = knots.length - 1;
  if (value <= knots[0][from]) return knots[0][to] + value - knots[0][from];
  if (value >= knots[high][from]) return knots[high][to] + value - knots[high][from];
  while (high - low > 1) { var mid = (low + high) >> 1; if (knots[mid][from] <= value) low = mid; else high = mid; }
  return knots[low][to] + (value - knots[low][from]) / (knots[high][from] - knots[low][from]) * (knots[high][to] - knots[low][to]);
}
function placeOfUs(us) { return between(us, 0, 1); }
function xAt(place) { return LEFT + ((place - time.from) / (time.until - time.from)) * (width() - LEFT - RIGHT); }
function xOf(us) { return xAt(placeOfUs(us)); }
function placeAt(x) { return time.from + ((x - LEFT) / (width() - LEFT - RIGHT)) * (time.until - time.from); }
function usAt(x) { return between(placeAt(x), 1, 0); }
function fromUs() { return between(time.from, 1, 0); }
function untilUs() { return between(time.until, 1, 0); }

function fit() {
  var account = current().account, rows = current().rows, first = 0;
  // A run of which the beginning is quiet begins shortly before its first event of note.
  for (var i = 0; i < rows.length; i++) if (rows[i][WEIGHT] > 0) { first = rows[i][AT]; break; }
  var from = placeOfUs(first), until = placeOfUs(account.endUs), room = Math.max(300, (until - from) * 0.04);
  time = { from: from - room, until: until + room };
}

function zoom(factor, aroundPlace) {
  var around = aroundPlace === undefined ? placeOfUs(current().rows[view.selected][AT]) : aroundPlace;
  var span = Math.min(Math.max((time.until - time.from) * factor, 200), placeOfUs(current().account.endUs) * 1.2 + 2000);
  var share = (around - time.from) / (time.until - time.from);
  if (share < 0 || share > 1) share = 0.5;
  time = { from: around - span * share, until: around + span * (1 - share) };
  draw();
}

function reveal(us) {
  var span = time.until - time.from, place = placeOfUs(us);
  if (place >= time.from + span * 0.02 && place <= time.until - span * 0.02) return;
  time = { from: place - span / 2, until: place + span / 2 };
}

/** Drawn once before the next frame, however often it is asked for: typing does not wait for it. */
var isDue = false;
function draw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(function () { isDue = false; drawNow(); });
}
/** When the typing pauses: the list has answered by then. */
var pause = null;
function drawSoon() { clearTimeout(pause); pause = setTimeout(draw, 150); }

/** What does not depend on the chosen step is drawn once for each view and kept. */
var kept = document.createElement('canvas'), keptPen = kept.getContext('2d'), keptKey = '', keptHits = [], keptLabels = [], leftOut = 0, labelled = [];

function drawNow() {
  measure();
  if (!layout) arrange();
  var ratio = window.devicePixelRatio || 1, w = width(), h = layout.height;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
    canvas.style.height = h + 'px';
    canvas.width = kept.width = Math.round(w * ratio);
    canvas.height = kept.height = Math.round(h * ratio);
    keptKey = '';
  }
  var key = [time.from, time.until, view.which, view.pastOf, view.query, view.isFolded, view.allFaults, view.field, w, h, ratio, colours.page].join(' '), shownPen = pen;
  if (key !== keptKey) {
    keptKey = key;
    pen = keptPen;
    hits = []; labels = []; barTexts = [];
    onto(ratio, w, h, function () { drawAxis(w, h); drawWindow(h); drawFaults(); drawLanes(w); drawOperations(); leftOut = drawMessages(); drawCommits(); drawRows(); writeOnBars(); });
    drawNames();
    keptHits = hits; keptLabels = labels;
    pen = shownPen;
  }
  hits = keptHits;
  labels = keptLabels.slice();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(kept, 0, 0);
  write(ratio);
  pen.save();
  pen.beginPath(); pen.rect(LEFT - 1, 0, w - LEFT + 1, h); pen.clip();
  drawChosen(); drawGuides(h); labelMessages();
  pen.restore();
  tellLeftOut(leftOut);
}

function write(ratio) {
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = '11.5px ' + family;
  pen.textBaseline = 'middle';
}
function onto(ratio, w, h, paint) {
  write(ratio);
  pen.clearRect(0, 0, w, h);
  pen.save();
  pen.beginPath(); pen.rect(LEFT - 1, 0, w - LEFT + 1, h); pen.clip();
  paint();
  pen.restore();
}

/** What is written on bars is written last, so that no arrow crosses it out. */
var barTexts = [];
function writeOnBars() {
  pen.textAlign = 'left'; pen.lineWidth = 3; pen.lineJoin = 'round';
  barTexts.forEach(function (one) {
    pen.strokeStyle = one.bar; pen.strokeText(one.text, one.x, one.y);
    pen.fillStyle = one.colour; pen.fillText(one.text, one.x, one.y);
  });
}

/** What is written and what stands in the way: left, right, top, bottom. */
var labels = [];
function isFree(a, b, top, bottom) {
  return a >= LEFT && b <= width() - 2 && !labels.some(function (other) { return a < other[1] && b > other[0] && top < other[3] && bottom > other[2]; });
}
/** Writes a text where there is room for it. @returns whether there was */
function writeAt(text, x, y, colour) {
  var w = pen.measureText(text).width;
  if (!isFree(x - 2, x + w + 2, y - 7, y + 7)) return false;
  labels.push([x - 2, x + w + 2, y - 7, y + 7]);
  pen.textAlign = 'left';
  pen.lineWidth = 3; pen.strokeStyle = colours.card; pen.strokeText(text, x, y);
  pen.fillStyle = colour; pen.fillText(text, x, y);
  return true;
}
/** As much of a text as there is room for; "" when that is next to nothing. */
function shortened(text, room) {
  if (pen.measureText(text).width <= room) return text;
  var fits = Math.floor(room / pen.measureText('0').width) - 1;
  return fits < 3 ? '' : text.slice(0, fits) + '\u2026';
}

/** The messages that the chosen step took and sent. */
function drawChosen() {
  var m = current();
  chosenMessages(m).forEach(function (id) { drawMessage(m, id, true); });
}
function chosenMessages(m) {
  var message = m.rows[view.selected][MESSAGE], ids = (m.sentBy[view.selected] || []).slice();
  if (message !== null) ids.push(message);
  return ids.filter(function (id) { var one = m.account.messages[id]; return layout.y[one[FROM]] !== undefined && layout.y[one[TO]] !== undefined; });
}

/** What is said along the arrows: of the chosen step first, then of the others, where there are few. */
function labelMessages() {
  var m = current(), chosen = chosenMessages(m);
  chosen.forEach(function (id) { labelMessage(m, id, colours.accent); });
  labelled.forEach(function (id) { if (chosen.indexOf(id) < 0) labelMessage(m, id, m.account.messages[id][DUE].length === 0 && m.account.messages[id][TAKEN].length === 0 ? colours.bad : colours.dim); });
}

function drawAxis(w, h) {
  pen.textAlign = 'center';
  if (knots) return drawFoldedAxis(h);
  var span = time.until - time.from, raw = span / Math.max(2, (w - LEFT) / 130), unit = Math.pow(10, Math.floor(Math.log10(raw)));
  var by = [1, 2, 5, 10].map(function (k) { return k * unit; }).find(function (u) { return u >= raw; });
  for (var us = Math.max(0, Math.ceil(time.from / by) * by); us <= time.until; us += by) tick(us, xOf(us), h);
}

/** A mark at each moment at which something happens, as far as there is room; folds are hatched. */
function drawFoldedAxis(h) {
  var last = -Infinity;
  knots.forEach(function (knot, i) {
    var x = xAt(knot[1]), before = i > 0 ? knots[i - 1] : null;
    if (x < LEFT || x > width() + 60) return;
    if (before && knot[0] - before[0] > FOLDED * 12) {
      var middle = (xAt(before[1]) + x) / 2;
      pen.strokeStyle = colours.line; pen.lineWidth = 1; pen.setLineDash([1, 4]); line(middle, 22, middle, h - 34); pen.setLineDash([]);
    }
    var room = pen.measureText(ms(knot[0])).width / 2 + 7;
    if (x - room < last) return;
    last = x + room;
    tick(knot[0], x, h);
  });
}

function tick(us, at, h) {
  var x = Math.round(at) + 0.5, text = ms(Math.round(us)), half = pen.measureText(text).width / 2;
  pen.strokeStyle = colours.soft; pen.lineWidth = 1; line(x, 22, x, h - 34);
  if (x - half < LEFT || x + half > width() - 2) return;
  pen.textAlign = 'center'; pen.fillStyle = colours.dim; pen.fillText(text, x, 11);
}

/** What is not linearizable: from the first call to the last return of the operations that clash. */
function drawWindow(h) {
  var range = clashRange();
  if (!range) return;
  var a = xOf(range[0]), b = Math.max(xOf(range[1]), xOf(range[0]) + 3);
  pen.fillStyle = colours.window; pen.fillRect(a, 22, b - a, h - 56);
  note('not linearizable', (Math.max(a, LEFT) + Math.min(b, width())) / 2, h - 25, colours.bad);
}

/** Below the lanes, in the middle of a place, but within the frame. */
function note(text, middle, y, colour) {
  var w = pen.measureText(text).width, x = Math.max(LEFT + 2, Math.min(width() - 4 - w, middle - w / 2));
  writeAt(text, x, y, colour);
}

function clashRange() {
  if (!data.history || view.which !== 'run') return null;
  var account = current().account, from = Infinity, until = 0;
  account.operations.forEach(function (operation) {
    if (data.history.clash.indexOf(operation.id) < 0) return;
    from = Math.min(from, operation.calledUs);
    until = Math.max(until, operation.returnedUs === null ? account.endUs : operation.returnedUs);
  });
  return from <= until ? [from, until] : null;
}

function drawFaults() {
  var written = [];
  layout.faults.forEach(function (fault, i) {
    var a = xOf(fault.fromUs), b = Math.max(a + 4, xOf(fault.untilUs)), lane = layout.faultLane[i], y = TOP + lane * FAULT;
    if (b < LEFT || a > width()) return;
    pen.fillStyle = colours.faultsoft; rounded(a, y, b - a, 16, 3); pen.fill();
    if (!fault.hasFired) { pen.strokeStyle = colours.fault; pen.lineWidth = 1; pen.setLineDash([3, 3]); pen.stroke(); pen.setLineDash([]); }
    pen.fillStyle = colours.fault; pen.fillRect(a, y, 3, 16);
    var label = fault.kind + (fault.what ? ' ' + fault.what : '') + (fault.hasFired ? '' : ' (never fired)');
    var next = layout.faultLane.indexOf(lane, i + 1), end = width() - 2, until = next < 0 ? end : Math.min(end, xOf(layout.faults[next].fromUs) - 6);
    var place = placeOfLabel(label, Math.max(a, LEFT) + 8, Math.min(b, end) - 4, Math.max(LEFT, written[lane] || 0) + 6, a - 6, b + 6, until);
    written[lane] = Math.max(b, place.right);
    pen.textAlign = 'left';
    if (place.text) { pen.fillText(place.text, place.left, y + 8.5); labels.push([place.left, place.right, y, y + 16]); }
    var from = Math.min(a, place.left);
    hits.push({ x: from, y: y, w: Math.max(b, place.right, from + 60) - from, h: 16, text: function () { return label + '\n' + ms(fault.fromUs) + ' to ' + ms(fault.untilUs) + ' ms'; } });
  });
}

/** On the bar where there is room for all of the label, else in front of it or behind it; never across its ends. */
function placeOfLabel(label, onFrom, onUntil, beforeFrom, beforeUntil, behindFrom, behindUntil) {
  var whole = pen.measureText(label).width, rooms = [onUntil - onFrom, beforeUntil - beforeFrom, behindUntil - behindFrom];
  var best = rooms.findIndex(function (room) { return room >= whole; });
  if (best < 0) best = rooms.indexOf(Math.max.apply(null, rooms));
  var text = shortened(label, rooms[best]), w = pen.measureText(text).width, left = [onFrom, beforeUntil - w, behindFrom][best];
  return { text: text, left: left, right: left + w };
}

/**
 * The bars of the servers: role and term (or what its system calls it), or the values of the field that is asked for.
 */
function drawLanes(w) {
  var m = current(), account = m.account, segments = view.field ? fieldSegments(account, view.field) : m.segments;
  for (var node = 0; node < account.servers; node++) {
    var y = layout.y[node];
    pen.strokeStyle = colours.line; pen.lineWidth = 1; line(LEFT, y + BAR / 2, w, y + BAR / 2);
    labels.push([LEFT, w, y - 1, y + BAR + 1]);
    segments[node].forEach(function (segment) {
      var a = Math.max(xOf(segment.from), LEFT), b = Math.min(xOf(segment.until), w);
      if (b < LEFT || a > w) return;
      rounded(a, y, Math.max(1.5, b - a - 1), BAR, 3);
      var paint = segment.role === 'value' ? 'follower' : data.roles[segment.role] || 'follower', bar = segment.role === 'down' ? colours.card : colours[paint];
      if (segment.role === 'down') {
        pen.fillStyle = colours.card; pen.fill();
        pen.strokeStyle = colours.bad; pen.setLineDash([4, 3]); pen.stroke(); pen.setLineDash([]);
      } else {
        pen.fillStyle = bar; pen.fill();
      }
      var term = segment.term === null || segment.term === undefined ? '' : segment.role === 'value' ? String(segment.term) : account.lanes.epochMark + segment.term;
      var label = segment.role === 'down' ? 'down' : segment.role === 'value' ? term : (segment.role + ' ' + term).trim();
      var room = b - a - 10, text = pen.measureText(label).width <= room ? label : segment.role === 'value' ? shortened(label, room) : pen.measureText(term).width <= room ? term : '';
      var colour = segment.role === 'down' ? colours.bad : paint === 'leader' || paint === 'candidate' ? colours.onbar : colours.followerink;
      if (text) barTexts.push({ text: text, x: a + 5, y: y + 9.5, colour: colour, bar: bar });
    });
  }
}

/** Where a server's commit index rises: a mark below its lane, with the index where there is room. */
function drawCommits() {
  var m = current(), from = fromUs(), until = untilUs(), lastX = {}, numbers = [];
  pen.font = '10px ' + family;
  m.commits.forEach(function (commit) {
    var row = m.rows[commit[0]];
    if (row[AT] < from || row[AT] > until || (view.isShown && !view.isShown[commit[0]])) return;
    var node = row[NODE], x = xOf(row[AT]), y = layout.y[node] + BAR;
    if (x - (lastX[node] === undefined ? -99 : lastX[node]) < 1) return;
    lastX[node] = x;
    pen.fillStyle = colours.good;
    pen.beginPath(); pen.moveTo(x, y + 1); pen.lineTo(x - 4, y + 8); pen.lineTo(x + 4, y + 8); pen.closePath(); pen.fill();
    labels.push([x - 4, x + 4, y, y + 8]);
    numbers.push([String(commit[1]), x + 6, y + 8]);
  });
  // Behind all marks, so that no mark covers a number.
  numbers.forEach(function (one) { writeAt(one[0], one[1], one[2], colours.good); });
  pen.font = '11.5px ' + family;
}

function drawOperations() {
  var account = current().account, clash = data.history && view.which === 'run' ? data.history.clash : [];
  account.operations.forEach(function (operation) {
    var y = layout.y[operation.client], isOpen = operation.returnedUs === null;
    var a = xOf(operation.calledUs), b = Math.max(a + 3, xOf(isOpen ? account.endUs : operation.returnedUs));
    if (b < LEFT || a > width()) return;
    var isBad = clash.indexOf(operation.id) >= 0;
    var label = operation.what + (isOpen ? ' \u2026 no answer' : ' \u2192 ' + operation.answer);
    var bar = isBad ? colours.bad : isOpen ? colours.opopen : colours.op;
    pen.fillStyle = bar;
    rounded(a, y, b - a + (isOpen ? 12 : 0), OP, 3); pen.fill();
    labels.push([a, b, y - 1, y + OP + 1]);
    if (isOpen) { pen.fillStyle = colours.card; for (var k = 0; k < 3; k++) pen.fillRect(b + k * 4, y, 2, OP); }
    var x = Math.max(a, LEFT) + 7, text = shortened(label, Math.min(b, width()) - x - 4);
    if (text) barTexts.push({ text: text, x: x, y: y + OP / 2 + 0.5, colour: isBad ? colours.card : colours.onbar, bar: bar });
    hits.push({ x: a, y: y, w: b - a, h: OP, text: function () { return account.nodes[operation.client] + ' ' + label + '\n' + ms(operation.calledUs) + (isOpen ? '' : ' to ' + ms(operation.returnedUs)) + ' ms'; } });
  });
}

/** @returns how many messages in view were left out */
function drawMessages() {
  var m = current(), messages = m.account.messages, inView = [], from = fromUs(), until = untilUs(), isShown = view.isShown;
  for (var id = 0; id < messages.length; id++) {
    var message = messages[id];
    if (m.ends[id] < from || message[SENT] > until) continue;
    if (layout.y[message[FROM]] === undefined || layout.y[message[TO]] === undefined) continue;
    if (isShown && !(message[SENTBY] !== null && isShown[message[SENTBY]]) && !message[TAKEN].some(function (row) { return isShown[row]; })) continue;
    inView.push(id);
  }
  var every = Math.max(1, Math.ceil(inView.length / MESSAGES_MAX)), drawn = 0;
  for (var i = 0; i < inView.length; i += every) { drawn++; drawMessage(m, inView[i], false); }
  labelled = inView.length <= LABELLED_MAX ? inView : [];
  return inView.length - drawn;
}

function edgeY(node, other) {
  var y = layout.y[node];
  return layout.y[other] > y ? y + barOf(node) : y;
}

function isLost(message) { return message[DUE].length === 0 && message[TAKEN].length === 0; }
/** Where a message that is lost ends. */
function endOfLost(message, x0, y0, y1) { return [x0 + Math.min(26, Math.abs(y1 - y0) * 0.35 + 6), y0 + (y1 - y0) * 0.45]; }
function arrivalOf(m, message, copy) {
  var due = message[DUE][copy], taken = message[TAKEN][copy];
  return taken === undefined ? due : due === undefined ? m.rows[taken][AT] : Math.max(due, m.rows[taken][AT]);
}

function drawMessage(m, id, isChosen) {
  var message = m.account.messages[id], from = message[FROM], to = message[TO], x0 = xOf(message[SENT]), y0 = edgeY(from, to), y1 = edgeY(to, from), typical = typicalDelay(m);
  pen.lineWidth = isChosen ? 2.4 : 1.2;
  if (isLost(message)) {
    if (message[FATE] === 'underWay') return;
    var end = endOfLost(message, x0, y0, y1), xe = end[0], ye = end[1];
    pen.strokeStyle = colours.bad; line(x0, y0, xe, ye);
    line(xe - 4, ye - 4, xe + 4, ye + 4); line(xe - 4, ye + 4, xe + 4, ye - 4);
    if (!isChosen) hits.push({ line: [x0, y0, xe, ye], message: id, copy: 0, row: message[SENTBY] });
    return;
  }
  var copies = Math.max(message[DUE].length, message[DUE].length ? 0 : message[TAKEN].length);
  for (var copy = 0; copy < copies; copy++) {
    var isLate = message[DUE].length > 0 && message[DUE][copy] - message[SENT] > typical * 3, isTaken = message[TAKEN][copy] !== undefined;
    var x1 = xOf(arrivalOf(m, message, copy)), colour = isChosen ? colours.accent : !isTaken ? colours.faint : copy > 0 ? colours.twice : isLate ? colours.late : colours.msg;
    pen.strokeStyle = colour;
    if (isLate || !isTaken) pen.setLineDash([5, 4]);
    line(x0, y0, x1, y1);
    if (isLate || !isTaken) pen.setLineDash([]);
    arrow(x0, y0, x1, y1, colour);
    if (!isChosen) hits.push({ line: [x0, y0, x1, y1], message: id, copy: copy, row: isTaken ? message[TAKEN][copy] : message[SENTBY] });
  }
}

/**
 * Near its beginning, else near its end or in the middle, to the right of the arrow or to the left: where nothing is.
 */
function labelMessage(m, id, colour) {
  var message = m.account.messages[id], y0 = edgeY(message[FROM], message[TO]), y1 = edgeY(message[TO], message[FROM]), x0 = xOf(message[SENT]), x1;
  if (isLost(message)) {
    if (message[FATE] === 'underWay') return;
    var end = endOfLost(message, x0, y0, y1); x1 = end[0]; y1 = end[1];
  } else x1 = xOf(arrivalOf(m, message, 0));
  var text = message[WHAT].length > 40 ? message[WHAT].slice(0, 39) + '\u2026' : message[WHAT], w = pen.measureText(text).width, long = Math.max(1, Math.abs(y1 - y0)), near = Math.min(0.5, 22 / long);
  [near, 1 - near, 0.5].some(function (share) {
    var x = x0 + (x1 - x0) * share, y = y0 + (y1 - y0) * share;
    return writeAt(text, x + 7, y, colour) || writeAt(text, x - 7 - w, y, colour);
  });
}

var typicalCache = new Map();
function typicalDelay(m) {
  if (typicalCache.has(m)) return typicalCache.get(m);
  var delays = m.account.messages.filter(function (one) { return one[DUE].length > 0; }).map(function (one) { return one[DUE][0] - one[SENT]; }).sort(function (a, b) { return a - b; });
  typicalCache.set(m, Math.max(500, delays[delays.length >> 1] || 0));
  return typicalCache.get(m);
}

/** A mark where each row stands: faint for routine, strong for the chosen and the fatal one. */
function drawRows() {
  var m = current(), rows = m.rows, low = 0, high = rows.length, from = fromUs(), until = untilUs(), lastX = {}, routine = new Path2D(), heavies = [], fatalAt = null;
  while (low < high) { var mid = (low + high) >> 1; if (rows[mid][AT] < from) low = mid + 1; else high = mid; }
  for (var i = low; i < rows.length && rows[i][AT] <= until; i++) {
    if (view.isShown && !view.isShown[i]) continue;
    var row = rows[i], node = row[NODE], y = node === null ? undefined : layout.y[node];
    if (y === undefined) continue;
    var x = xOf(row[AT]), h = barOf(node), isServer = node < m.account.servers, isFatal = i === m.account.fatal, heavy = row[WEIGHT] >= 3;
    // Where many stand in one place, one mark stands for all of them.
    if (!isFatal && x - (lastX[node] === undefined ? -9 : lastX[node]) < (heavy ? 0.5 : 1)) continue;
    lastX[node] = x;
    var middle = isServer ? y + 21.5 : y + h / 2;
    if (isFatal) fatalAt = [x, middle];
    else if (heavy) heavies.push([x, middle]);
    else routine.rect(x - 0.5, isServer ? y + 16 : y, 1, isServer ? h - 16 : h);
    hits.push({ x: x - 4, y: y - 2, w: 8, h: h + 4, row: i });
  }
  pen.fillStyle = colours.ink; pen.globalAlpha = 0.3; pen.fill(routine); pen.globalAlpha = 1;
  heavies.forEach(function (at) { pen.fillStyle = colours.card; dot(at[0], at[1], 3.6); pen.fillStyle = colours.ink; dot(at[0], at[1], 2.2); });
  if (fatalAt) { pen.fillStyle = colours.bad; diamond(fatalAt[0], fatalAt[1], 8); }
}

/** What the pointer is told of what it is on. */
function tellHit(hit) {
  var m = current();
  if (hit.text) return hit.text();
  if (hit.message === undefined) { var row = m.rows[hit.row]; return 'step ' + count(row[STEP]) + ', ' + ms(row[AT]) + ' ms\n' + nodeOf(row) + ' ' + tellOf(row); }
  var message = m.account.messages[hit.message], taken = message[TAKEN][hit.copy], due = message[DUE][hit.copy];
  var head = m.account.nodes[message[FROM]] + ' to ' + m.account.nodes[message[TO]] + ': ' + message[WHAT] + '\n';
  if (isLost(message)) return head + (message[FATE] === 'cut' ? 'lost: the way was cut' : 'lost on the way');
  return head + 'sent ' + ms(message[SENT]) + (due === undefined ? '' : ', due ' + ms(due)) + ' ms' + (hit.copy > 0 ? ', a second copy' : '') + (due !== undefined && due - message[SENT] > typicalDelay(m) * 3 ? ', late' : '') + (taken !== undefined ? '' : message[FATE] === 'underWay' ? ', still under way' : ', nobody took it');
}

function drawGuides(h) {
  var m = current(), fatal = m.account.fatal, row = m.rows[view.selected], x = xOf(row[AT]);
  if (fatal !== null) {
    var xf = xOf(m.rows[fatal][AT]);
    pen.strokeStyle = colours.bad; pen.lineWidth = 1.2; pen.setLineDash([2, 3]); line(xf, 22, xf, h - 34); pen.setLineDash([]);
    if (xf >= LEFT && xf <= width()) note('first property breaks', xf, h - 10, colours.bad);
  }
  pen.strokeStyle = colours.accent; pen.lineWidth = 1; line(x, 22, x, h - 34);
  if (row[NODE] !== null && layout.y[row[NODE]] !== undefined) {
    var isServer = row[NODE] < m.account.servers, y = layout.y[row[NODE]];
    pen.lineWidth = 2; pen.beginPath(); pen.arc(x, isServer ? y + 21.5 : y + OP / 2, isServer ? 8 : 9, 0, Math.PI * 2); pen.stroke();
  }
}

/** In the margin. */
function drawNames() {
  var account = current().account;
  pen.textAlign = 'right';
  if (layout.faultLanes > 0) { pen.fillStyle = colours.dim; pen.fillText('faults', LEFT - 10, TOP + 8.5); }
  for (var node in layout.y) {
    pen.fillStyle = Number(node) < account.servers ? colours.ink : colours.dim;
    pen.fillText(account.nodes[node], LEFT - 10, layout.y[node] + barOf(Number(node)) / 2 + 0.5);
  }
}

function tellLeftOut(left) {
  var parts = [], hidden = current().account.faults.length - layout.faults.length;
  if (view.which === 'full' && data.leftOutRows > 0) parts.push('the first ' + count(data.leftOutRows) + ' events are left out');
  if (left > 0) parts.push(count(left) + ' messages in view are not drawn: zoom in');
  if (view.isShown) parts.push('showing ' + count(view.shown.length) + ' of ' + count(current().rows.length) + ' events');
  if (hidden > 0) parts.push(plural(hidden, 'fault') + ' that never fired ' + (hidden === 1 ? 'is' : 'are') + ' not shown');
  var text = parts.join('; ');
  if (byId('left-out').textContent !== text) byId('left-out').textContent = text;
}

function line(x0, y0, x1, y1) { pen.beginPath(); pen.moveTo(x0, y0); pen.lineTo(x1, y1); pen.stroke(); }
function dot(x, y, r) { pen.beginPath(); pen.arc(x, y, r, 0, Math.PI * 2); pen.fill(); }
function diamond(x, y, r) { pen.beginPath(); pen.moveTo(x, y - r); pen.lineTo(x + r, y); pen.lineTo(x, y + r); pen.lineTo(x - r, y); pen.closePath(); pen.fill(); pen.strokeStyle = colours.card; pen.lineWidth = 1.5; pen.stroke(); }
function rounded(x, y, w, h, r) { pen.beginPath(); pen.roundRect(x, y, Math.max(0.5, w), h, Math.min(r, Math.max(0.2, w / 2))); }
function arrow(x0, y0, x1, y1, colour) {
  var angle = Math.atan2(y1 - y0, x1 - x0);
  pen.fillStyle = colour; pen.beginPath(); pen.moveTo(x1, y1);
  pen.lineTo(x1 - 7 * Math.cos(angle - 0.38), y1 - 7 * Math.sin(angle - 0.38));
  pen.lineTo(x1 - 7 * Math.cos(angle + 0.38), y1 - 7 * Math.sin(angle + 0.38));
  pen.closePath(); pen.fill();
}

function hitAt(x, y) {
  for (var i = hits.length - 1; i >= 0; i--) {
    var hit = hits[i];
    if (hit.line ? distance(hit.line, x, y) < 5 : x >= hit.x && x <= hit.x + hit.w && y >= hit.y && y <= hit.y + hit.h) return hit;
  }
  return null;
}
function distance(l, x, y) {
  var dx = l[2] - l[0], dy = l[3] - l[1], t = Math.max(0, Math.min(1, ((x - l[0]) * dx + (y - l[1]) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - l[0] - t * dx, y - l[1] - t * dy);
}
`;
