/**
 * One input of the command line from one number: a command line and the files that it names, damaged by structure or by
 * bytes.
 */

import { campaignInput } from './campaigns.ts';
import { drawOf, oneOf, type Draw, type Input, type Samples } from './draw.ts';

const oddWords = [
  '', '-', '--', '-1', '0', '1e9', '9007199254740993', 'NaN', '__proto__', 'constructor', '../x', '/proc/x', '/', '.',
  '\u0000', '\x1b[31m', 'é'.repeat(300), 'x'.repeat(5000), '100%', '0/0', '1/0', '5x', '=', '#', 'a.js#b', 'a.mjs',
  'a.mjs#',
];
const oddValues: readonly unknown[] = [
  null, -1, 0.5, 1e21, '', 'x', '\u0000\x1b[2J', [], {}, [[]], true, -0, '__proto__', ['leader'], 2 ** 53,
  { kind: 'x' },
];

const commands: Readonly<Record<string, readonly string[]>> = {
  replay: ['--scenario', '--json', '--trace', '--freeze', '--help'],
  check: ['--model', '--format', '--budget', '--memory', '--timeout', '--cross-check', '--html', '--json'],
  merge: ['--json', '--require-situations'],
  pin: ['--says', '--name', '--dir', '--scenario'],
  fuzz: ['--seeds', '--from', '--workers', '--shard', '--time-budget', '--double-check', '--cross-check', '--json'],
  lab: ['--seeds', '--from', '--manner', '--json'],
  bugs: ['--seeds', '--starts', '--oracles', '--workers', '--json'],
  explore: ['--strategy', '--workers', '--max-states', '--seed', '--walks', '--json', '--list'],
  gate: ['--shard', '--seeds', '--time-budget', '--workers'],
  scenarios: [],
};

/** What makes a command work long is never whole in words drawn without thought; campaigns.ts draws those that are. */
const alwaysWrong = ['fuzz', 'lab', 'bugs', 'explore', 'gate'];

function commandLine(draw: Draw): Input {
  const name = draw(20) === 0 ? oneOf(draw, oddWords) : oneOf(draw, Object.keys(commands));
  const options = commands[name] ?? ['--json'];
  const words = Array.from({ length: draw(4) }, () =>
    options.length > 0 && draw(2) === 0 ? oneOf(draw, options) : oneOf(draw, oddWords),
  );
  const wrong = alwaysWrong.includes(name) ? ['--no-such-option'] : [];
  return { argv: [name, ...words, ...wrong], files: {} };
}

/** A JSON text with one or two places changed. */
function damagedJson(draw: Draw, json: string): Buffer {
  const value = JSON.parse(json) as unknown;
  const times = 1 + draw(2);
  for (let i = 0; i < times; i++) damage(draw, value);
  return Buffer.from(JSON.stringify(value));
}

function damage(draw: Draw, value: unknown): void {
  let holder = value as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(holder);
    if (keys.length === 0) return;
    const key = oneOf(draw, keys);
    const inner = holder[key];
    if (typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0 && draw(4) > 0) {
      holder = inner as Record<string, unknown>;
      continue;
    }
    const how = draw(4);
    if (how === 0) delete holder[key];
    else if (how === 1)
      Object.defineProperty(holder, oneOf(draw, ['more', '__proto__', 'kind', '0']), {
        value: oneOf(draw, oddValues), enumerable: true, configurable: true, writable: true,
      });
    else holder[key] = oneOf(draw, oddValues);
    return;
  }
}

/** Bytes that are cut, doubled, swapped or replaced. */
function damagedBytes(draw: Draw, text: string): Buffer {
  let bytes = Buffer.from(text);
  const times = 1 + draw(4);
  for (let i = 0; i < times; i++) {
    const at = draw(bytes.length + 1);
    const length = draw(12);
    const middle = oneOf(draw, [
      Buffer.from([draw(256)]), Buffer.alloc(0), bytes.subarray(draw(bytes.length + 1)).subarray(0, 40),
      Buffer.from('[{"'), Buffer.from('\u0000'), Buffer.from('\uFEFF'), Buffer.from('"\\'),
      Buffer.from('99999999999999999999'), Buffer.from('\n'),
    ]);
    bytes =
      draw(8) === 0
        ? bytes.subarray(0, at)
        : Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + length)]);
  }
  return bytes;
}

const isJsonLines = (name: string): boolean => name.endsWith('.jsonl');

function damagedHistory(draw: Draw, name: string, text: string): Buffer {
  if (!isJsonLines(name) || draw(2) === 0) return damagedBytes(draw, text);
  const lines = text.trimEnd().split('\n');
  const at = draw(lines.length);
  return Buffer.from(lines.map((line, i) => (i === at ? damagedJson(draw, line).toString() : line)).join('\n'));
}

const oddModules = [
  'export const registry = 5;',
  'export const registry = { scenarios: new Map(), systems: new Map() };',
  'throw new Error("a\\nb");',
  'throw null;',
  'export const registry = null;',
  'syntax error',
  'import "./not-there.mjs";',
  'export default 1;',
  'export const registry = { scenarios: new Map([["a", null]]), systems: new Map() };',
  'export const registry = { scenarios: new Map([["a", {}]]), systems: new Map() };',
  'export const registry = { scenarios: new Map([["a", { name: "a", draw: 5, system: {} }]]), systems: new Map([["b", 1]]) };',
];

/** One in so many does what it is told: it takes a hundred times as long as a refusal. */
const workEvery = 16;

export function inputOf(seed: number, samples: Samples): Input {
  const draw = drawOf(seed);
  if (draw(workEvery) === 0) return campaignInput(draw, samples);
  const { plan, campaign, histories, patch } = samples;
  const damaged = (json: string): Buffer => (draw(2) === 0 ? damagedJson(draw, json) : damagedBytes(draw, json));
  switch (draw(6)) {
    case 0:
      return commandLine(draw);
    case 1: {
      const command = oneOf(draw, ['replay', 'replay', 'pin']);
      return {
        argv: [command, 'p.json', ...(command === 'pin' ? ['--dir', 'pins', '--says', 'x'] : [])],
        files: { 'p.json': damaged(plan) },
      };
    }
    case 2:
      return { argv: ['merge', 'c.json'], files: { 'c.json': damaged(campaign) } };
    case 3:
    case 4: {
      const name = oneOf(draw, Object.keys(histories));
      return {
        argv: [
          'check',
          name,
          '--budget',
          '20000',
          ...(draw(3) === 0
            ? ['--model', oneOf(draw, ['kv', 'register', 'cas-register', 'set', 'queue', 'counter', 'lock', 'stack'])]
            : []),
        ],
        files: { [name]: damagedHistory(draw, name, histories[name]!) },
      };
    }
    default:
      if (draw(2) === 0)
        return { argv: ['bugs', 'b.patch', '--seeds', '0'], files: { 'b.patch': damagedBytes(draw, patch) } };
      return {
        argv: ['replay', '1', '--scenario', `./m${seed}.mjs${oneOf(draw, ['', '#a', '#', '#x'])}`],
        files: { [`m${seed}.mjs`]: Buffer.from(oneOf(draw, oddModules)) },
      };
  }
}
