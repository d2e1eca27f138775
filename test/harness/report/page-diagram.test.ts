/**
 * The space-time diagram without a browser: what is written and drawn where, and what the pointer is told. Letters are
 * 6 wide.
 */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Digest } from '../../../harness/digest.ts';
import type { Account, Row } from '../../../harness/report/account.ts';
import { pageData } from '../../../harness/report/page/data.ts';
import { diagramScript } from '../../../harness/report/page/script-diagram.ts';
import { modelScript } from '../../../harness/report/page/script-model.ts';
import type { Report } from '../../../harness/report/report.ts';
import { PageDocument, PageElement } from '../../support/page-document.ts';
import { toldReport } from '../../support/told-report.ts';

/** A pen that notes all that it is told, numbers rounded to tenths. */
class Pen {
  readonly told: string[] = [];
  /** What is written since it was cleared: `text x,y colour`. */
  written: string[] = [];
  [property: string]: unknown;

  static noting(): Pen {
    const rounded = (value: unknown): string =>
      typeof value === 'number' ? String(Math.round(value * 10) / 10) : typeof value === 'string' ? value : '';
    const pen = new Pen();
    return new Proxy(pen, {
      get(target, name: string) {
        if (name in target) return target[name];
        if (name === 'measureText') return (text: string) => ({ width: 6 * text.length });
        return (...given: readonly unknown[]) => {
          target.told.push(`${name} ${given.map(rounded).join(' ')}`);
          if (name === 'clearRect') target.written = [];
          if (name === 'fillText')
            target.written.push(
              `${rounded(given[0])} ${Math.round(given[1] as number)},${Math.round(given[2] as number)} ${rounded(target['fillStyle'])}`,
            );
        };
      },
      set(target, name: string, value) {
        target[name] = value;
        if (name !== 'written') target.told.push(`${name} = ${rounded(value)}`);
        return true;
      },
    });
  }
}

class Canvas extends PageElement {
  readonly pen = Pen.noting();
  clientWidth = 1000;
  width = 0;
  height = 0;

  constructor() {
    super('canvas');
  }

  getContext(): Pen {
    return this.pen;
  }
}

const row = (more: Partial<Row>): Row => ({
  kind: 'step', step: 1, atUs: 0, node: 0, event: 'e', told: more.event ?? 'e', weight: 0, effects: [], changed: {},
  message: null, operation: null, code: null, ...more,
});

/**
 * Two servers and a client over 20 ms: n0 leads and commits, a message is late, one is lost, one comes twice; n1 falls.
 */
const account: Account = {
  nodes: ['n0', 'n1', 'c0', 'c1'],
  servers: 2,
  endUs: 20_000,
  stormUs: 20_000,
  fatal: 7,
  lanes: {
    role: 'role',
    epoch: 'term',
    epochName: 'term',
    epochMark: 'T',
    commit: 'commitIndex',
    roles: [
      { name: 'leader', look: 'leads' }, { name: 'follower', look: 'follows' },
    ],
  },
  rows: [
    row({ step: 1, event: 'boot', weight: 1, changed: { role: 'follower', term: 0 } }),
    row({ step: 2, node: 1, event: 'boot', changed: { role: 'follower', term: 0 } }),
    row({ kind: 'fault', step: 2, atUs: 2000, node: null, event: 'cut begins', weight: 3 }),
    row({ step: 3, atUs: 4000, event: 'timer', told: 'leads', weight: 4, changed: { role: 'leader', term: 1 } }),
    row({ step: 4, atUs: 5000, node: 1, event: 'append', message: 0, changed: { term: 1 } }),
    row({ step: 5, atUs: 8000, event: 'reply', weight: 2, changed: { commitIndex: 3 } }),
    row({ kind: 'crash', step: 5, atUs: 9000, node: 1, event: 'crash', weight: 4 }),
    row({ step: 6, atUs: 15_000, node: 2, event: 'answer', told: 'is told ok', weight: 5, operation: 0, message: 3 }),
  ],
  messages: [
    {
      from: 0, to: 1, nth: 1, what: 'Append 7', sentUs: 4000, sentBy: 3, dueUs: [5000, 6000], takenBy: [4],
      fate: 'delivered',
    },
    { from: 0, to: 1, nth: 2, what: 'Append 8', sentUs: 6000, sentBy: 3, dueUs: [], takenBy: [], fate: 'dropped' },
    { from: 1, to: 0, nth: 1, what: 'Reply', sentUs: 5000, sentBy: 4, dueUs: [19_000], takenBy: [], fate: 'underWay' },
    {
      from: 0, to: 2, nth: 1, what: 'an answer of more letters than there is room for here', sentUs: 14_000,
      sentBy: null, dueUs: [15_000], takenBy: [7], fate: 'delivered',
    },
    { from: 0, to: 1, nth: 3, what: 'cut', sentUs: 7000, sentBy: 5, dueUs: [], takenBy: [], fate: 'cut' },
  ],
  operations: [
    { id: 0, client: 2, what: 'put', request: {}, calledUs: 3000, returnedUs: 15_000, reply: null, answer: 'ok' },
    { id: 1, client: 3, what: 'get', request: {}, calledUs: 16_000, returnedUs: null, reply: null, answer: null },
  ],
  faults: [
    { kind: 'cut', what: 'n0 to n1', fromUs: 2000, untilUs: 12_000, hasFired: true },
    { kind: 'stall', what: 'n1', fromUs: 11_000, untilUs: 13_000, hasFired: true },
    { kind: 'pause', what: 'n0', fromUs: 1000, untilUs: 3000, hasFired: false },
  ],
};

