/** The page's script, second part: the diagram on a canvas. Only what is in view is drawn. */
export const diagramScript = String.raw`
var canvas = byId('canvas'), stage = byId('stage'), tip = byId('tip'), pen = canvas.getContext('2d');
var LEFT = 74, RIGHT = 22, TOP = 30, FAULT = 22, LANE = 56, BAR = 24, CLIENT = 30, OP = 20, MESSAGES_MAX = 3000;
var time = { from: 0, until: 1 }, colours = {}, layout = null, hits = [];

function readColours() {
  var style = getComputedStyle(document.documentElement);
  ['page', 'card', 'line', 'soft', 'ink', 'dim', 'faint', 'accent', 'sel', 'bad', 'badsoft', 'leader', 'candidate', 'follower', 'followerink', 'down', 'msg', 'late', 'twice', 'fault', 'faultsoft', 'op', 'opopen', 'window'].forEach(function (name) {
    colours[name] = style.getPropertyValue('--' + name).trim();
  });
}

/** Fault lanes: as few as hold all faults side by side. Clients that never ask for anything have no lane. */
function arrange() {
  var account = current().account, ends = [], faultLane = account.faults.map(function (fault) {
    var lane = 0;
    while (ends[lane] !== undefined && ends[lane] > fault.fromUs) lane++;
    ends[lane] = Math.max(fault.untilUs, fault.fromUs + account.endUs * 0.12);
    return lane;
  });
  var top = TOP + ends.length * FAULT + (ends.length ? 14 : 4), y = {}, clients = [];
  for (var node = 0; node < account.servers; node++) y[node] = top + node * LANE;
  top += account.servers * LANE;
  account.operations.forEach(function (operation) { if (clients.indexOf(operation.client) < 0) clients.push(operation.client); });
  clients.sort(function (a, b) { return a - b; }).forEach(function (client, i) { y[client] = top + i * CLIENT; });
  layout = { faultLane: faultLane, faultLanes: ends.length, y: y, clients: clients, height: top + clients.length * CLIENT + 26 };
}

function width() { return canvas.clientWidth; }

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

/** What does not depend on the chosen step is drawn once for each view and kept. */
var kept = document.createElement('canvas'), keptPen = kept.getContext('2d'), keptKey = '', leftOut = 0;

function draw() {
  if (!layout) arrange();
  var ratio = window.devicePixelRatio || 1, w = width(), h = layout.height;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
    canvas.style.height = h + 'px';
    canvas.width = kept.width = Math.round(w * ratio);
    canvas.height = kept.height = Math.round(h * ratio);
    keptKey = '';
  }
  var key = [time.from, time.until, view.which, view.isPast, view.pastOf, view.query, view.isFolded, w, h, ratio, colours.page].join(' ');
  var shownPen = pen;
  if (key !== keptKey) {
    keptKey = key;
    pen = keptPen;
    onto(ratio, w, h, function () { drawAxis(w, h); drawWindow(h); drawFaults(); drawLanes(w); drawOperations(); leftOut = drawMessages(); drawRows(); });
    drawLabels();
    pen = shownPen;
  }
  onto(ratio, w, h, function () {});
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.drawImage(kept, 0, 0);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.save();
  pen.beginPath(); pen.rect(LEFT - 1, 0, w - LEFT + 1, h); pen.clip();
  drawChosen(); drawGuides(h);
  pen.restore();
  tellLeftOut(leftOut);
}

function onto(ratio, w, h, paint) {
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, w, h);
  pen.font = '11.5px ' + getComputedStyle(canvas).fontFamily;
  pen.textBaseline = 'middle';
  if (pen === keptPen) { hits = []; labels = []; }
  pen.save();
  pen.beginPath(); pen.rect(LEFT - 1, 0, w - LEFT + 1, h); pen.clip();
  paint();
  pen.restore();
}

/** The messages that the chosen step took and sent. */
function drawChosen() {
  var m = current(), message = m.rows[view.selected][MESSAGE], ids = (m.sentBy[view.selected] || []).slice();
  if (message !== null) ids.push(message);
  var before = hits;
  hits = []; labels = [];
  ids.forEach(function (id) {
    var one = m.account.messages[id];
    if (layout.y[one[FROM]] !== undefined && layout.y[one[TO]] !== undefined) drawMessage(m, id, true, true);
  });
  hits = before;
}

function drawAxis(w, h) {
  pen.textAlign = 'center';
  if (knots) return drawFoldedAxis(h);
  var span = time.until - time.from, raw = span / Math.max(3, (w - LEFT) / 130), unit = Math.pow(10, Math.floor(Math.log10(raw)));
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
      pen.strokeStyle = colours.line; pen.lineWidth = 1; pen.setLineDash([1, 4]); line(middle, 22, middle, h - 20); pen.setLineDash([]);
    }
    var room = pen.measureText(ms(knot[0])).width / 2 + 7;
    if (x - room < last) return;
    last = x + room;
    tick(knot[0], x, h);
  });
}

function tick(us, at, h) {
  var x = Math.round(at) + 0.5;
  pen.strokeStyle = colours.soft; pen.lineWidth = 1; line(x, 22, x, h - 20);
  pen.fillStyle = colours.faint; pen.fillText(ms(Math.round(us)), x, 11);
}

/** What is not linearizable: from the first call to the last return of the operations that clash. */
function drawWindow(h) {
  var range = clashRange();
  if (!range) return;
  var a = xOf(range[0]), b = Math.max(xOf(range[1]), xOf(range[0]) + 3);
  pen.fillStyle = colours.window; pen.fillRect(a, 22, b - a, h - 42);
  pen.fillStyle = colours.bad; pen.textAlign = 'center'; pen.fillText('not linearizable', (a + b) / 2, h - 10);
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
  current().account.faults.forEach(function (fault, i) {
    var a = xOf(fault.fromUs), b = Math.max(a + 4, xOf(fault.untilUs)), y = TOP + layout.faultLane[i] * FAULT;
    if (b < LEFT || a > width()) return;
    pen.globalAlpha = fault.hasFired ? 1 : 0.4;
    pen.fillStyle = colours.faultsoft; rounded(a, y, b - a, 16, 3); pen.fill();
    pen.fillStyle = colours.fault; pen.fillRect(a, y, 3, 16);
    pen.textAlign = 'left';
    var label = fault.kind + (fault.what ? ' ' + fault.what : '') + (fault.hasFired ? '' : ' (never fired)');
    pen.fillText(label, Math.max(a, LEFT) + 8, y + 8.5);
    pen.globalAlpha = 1;
    hits.push({ x: a, y: y, w: Math.max(b - a, 60), h: 16, text: function () { return label + '\n' + ms(fault.fromUs) + ' to ' + ms(fault.untilUs) + ' ms'; } });
  });
}

function drawLanes(w) {
  var m = current(), account = m.account;
  for (var node = 0; node < account.servers; node++) {
    var y = layout.y[node];
    pen.strokeStyle = colours.line; pen.lineWidth = 1; line(LEFT, y + BAR / 2, w, y + BAR / 2);
    m.segments[node].forEach(function (segment) {
      var a = Math.max(xOf(segment.from), LEFT - 2), b = Math.min(xOf(segment.until), w);
      if (b < LEFT || a > w) return;
      rounded(a, y, Math.max(1.5, b - a - 1), BAR, 3);
      if (segment.role === 'down') {
        pen.fillStyle = colours.card; pen.fill();
        pen.strokeStyle = colours.bad; pen.setLineDash([4, 3]); pen.stroke(); pen.setLineDash([]);
      } else {
        pen.fillStyle = segment.role === 'leader' ? colours.leader : segment.role === 'candidate' ? colours.candidate : colours.follower;
        pen.fill();
      }
      var label = segment.role === 'down' ? 'down' : segment.role + (segment.term === null ? '' : ' t' + segment.term);
      var short = segment.role === 'down' ? '\u00d7' : segment.term === null ? '' : 't' + segment.term;
      var text = pen.measureText(label).width + 14 < b - a ? label : pen.measureText(short).width + 6 < b - a ? short : '';
      pen.fillStyle = segment.role === 'down' ? colours.bad : segment.role === 'leader' || segment.role === 'candidate' ? '#fff' : colours.followerink;
      pen.textAlign = 'left';
      if (text) pen.fillText(text, a + (text === label ? 8 : 3), y + BAR / 2 + 0.5);
    });
  }
}

function drawOperations() {
  var account = current().account, clash = data.history && view.which === 'run' ? data.history.clash : [];
  account.operations.forEach(function (operation) {
    var y = layout.y[operation.client], isOpen = operation.returnedUs === null;
    var a = xOf(operation.calledUs), b = Math.max(a + 3, xOf(isOpen ? account.endUs : operation.returnedUs));
    if (b < LEFT || a > width()) return;
    var isBad = clash.indexOf(operation.id) >= 0;
    var label = operation.what + (isOpen ? ' \u2026 no answer' : ' \u2192 ' + operation.answer);
    pen.fillStyle = isBad ? colours.bad : isOpen ? colours.opopen : colours.op;
    rounded(a, y, b - a + (isOpen ? 12 : 0), OP, 3); pen.fill();
    if (isOpen) { pen.fillStyle = colours.card; for (var k = 0; k < 3; k++) pen.fillRect(b + k * 4, y, 2, OP); }
    pen.save(); pen.beginPath(); pen.rect(a, y, b - a - 4, OP); pen.clip();
    pen.fillStyle = '#fff'; pen.textAlign = 'left'; pen.fillText(label, Math.max(a, LEFT) + 7, y + OP / 2 + 0.5);
    pen.restore();
    hits.push({ x: a, y: y, w: b - a, h: OP, text: function () { return account.nodes[operation.client] + ' ' + label + '\n' + ms(operation.calledUs) + (isOpen ? '' : ' to ' + ms(operation.returnedUs)) + ' ms'; } });
  });
}

/** @returns how many messages in view were left out */
function drawMessages() {
  var m = current(), account = m.account, inView = [], from = fromUs(), until = untilUs();
  account.messages.forEach(function (message, id) {
    if (layout.y[message[FROM]] === undefined || layout.y[message[TO]] === undefined) return;
    if (view.isShown && !(message[SENTBY] !== null && view.isShown.has(message[SENTBY])) && !message[TAKEN].some(function (row) { return view.isShown.has(row); })) return;
    var end = Math.max(message[SENT], message[DUE].length ? Math.max.apply(null, message[DUE]) : 0, message[TAKEN].length ? m.rows[message[TAKEN][message[TAKEN].length - 1]][AT] : 0);
    if (end < from || message[SENT] > until) return;
    inView.push(id);
  });
  var every = Math.max(1, Math.ceil(inView.length / MESSAGES_MAX)), drawn = 0;
  inView.forEach(function (id, i) {
    if (i % every !== 0) return;
    drawn++;
    drawMessage(m, id, false, inView.length < 60);
  });
  return inView.length - drawn;
}

function edgeY(node, other) {
  var y = layout.y[node], h = node < current().account.servers ? BAR : OP;
  return layout.y[other] > y ? y + h : y;
}

function drawMessage(m, id, isChosen, hasLabel) {
  var message = m.account.messages[id], from = message[FROM], to = message[TO], x0 = xOf(message[SENT]);
  var y0 = edgeY(from, to), y1 = edgeY(to, from), typical = typicalDelay(m), near = Math.min(0.5, 16 / Math.max(1, Math.abs(y1 - y0)));
  pen.lineWidth = isChosen ? 2.4 : 1.2;
  if (message[DUE].length === 0 && message[TAKEN].length === 0) {
    var xe = x0 + Math.min(26, Math.abs(y1 - y0) * 0.35 + 6), ye = y0 + (y1 - y0) * 0.45;
    if (message[FATE] === 'underWay') return;
    pen.strokeStyle = colours.bad; line(x0, y0, xe, ye);
    line(xe - 4, ye - 4, xe + 4, ye + 4); line(xe - 4, ye + 4, xe + 4, ye - 4);
    labelMessage(message, x0 + 4, y0 + (y1 > y0 ? 16 : -16), isChosen || hasLabel, colours.bad);
    hits.push({ x: x0 - 4, y: Math.min(y0, ye) - 3, w: xe - x0 + 10, h: Math.abs(ye - y0) + 8, text: function () { return m.account.nodes[from] + ' to ' + m.account.nodes[to] + ': ' + message[WHAT] + '\n' + (message[FATE] === 'cut' ? 'lost: the way was cut' : 'lost on the way'); }, row: message[SENTBY] });
    return;
  }
  var arrivals = message[DUE].length ? message[DUE] : message[TAKEN].map(function (row) { return m.rows[row][AT]; });
  arrivals.forEach(function (due, copy) {
    var taken = message[TAKEN][copy], at = taken === undefined ? due : Math.max(due, m.rows[taken][AT]);
    var isLate = due - message[SENT] > typical * 3, isTaken = taken !== undefined;
    var x1 = xOf(at), colour = copy > 0 ? colours.twice : isLate ? colours.late : colours.msg;
    if (!isTaken) colour = colours.faint;
    pen.strokeStyle = isChosen ? colours.accent : colour;
    pen.setLineDash(isLate || !isTaken ? [5, 4] : []);
    line(x0, y0, x1, y1);
    pen.setLineDash([]);
    arrow(x0, y0, x1, y1, isChosen ? colours.accent : colour);
    if (copy === 0) labelMessage(message, x0 + (x1 - x0) * near, y0 + (y1 - y0) * near, isChosen || hasLabel, isChosen ? colours.accent : colours.dim);
    hits.push({ line: [x0, y0, x1, y1], text: function () { return m.account.nodes[from] + ' to ' + m.account.nodes[to] + ': ' + message[WHAT] + '\nsent ' + ms(message[SENT]) + ', due ' + ms(due) + ' ms' + (copy > 0 ? ', a second copy' : '') + (isLate ? ', late' : '') + (isTaken ? '' : message[FATE] === 'underWay' ? ', still under way' : ', nobody took it'); }, row: isTaken ? taken : message[SENTBY] });
  });
}

var typicalCache = new Map();
function typicalDelay(m) {
  if (typicalCache.has(m)) return typicalCache.get(m);
  var delays = m.account.messages.filter(function (one) { return one[DUE].length > 0; }).map(function (one) { return one[DUE][0] - one[SENT]; }).sort(function (a, b) { return a - b; });
  typicalCache.set(m, Math.max(500, delays[delays.length >> 1] || 0));
  return typicalCache.get(m);
}

function labelMessage(message, x, y, isWanted, colour) {
  if (!isWanted) return;
  var text = message[WHAT].length > 34 ? message[WHAT].slice(0, 33) + '\u2026' : message[WHAT];
  var w = pen.measureText(text).width;
  if (labels.some(function (other) { return Math.abs(other[1] - y) < 13 && x + 6 < other[2] && x + 6 + w > other[0]; })) return;
  labels.push([x + 6, y, x + 6 + w]);
  pen.textAlign = 'left';
  pen.lineWidth = 3; pen.strokeStyle = colours.card; pen.strokeText(text, x + 6, y);
  pen.fillStyle = colour; pen.fillText(text, x + 6, y);
}
var labels = [];

/** A mark where each row stands: faint for routine, strong for the chosen and the fatal one. */
function drawRows() {
  var m = current(), rows = m.rows, low = 0, high = rows.length, from = fromUs(), until = untilUs(), lastX = {};
  while (low < high) { var mid = (low + high) >> 1; if (rows[mid][AT] < from) low = mid + 1; else high = mid; }
  for (var i = low; i < rows.length && rows[i][AT] <= until; i++) {
    var row = rows[i], x = xOf(row[AT]), y = row[NODE] === null ? undefined : layout.y[row[NODE]];
    if (view.isShown && !view.isShown.has(i)) continue;
    if (y === undefined) continue;
    var isServer = row[NODE] < m.account.servers, h = isServer ? BAR : OP;
    // Where many stand in one place, one mark stands for all of them.
    if (row[WEIGHT] < 3 && i !== m.account.fatal && x - (lastX[row[NODE]] === undefined ? -9 : lastX[row[NODE]]) < 1) continue;
    lastX[row[NODE]] = x;
    if (i === m.account.fatal) { pen.fillStyle = colours.bad; diamond(x, y + h / 2, 8); }
    else if (row[WEIGHT] >= 3) { pen.fillStyle = colours.card; dot(x, y + h / 2, 3.6); pen.fillStyle = colours.ink; dot(x, y + h / 2, 2.2); }
    else { pen.fillStyle = colours.ink; pen.globalAlpha = 0.25; pen.fillRect(x - 0.5, y, 1, h); pen.globalAlpha = 1; }
    hits.push({ x: x - 4, y: y - 2, w: 8, h: h + 4, text: tellRow(row), row: i });
  }
}

function tellRow(row) { return function () { return 'step ' + row[STEP] + ', ' + ms(row[AT]) + ' ms\n' + nodeOf(row) + ' ' + tellOf(row); }; }

function drawGuides(h) {
  var m = current(), fatal = m.account.fatal, row = m.rows[view.selected], x = xOf(row[AT]);
  if (fatal !== null) {
    var xf = xOf(m.rows[fatal][AT]);
    pen.strokeStyle = colours.bad; pen.lineWidth = 1.2; pen.setLineDash([2, 3]); line(xf, 22, xf, h - 20); pen.setLineDash([]);
    if (!clashRange()) { pen.fillStyle = colours.bad; pen.textAlign = xf > width() - 90 ? 'right' : 'center'; pen.fillText('first property breaks', xf > width() - 90 ? width() - 4 : xf, h - 10); }
  }
  pen.strokeStyle = colours.accent; pen.lineWidth = 1; line(x, 22, x, h - 20);
  if (row[NODE] !== null && layout.y[row[NODE]] !== undefined) {
    var y = layout.y[row[NODE]], bar = row[NODE] < m.account.servers ? BAR : OP;
    pen.lineWidth = 2; pen.beginPath(); pen.arc(x, y + bar / 2, 9, 0, Math.PI * 2); pen.stroke();
  }
}

function drawLabels() {
  var account = current().account;
  pen.textAlign = 'right';
  for (var lane = 0; lane < layout.faultLanes; lane++) if (lane === 0) { pen.fillStyle = colours.dim; pen.fillText('faults', LEFT - 12, TOP + 8.5); }
  for (var node in layout.y) {
    pen.fillStyle = Number(node) < account.servers ? colours.ink : colours.dim;
    pen.fillText(account.nodes[node], LEFT - 12, layout.y[node] + (Number(node) < account.servers ? BAR : OP) / 2 + 0.5);
  }
}

function tellLeftOut(left) {
  var parts = [];
  if (view.which === 'full' && data.leftOutRows > 0) parts.push('the first ' + count(data.leftOutRows) + ' events are left out');
  if (left > 0) parts.push(count(left) + ' messages in view are not drawn: zoom in');
  if (view.isShown) parts.push('showing ' + count(view.shown.length) + ' of ' + count(current().rows.length) + ' events');
  byId('left-out').textContent = parts.join('; ');
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
