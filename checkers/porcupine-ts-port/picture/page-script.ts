/**
 * The script of the picture's page. It draws on a canvas only what is in view, so that ten thousand
 * operations scroll smoothly, and writes every value with `textContent` or `fillText`, never as markup.
 */
export const pageScript = String.raw`'use strict';
(() => {
  const picture = JSON.parse(document.getElementById('data').textContent);
  const view = document.getElementById('view');
  const extent = document.getElementById('extent');
  const canvas = document.getElementById('canvas');
  const details = document.getElementById('details');
  const tip = document.getElementById('tip');
  const context = canvas.getContext('2d');
  const rowHeight = 26, barHeight = 20, headHeight = 30, leftWidth = 108, pad = 24;

  // Times are drawn by their rank: every bar can be seen, however close its ends.
  const times = new Set();
  for (const part of picture.partitions) for (const op of part.operations) { times.add(op.s); if (op.e !== null) times.add(op.e); }
  for (const note of picture.annotations) { times.add(note.startTime); if (note.endTime !== undefined) times.add(note.endTime); }
  const sorted = Array.from(times).sort((a, b) => a - b);
  const rankOf = new Map(sorted.map((time, rank) => [time, rank]));
  const lastRank = sorted.length;

  // Rows from top to bottom, placed by placeRows; bars of a row by their start.
  const rows = [];
  const bars = [];
  const lanes = new Map();
  picture.annotations.forEach((note) => {
    const name = note.lane === undefined ? 'notes' : note.lane;
    if (!lanes.has(name)) lanes.set(name, []);
    lanes.get(name).push(note);
  });
  for (const [name, notes] of lanes) {
    const row = { label: name, top: 0, bars: [], note: true, hidden: false };
    for (const note of notes) {
      const from = rankOf.get(note.startTime);
      const to = note.endTime === undefined ? from : rankOf.get(note.endTime);
      row.bars.push({ from, to, text: note.text, note, row });
    }
    row.bars.sort((a, b) => a.from - b.from);
    rows.push(row);
  }
  picture.partitions.forEach((part, number) => {
    part.top = part.bottom = 0;
    part.rows = [];
    if (part.label !== '' || picture.partitions.length > 1) rows.push({ head: part, top: 0, hidden: false });
    const byClient = new Map();
    part.bars = part.operations.map((op, at) => {
      const bar = { from: rankOf.get(op.s), to: op.e === null ? lastRank : rankOf.get(op.e), text: op.t, op, at, part, unknown: op.e === null };
      if (!byClient.has(op.c)) byClient.set(op.c, []);
      byClient.get(op.c).push(bar);
      bars.push(bar);
      return bar;
    });
    for (const client of Array.from(byClient.keys()).sort((a, b) => a - b)) {
      const row = { label: 'client ' + client, part, top: 0, hidden: false, bars: byClient.get(client).sort((a, b) => a.from - b.from) };
      row.bars.forEach((bar, at) => {
        bar.row = row;
        // A client that gave up and went on: its open bar ends where the next one begins.
        const next = row.bars[at + 1];
        if (bar.unknown && next !== undefined) bar.to = Math.min(bar.to, next.from);
      });
      rows.push(row);
      part.rows.push(row);
    }
    for (const at of part.shown) part.bars[at].shown = true;
    for (const at of part.core) part.bars[at].core = true;
    if (part.blocked !== null) part.bars[part.blocked.at].blocked = true;
    // A linearization as points: each within its bar, none before the one in front of it.
    for (const linearization of part.linearizations) {
      let rank = -1;
      linearization.ranks = linearization.order.map((at) => {
        const bar = part.bars[at];
        rank = Math.max(rank, bar.from) + 0.0001;
        return rank;
      });
      spread(linearization, part);
      linearization.placeOf = new Map(linearization.order.map((at, place) => [at, place]));
    }
  });
  bars.sort((a, b) => a.from - b.from || a.at - b.at);
  bars.forEach((bar, order) => { bar.order = order; });

  // Points that fall together are set apart, as far as their bars allow.
  function spread(linearization, part) {
    const ranks = linearization.ranks;
    for (let first = 0; first < ranks.length;) {
      const base = Math.floor(ranks[first]);
      let last = first;
      while (last + 1 < ranks.length && Math.floor(ranks[last + 1]) === base) last++;
      const room = 0.84 / (last - first + 1);
      for (let at = first; at <= last; at++) ranks[at] = base + 0.08 + room * (at - first + 0.5);
      first = last + 1;
    }
  }

  let unit = 44;
  let selected = null;
  let hovered = null;
  let colors = {};
  function readColors() {
    const style = getComputedStyle(document.documentElement);
    colors = {};
    for (const name of ['paper', 'ink', 'dim', 'rule', 'bar', 'bar-edge', 'bar-ink', 'unknown', 'unknown-edge', 'core', 'core-edge', 'core-ink', 'line', 'window', 'note', 'note-edge', 'panel', 'focus']) colors[name] = style.getPropertyValue('--' + name).trim();
  }
  const toX = (rank) => leftWidth + pad + rank * unit;

  // A client without an operation in the window takes no row, and neither does a part without such a client.
  const isIn = (row, from, to) => {
    const at = firstAtOrAfter(row.bars, to, (bar) => bar.from) - 1;
    const next = row.bars[at + 1];
    return (at >= 0 && row.bars[at].to >= from) || (next !== undefined && next.from <= to);
  };
  let placedFor = '';
  function placeRows() {
    const left = view.scrollLeft;
    const name = left + ' ' + unit + ' ' + width;
    if (name === placedFor) return;
    placedFor = name;
    const from = (left - pad) / unit, to = (left + width - leftWidth - pad) / unit;
    // What is looked at stays where it is while rows come and go above it.
    const shown = (row) => row.head === undefined && !row.hidden && row.top + rowHeight > view.scrollTop && row.top < view.scrollTop + viewHeight;
    const anchor = selected !== null && shown(selected.row) ? selected.row : rows.find(shown);
    const offset = anchor === undefined ? 0 : anchor.top - view.scrollTop;
    for (const row of rows) if (row.head === undefined) row.hidden = row.note !== true && !isIn(row, from, to);
    let y = 6;
    let part = null;
    for (const row of rows) {
      const own = row.head === undefined ? row.part : row.head;
      if (own !== part) {
        if (part !== null) { part.bottom = y; if (y > part.top) y += 10; }
        part = own === undefined ? null : own;
        if (part !== null) part.top = y;
      }
      if (row.head !== undefined) row.hidden = part.rows.every((other) => other.hidden);
      row.top = y;
      if (!row.hidden) y += row.head === undefined ? rowHeight : headHeight;
    }
    if (part !== null) part.bottom = y;
    extent.style.height = y + 20 + 'px';
    if (anchor !== undefined && !anchor.hidden) view.scrollTop = anchor.top - offset;
  }

  let width = 0, viewHeight = 0;
  function resize() {
    const ratio = window.devicePixelRatio || 1;
    width = view.clientWidth;
    viewHeight = view.clientHeight;
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(viewHeight * ratio));
    canvas.style.width = width + 'px';
    canvas.style.height = viewHeight + 'px';
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    layout();
  }
  function layout() {
    extent.style.width = Math.ceil(toX(lastRank) + pad) + 'px';
    placeRows();
    paint();
  }
  let asked = false;
  function paint() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  }

  function firstAtOrAfter(items, value, key) {
    let low = 0, high = items.length;
    while (low < high) { const middle = (low + high) >> 1; if (key(items[middle]) < value) low = middle + 1; else high = middle; }
    return low;
  }
  function clip(text, room) {
    const most = Math.floor(room / 6.9);
    if (text.length <= most) return text;
    return most < 3 ? '' : text.slice(0, most - 1) + '…';
  }

  function draw() {
    placeRows();
    const left = view.scrollLeft, top = view.scrollTop;
    context.fillStyle = colors.paper;
    context.fillRect(0, 0, width, viewHeight);
    context.save();
    context.beginPath();
    context.rect(leftWidth, 0, width - leftWidth, viewHeight);
    context.clip();
    const fromRank = (left - pad) / unit - 1, toRank = (left + width - leftWidth - pad) / unit + 1;
    drawWindows(left, top);
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    const eachBar = (show) => {
      for (const row of rows) {
        if (row.head !== undefined || row.hidden || row.top + rowHeight < top || row.top > top + viewHeight) continue;
        let at = Math.max(0, firstAtOrAfter(row.bars, fromRank, (bar) => bar.from) - 1);
        // Annotations may overlap: an earlier one may reach into view.
        if (row.note) at = 0;
        for (; at < row.bars.length && row.bars[at].from <= toRank; at++) show(row.bars[at], left, top, row.note === true);
      }
    };
    eachBar(drawBar);
    for (const part of picture.partitions) if (part.bottom >= top && part.top <= top + viewHeight) drawLine(part, left, top, fromRank, toRank);
    eachBar(drawText);
    context.restore();
    drawLabels(top);
  }

  function drawWindows(left, top) {
    for (const part of picture.partitions) {
      if (part.blocked === null || part.bottom === part.top) continue;
      const bar = part.bars[part.blocked.at];
      context.fillStyle = colors.window;
      context.fillRect(toX(bar.from) - left - 4, part.top - top, Math.max(8, (bar.to - bar.from) * unit + 8), part.bottom - part.top);
    }
  }

  const fillOf = (bar, note) => note ? colors.note : bar.core || bar.blocked ? colors.core : bar.unknown ? colors.unknown : colors.bar;
  // The path keeps to the lower edges of the bars, below what is written in them.
  const pathY = (bar, top) => bar.row.top - top + 3 + barHeight - 1;

  function drawBar(bar, left, top, note) {
    const x = toX(bar.from) - left, wide = Math.max(3, (bar.to - bar.from) * unit), barTop = bar.row.top - top + 3;
    context.fillStyle = fillOf(bar, note);
    context.strokeStyle = note ? colors['note-edge'] : bar.core || bar.blocked ? colors['core-edge'] : bar.unknown ? colors['unknown-edge'] : colors['bar-edge'];
    context.lineWidth = bar === selected ? 3 : bar.shown || bar.blocked ? 2 : 1;
    if (bar === selected) context.strokeStyle = colors.focus;
    context.fillRect(x, barTop, wide, barHeight);
    if (bar.unknown) context.setLineDash([4, 3]);
    if (wide > 4 || bar === selected || bar.shown) context.strokeRect(x + 0.5, barTop + 0.5, wide - 1, barHeight - 1);
    context.setLineDash([]);
  }

  function drawText(bar, left, top, note) {
    const x = toX(bar.from) - left, wide = Math.max(3, (bar.to - bar.from) * unit), barTop = bar.row.top - top + 3;
    const from = Math.max(x, leftWidth) + 5, room = x + wide - from - 5;
    const text = note && bar.from === bar.to ? clip(bar.text, 220) : room > 18 ? clip(bar.text, room) : '';
    if (text === '') return;
    const at = note && bar.from === bar.to ? x + 7 : from;
    // On a plate of the bar's own colour: the path goes behind what is to be read.
    context.fillStyle = fillOf(bar, note);
    context.fillRect(at - 2, barTop + 2, context.measureText(text).width + 4, barHeight - 5);
    context.fillStyle = note ? colors.ink : bar.core || bar.blocked ? colors['core-ink'] : bar.unknown ? colors.ink : colors['bar-ink'];
    context.fillText(text, at, barTop + barHeight / 2 - 0.5);
  }

  function lineOf(part) {
    const bar = hovered !== null && hovered.part === part ? hovered : selected !== null && selected.part === part ? selected : null;
    const own = bar === null ? -1 : part.longestOf[bar.at];
    return part.linearizations[own >= 0 ? own : 0];
  }

  function drawLine(part, left, top, fromRank, toRank) {
    const linearization = lineOf(part);
    if (linearization === undefined) return;
    const { ranks, order } = linearization;
    const first = Math.max(0, firstAtOrAfter(ranks, fromRank, (rank) => rank) - 1);
    context.strokeStyle = colors.line;
    // From far away the line would hide everything behind it.
    context.globalAlpha = unit < 3 ? 0.3 : 1;
    context.lineWidth = unit < 3 ? 0.5 : 1.5;
    context.beginPath();
    let last = first, isBegun = false;
    for (let at = first; at < ranks.length; at++) {
      const bar = part.bars[order[at]], x = toX(ranks[at]) - left;
      last = at;
      // Of a client without a row only the point before the window and the one behind it may be meant.
      if (bar.row.hidden) { if (ranks[at] > toRank) break; continue; }
      if (isBegun) context.lineTo(x, pathY(bar, top)); else context.moveTo(x, pathY(bar, top));
      isBegun = true;
      if (ranks[at] > toRank) break;
    }
    context.stroke();
    context.globalAlpha = 1;
    if (unit < 5) return;
    context.fillStyle = colors.line;
    for (let at = first; at <= last && at < ranks.length; at++) {
      const bar = part.bars[order[at]];
      if (bar.row.hidden) continue;
      context.beginPath();
      context.arc(toX(ranks[at]) - left, pathY(bar, top), 3, 0, 7);
      context.fill();
    }
  }

  function drawLabels(top) {
    context.fillStyle = colors.panel;
    context.fillRect(0, 0, leftWidth, viewHeight);
    context.fillStyle = colors.rule;
    context.fillRect(leftWidth - 1, 0, 1, viewHeight);
    for (const row of rows) {
      if (row.hidden || row.top + headHeight < top || row.top > top + viewHeight) continue;
      if (row.head === undefined) {
        context.font = '12px system-ui, sans-serif';
        context.fillStyle = colors.dim;
        context.fillText(clip(row.label, leftWidth - 16), 10, row.top - top + 3 + barHeight / 2);
        continue;
      }
      context.fillStyle = row.head.verdict === 'illegal' ? colors['core-edge'] : colors.ink;
      context.font = 'bold 13px system-ui, sans-serif';
      const name = (row.head.label === '' ? 'all' : row.head.label) + ' · ' + row.head.verdict;
      context.fillText(clip(name, width - 24), 10, row.top - top + headHeight / 2);
      context.fillStyle = colors.rule;
      context.fillRect(0, row.top - top, width, 1);
    }
  }

  function tell(bar) {
    if (bar.note !== undefined) {
      const { text, startTime, endTime, details: more } = bar.note;
      return text + '\nat ' + startTime + (endTime === undefined ? '' : ' to ' + endTime) + (more === undefined ? '' : '\n' + more);
    }
    const { op, part, at } = bar;
    const lines = [op.t, 'client ' + op.c + ' · operation ' + op.i + ' · ' + (op.e === null ? 'called at ' + op.s + ', never returned' : op.s + ' to ' + op.e)];
    const line = lineOf(part);
    const place = line === undefined ? undefined : line.placeOf.get(at);
    if (place !== undefined) lines.push('number ' + (place + 1) + ' of ' + line.order.length + ' in the linearization · state before: ' + (place === 0 ? 'initial' : line.states[place - 1]) + ' · state after: ' + line.states[place]);
    else lines.push('not in the linearization that is drawn');
    if (part.blocked !== null && part.blocked.at === at) lines.push('FIRST ERROR: ' + part.blocked.why);
    if (bar.core) lines.push('One of ' + part.core.length + ' operations that cannot all be true, whichever of the others happened.');
    return lines.join('\n');
  }

  function barAt(x, y) {
    if (x < leftWidth) return null;
    const down = y + view.scrollTop, rank = (x + view.scrollLeft - leftWidth - pad) / unit;
    for (const row of rows) {
      if (row.head !== undefined || row.hidden || down < row.top || down >= row.top + rowHeight) continue;
      const slack = Math.max(0, 3 / unit);
      for (let at = row.note ? row.bars.length - 1 : Math.min(row.bars.length - 1, firstAtOrAfter(row.bars, rank + slack, (bar) => bar.from)); at >= 0; at--) {
        const bar = row.bars[at];
        const end = Math.max(bar.to, bar.from + (row.note ? 60 : 4) / unit);
        if (rank >= bar.from - slack && rank <= end + slack) return bar;
        if (!row.note && bar.to < rank - slack) break;
      }
      return null;
    }
    return null;
  }

  function select(bar, scroll) {
    selected = bar;
    details.textContent = bar === null ? '' : tell(bar);
    if (bar !== null && scroll) {
      const x = toX(bar.from), wide = Math.min((bar.to - bar.from) * unit, width / 2);
      if (x < view.scrollLeft + leftWidth + 20 || x + wide > view.scrollLeft + width - 20) view.scrollLeft = Math.max(0, x - (width + leftWidth) / 2 + wide / 2);
      placeRows();
      if (bar.row.top < view.scrollTop + 10 || bar.row.top + rowHeight > view.scrollTop + viewHeight - 10) view.scrollTop = Math.max(0, bar.row.top - viewHeight / 2);
    }
    paint();
  }

  function zoom(factor, x) {
    const anchor = x === undefined ? (width + leftWidth) / 2 : Math.max(leftWidth, x);
    const rank = (view.scrollLeft + anchor - leftWidth - pad) / unit;
    unit = Math.min(400, Math.max(Math.min(4, (width - leftWidth - 2 * pad) / Math.max(1, lastRank)), unit * factor));
    layout();
    view.scrollLeft = rank * unit + pad + leftWidth - anchor;
  }
  function fit() { unit = Math.max(0.002, Math.min(60, (width - leftWidth - 2 * pad) / Math.max(1, lastRank))); layout(); view.scrollLeft = 0; }

  // The first error is the one that the verdict's explanation names; see picture.ts.
  const errors = picture.errors.map(({ part, at }) => picture.partitions[part].bars[at]);
  const blockedOf = (bar) => [bar, ...bar.part.core.map((at) => bar.part.bars[at])];
  function jumpTo(bar) {
    // The error and the core in view at once, where they are not too far from one another to be read.
    const together = blockedOf(bar);
    const from = Math.min(...together.map((one) => one.from)), to = Math.max(...together.map((one) => Math.min(one.to, one.from + 40)), bar.to);
    const room = width - leftWidth - 2 * pad;
    const isNear = room / (to - from + 2) >= 8;
    unit = Math.max(8, Math.min(60, room / ((isNear ? to - from : bar.to - bar.from) + 2)));
    layout();
    view.scrollLeft = Math.max(0, ((isNear ? (from + to) / 2 : (bar.from + bar.to) / 2) * unit) + pad - (width - leftWidth) / 2);
    placeRows();
    const tops = (isNear ? together : [bar]).filter((one) => !one.row.hidden).map((one) => one.row.top);
    const highest = Math.min(...tops), lowest = Math.max(...tops) + rowHeight;
    view.scrollTop = Math.max(0, lowest - highest + headHeight + 20 > viewHeight ? bar.row.top - viewHeight / 2 : highest - headHeight - 10);
    select(bar, false);
  }
  function jump() {
    if (errors.length === 0) return;
    jumpTo(errors[0]);
    canvas.focus({ preventScroll: true });
  }
  document.getElementById('error').disabled = errors.length === 0;
  document.getElementById('error').addEventListener('click', jump);
  const also = document.getElementById('also');
  also.hidden = errors.length < 2;
  if (errors.length > 1) also.append(errors.length + ' parts are illegal, by their first errors: ');
  if (errors.length > 1) errors.forEach((bar) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = bar.part.label === '' ? 'all' : bar.part.label;
    button.addEventListener('click', () => { jumpTo(bar); canvas.focus({ preventScroll: true }); });
    also.append(button, ' ');
  });
  document.getElementById('in').addEventListener('click', () => zoom(1.5));
  document.getElementById('out').addEventListener('click', () => zoom(1 / 1.5));
  document.getElementById('fit').addEventListener('click', fit);
  view.addEventListener('scroll', paint, { passive: true });
  view.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX - view.getBoundingClientRect().left);
  }, { passive: false });
  canvas.addEventListener('mousemove', (event) => {
    const box = canvas.getBoundingClientRect();
    const bar = barAt(event.clientX - box.left, event.clientY - box.top);
    if (bar !== hovered) { hovered = bar; paint(); }
    tip.hidden = bar === null;
    if (bar === null) return;
    tip.textContent = tell(bar);
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8)) + 'px';
    tip.style.top = (event.clientY + 18 + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18) + 'px';
  });
  canvas.addEventListener('mouseleave', () => { hovered = null; tip.hidden = true; paint(); });
  canvas.addEventListener('click', (event) => {
    const box = canvas.getBoundingClientRect();
    select(barAt(event.clientX - box.left, event.clientY - box.top), false);
  });
  function neighbour(step) {
    if (selected === null || selected.order === undefined) return bars[0];
    return bars[Math.max(0, Math.min(bars.length - 1, selected.order + step))];
  }
  function inRow(step) {
    if (selected === null) return bars[0];
    const usable = rows.filter((row) => row.head === undefined && row.bars.length > 0);
    const row = usable[Math.max(0, Math.min(usable.length - 1, usable.indexOf(selected.row) + step))];
    return row.bars[Math.min(row.bars.length - 1, firstAtOrAfter(row.bars, selected.from, (bar) => bar.from))];
  }
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || bars.length === 0) return;
    const keys = {
      ArrowRight: () => select(neighbour(1), true), ArrowLeft: () => select(neighbour(-1), true),
      ArrowDown: () => select(inRow(1), true), ArrowUp: () => select(inRow(-1), true),
      Home: () => select(bars[0], true), End: () => select(bars[bars.length - 1], true),
      e: jump, '+': () => zoom(1.5), '=': () => zoom(1.5), '-': () => zoom(1 / 1.5), '0': fit, Escape: () => select(null, false),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  window.addEventListener('resize', resize);
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColors(); paint(); });
  readColors();
  resize();
  if ((width - leftWidth - 2 * pad) / Math.max(1, lastRank) > unit) fit();
  if (errors.length > 0 && location.hash !== '#fit') jumpTo(errors[0]);
  if (location.hash === '#fit') fit();
})();
`;