interface Script {
  readonly view: {
    selected: number;
    isFolded: boolean;
    allFaults: boolean;
    field: string;
    query: string;
    which: string;
    pastOf: number | null;
  };
  arrange(): void;
  fold(): void;
  fit(): void;
  draw(): void;
  zoom(factor: number, around?: number): void;
  reveal(us: number): void;
  refresh(): void;
  hitAt(x: number, y: number): unknown;
  tellHit(hit: unknown): string;
  timeOf(): { readonly from: number; readonly until: number };
  relaid(): void;
  xOf(us: number): number;
  usAt(x: number): number;
}

function diagramOf(more: Partial<Report> = {}) {
  const kept = new Canvas();
  const canvas = new Canvas();
  const document = new (class extends PageDocument {
    override createElement(tagName: string): PageElement {
      return tagName === 'canvas' ? kept : super.createElement(tagName);
    }
  })(JSON.stringify(pageData({ ...toldReport, run: account, ...more })));
  document.elements.set('canvas', canvas);
  const style = { fontFamily: 'sans', getPropertyValue: (name: string) => ` ${name.slice(2)}` };
  const context = createContext({
    document,
    window: { devicePixelRatio: 2 },
    getComputedStyle: () => style,
    requestAnimationFrame: (act: () => void) => act(),
    clearTimeout() {},
    setTimeout: (act: () => void) => act(),
    Path2D: class {
      rect(): void {
        // Faint marks of routine steps: the digest of the pen has that they are filled.
      }
    },
  });
  const names = 'view arrange fold fit draw zoom reveal refresh hitAt tellHit xOf usAt'.split(' ');
  const script = runInContext(
    `(function () {\n'use strict';\n${modelScript}\n${diagramScript}\nreadColours(); refresh(); fold(); fit();\nreturn { ${names.join(', ')}, timeOf: function () { return time; }, relaid: function () { layout = null; fold(); fit(); draw(); } };\n})();`,
    context,
  ) as Script;
  const drawn = (): string => {
    const digest = new Digest();
    for (const { pen } of [kept, canvas]) digest.string(pen.told.join('\n'));
    return digest.hex();
  };
  return {
    script,
    canvas,
    strokes: () => kept.pen.told.flatMap((line) => /^strokeStyle = (msg|late|twice|faint|bad)$/.exec(line)?.[1] ?? []),
    written: () => [...kept.pen.written, '--', ...canvas.pen.written],
    drawn,
    leftOut: () => document.getElementById('left-out').textContent,
  };
}

describe('a diagram by time', () => {
  const { script, canvas, written, drawn, leftOut } = diagramOf();
  script.view.selected = 7;
  script.draw();

  test('has an axis, faults, lanes by role and term, operations, commits and names; and on them what the chosen step took', () => {
    expect(written()).toEqual([
      '0 99,11 dim', '5 312,11 dim', '10 524,11 dim', '15 737,11 dim', '20 949,11 dim', 'cut n0 to n1 191,39 fault',
      'stall n1 574,61 fault', '3 444,126 good', 'follower T0 103,98 followerink', 'leader T1 273,98 onbar',
      'follower T0 103,166 followerink', 'follower T1 316,166 followerink', 'down 486,166 bad',
      'put \u2192 ok 233,235 onbar', 'get \u2026 no answer 785,269 onbar', 'faults 54,39 dim', 'n0 54,104 ink',
      'n1 54,172 ink', 'c0 54,235 dim', 'c1 54,269 dim', '--', 'first property breaks 673,322 bad',
      'an answer of more letters than there is\u2026 709,140 accent', 'Append 7 296,137 dim', 'Append 8 370,127 bad',
      'Reply 615,137 dim',
    ]);
    expect([canvas.width, canvas.height, leftOut()]).toEqual([2000, 664, '1 fault that never fired is not shown']);
    expect(drawn()).toBe('63c0aa08f1b0df16');
  });
  test('places are times, and times places', () => {
    expect([0, 10_000, 20_000].map((us) => Math.round(script.xOf(us)))).toEqual([98, 523, 948]);
    expect([0, 10_000, 20_000].map((us) => Math.round(script.usAt(script.xOf(us))))).toEqual([0, 10_000, 20_000]);
  });
  test('the pointer is told of what it is on: steps, messages, operations and faults', () => {
    const lane = (node: number): number =>
      Array.from({ length: 400 }, (_, y) => y).find((y) =>
        script
          .tellHit(script.hitAt(script.xOf([4000, 9000][node]!), y) ?? { text: () => '' })
          .includes(['leads', 'crash'][node]!),
      )! + 10;
    const at = (us: number, y: number): string => {
      const hit = script.hitAt(script.xOf(us), y);
      return hit === null ? 'nothing' : script.tellHit(hit);
    };
    expect([
      at(4000, lane(0)), at(9000, lane(1)), at(4500, (lane(0) + lane(1)) / 2), at(7000, 36), at(12_500, 58),
      at(19_900, 5),
    ]).toEqual([
      'step 3, 4 ms\nn0 leads', 'step 5, 9 ms\nn1 crash',
      'n0 to n1: Append 7\nsent 4, due 6 ms, a second copy, nobody took it', 'cut n0 to n1\n2 to 12 ms',
      'stall n1\n11 to 13 ms', 'nothing',
    ]);
    const all = new Set<string>();
    for (let us = 0; us <= 20_000; us += 100) for (let y = 0; y < 320; y += 4) all.add(at(us, y));
    expect([...all].sort()).toEqual([
      'c0 put \u2192 ok\n3 to 15 ms', 'c1 get \u2026 no answer\n16 ms', 'cut n0 to n1\n2 to 12 ms',
      'n0 to c0: an answer of more letters than there is room for here\nsent 14, due 15 ms',
      'n0 to n1: Append 7\nsent 4, due 5 ms', 'n0 to n1: Append 7\nsent 4, due 6 ms, a second copy, nobody took it',
      'n0 to n1: Append 8\nlost on the way', 'n0 to n1: cut\nlost: the way was cut',
      'n1 to n0: Reply\nsent 5, due 19 ms, late, still under way', 'nothing', 'stall n1\n11 to 13 ms',
      'step 1, 0 ms\nn0 boot', 'step 2, 0 ms\nn1 boot', 'step 3, 4 ms\nn0 leads', 'step 4, 5 ms\nn1 append',
      'step 5, 8 ms\nn0 reply', 'step 5, 9 ms\nn1 crash', 'step 6, 15 ms\nc0 is told ok',
    ]);
  });
});

test('messages are told apart by colour: as usual, late, a second copy, taken by nobody, lost', () => {
  const mail = (more: Partial<Account['messages'][number]>) => ({
    from: 0, to: 1, nth: 1, what: 'm', sentUs: 0, sentBy: 0, dueUs: [1000], takenBy: [1], fate: 'delivered' as const,
    ...more,
  });
  const rows = [
    row({}), row({ step: 2, node: 1, atUs: 1000 }), row({ step: 3, node: 1, atUs: 2000 }),
    row({ step: 4, node: 1, atUs: 4001 }),
  ];
  const messages = [
    mail({}), mail({ dueUs: [1000, 2000], takenBy: [1, 2] }), mail({ dueUs: [4001], takenBy: [3] }),
    mail({ dueUs: [3000], takenBy: [], fate: 'notTaken' }), mail({ dueUs: [], takenBy: [], fate: 'dropped' }),
    mail({ dueUs: [], takenBy: [], fate: 'underWay' }), mail({}), mail({}),
  ];
  const { script, strokes } = diagramOf({
    run: { ...account, rows, messages, operations: [], faults: [], fatal: null, lanes: null },
  });
  script.draw();
  // A lost one is a line and a cross in one colour.
  expect(strokes()).toEqual(['msg', 'msg', 'twice', 'late', 'faint', 'bad', 'msg', 'msg']);
});

test('all faults, when they are asked for, and a field in the place of the roles', () => {
  const { script, written, drawn, leftOut } = diagramOf();
  Object.assign(script.view, { allFaults: true, field: 'term' });
  script.relaid();
  expect([leftOut(), written().filter((line) => /pause|^[01] /.test(line)), drawn()]).toEqual([
    '',
    [
      '0 99,11 dim', 'pause n0 (never fired) 232,39 fault', '0 103,98 followerink', '1 273,98 followerink',
      '0 103,166 followerink', '1 316,166 followerink',
    ],
    'b0eb39ce96f624da',
  ]);
});

test('quiet time folded: a gap takes room by its logarithm', () => {
  const { script, written, drawn } = diagramOf();
  script.view.isFolded = true;
  script.relaid();
  expect([0, 1000, 2000, 4000, 9000, 20_000].map((us) => Math.round(script.xOf(us)))).toEqual([
    98, 148, 198, 297, 525, 948,
  ]);
  expect([written().flatMap((line) => /^(\d+ \d+),11 /.exec(line)?.[1] ?? []), drawn()]).toEqual([
    [
      '0 99', '1 149', '2 199', '3 248', '4 298', '5 348', '6 398', '8 477', '9 526', '11 605', '12 655', '13 705',
      '15 784', '19 899', '20 949',
    ],
    'cc1587b8a682d1ee',
  ]);
});

test('what a search leaves out is not drawn, and that is said', () => {
  const { script, written, drawn, leftOut } = diagramOf();
  script.view.query = 'append';
  script.refresh();
  script.view.selected = 4;
  script.relaid();
  expect([leftOut(), written().filter((line) => line.startsWith('Append')), drawn()]).toEqual([
    'showing 2 of 8 events; 1 fault that never fired is not shown', ['Append 7 296,137 accent', 'Append 8 370,127 bad'],
    'bc83b4b37e1aabb1',
  ]);
});

test('a history that clashes has its window, and its operations in red', () => {
  const { script, written, drawn } = diagramOf({
    history: { key: null, why: '', clash: [0, 1], longest: [], blocked: 1 },
  });
  script.draw();
  expect([written().filter((line) => /linearizable|put|get/.test(line)), drawn()]).toEqual([
    ['not linearizable 539,307 bad', 'put \u2192 ok 233,235 card', 'get \u2026 no answer 785,269 card'],
    '2810fbdd2f7de47e',
  ]);
});

test('the window is that of the operations that clash, and of no others', () => {
  const at = (clash: readonly number[]): readonly string[] => {
    const { script, written } = diagramOf({ history: { key: null, why: '', clash, longest: [], blocked: null } });
    script.draw();
    return written().filter((line) => /linearizable|put|get/.test(line));
  };
  expect([at([0]), at([1]), at([9])]).toEqual([
    ['not linearizable 433,307 bad', 'put \u2192 ok 233,235 card', 'get \u2026 no answer 785,269 onbar'],
    ['not linearizable 815,307 bad', 'put \u2192 ok 233,235 onbar', 'get \u2026 no answer 785,269 card'],
    ['put \u2192 ok 233,235 onbar', 'get \u2026 no answer 785,269 onbar'],
  ]);
});

describe('nearer and farther', () => {
  const spans = (act: (script: Script) => void): readonly number[] => {
    const { script } = diagramOf();
    script.view.selected = 3;
    script.draw();
    act(script);
    const { from, until } = script.timeOf();
    return [from, until].map(Math.round);
  };
  test('around the chosen step, or the pointer; no nearer than a fifth of a millisecond, no farther than the run', () => {
    expect([
      spans(() => undefined), spans(({ zoom }) => zoom(0.5)), spans(({ zoom }) => zoom(0.5, 10_000)),
      spans(({ zoom }) => zoom(0.001)), spans(({ zoom }) => zoom(1000)),
    ]).toEqual([
      [-800, 20_800], [1600, 12_400], [4600, 15_400], [3956, 4156], [-1778, 24_222],
    ]);
  });
  test('a step out of view is brought into its middle, one in view stays where it is', () => {
    expect([spans(({ reveal }) => reveal(10_000)), spans(({ zoom, reveal }) => (zoom(0.1), reveal(19_000)))]).toEqual([
      [-800, 20_800], [17_920, 20_080],
    ]);
  });
});
