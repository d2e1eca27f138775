/**
 * Command lines that work: whole campaigns, searches and patched cores, bounded whatever the values drawn for their
 * options.
 */
import { oneOf, type Draw, type Input, type Samples } from './draw.ts';

const numbers = [
  '-1', '1.5', '1e3', '0x10', ' 1', '1 ', '', 'NaN', 'Infinity', '007', '1_000', '\u0661', '9007199254740993',
  '99999999999999999999', '-0', '+1',
];
const times = [
  '1ms', '300ms', '1s', '0s', '5', '1.5s', '-1s', '1d', '1S', 's', '9007199254740991ms', '9007199254740992ms',
  '99999999999h', '01s', '\u221e',
];
const files = [
  'out.json', 'a/b/c.json', '', '.', '/', '/dev/null', '/dev/full', '/proc/x/y', 'n\u00f6\u202e.json', 'x'.repeat(300),
  './c.json', "a b's.json", '-',
];
const shares = ['0.01%', '5%', '100%', '100.00%', '100.01%', '0%', '0.001%', '5', '-5%', '%'];
const shards = [
  '1/1', '2/3', '3/3', '0/1', '2/1', '1/100000', '1/100001', '1/0', '/', '1/2/3', ' 1/2', '1e0/1', '01/1',
];
const scenarios = [
  'swarm', 'lab/2A-1-InitialElection', 'lab/3A-1-Basic', 'none', '', './m.mjs', './m.mjs#x', 'constructor',
  'swarm\u001b[2J',
];
const seeds = ['0', '1', '7', '1099511627776', '1099511627777', '9007199254740991', ...numbers];

/** Values of an option; null for a flag. */
type Options = Readonly<Record<string, readonly string[] | null>>;

interface Work {
  /** What it begins with: each later word wins over an earlier one. */
  readonly begins: (draw: Draw) => readonly string[];
  readonly options: Options;
  readonly words?: readonly string[];
}

const small = ['1', '2', '3', '0', ...numbers];
const workers = ['1', '2', '0', '257', ...numbers];
const witness = 'p.json';

const works: readonly Work[] = [
  {
    begins: () => ['fuzz', '--seeds', '2', '--workers', '1'],
    words: scenarios,
    options: {
      '--seeds': small,
      '--from': seeds,
      '--workers': workers,
      '--shard': shards,
      '--time-budget': times,
      '--double-check': shares,
      '--cross-check': seeds,
      '--stuck-after': ['2s', '1h', '0s', ...times.filter((time) => !time.endsWith('1ms') && time !== '300ms')],
      '--json': files,
      '--freeze': null,
    },
  },
  // The time ends it: seeds without end.
  {
    begins: () => ['fuzz', '--seeds', '1099511627776', '--workers', '1', '--time-budget', '300ms'],
    options: { '--from': seeds, '--shard': shards, '--json': files, '--freeze': null },
  },
  {
    begins: (draw) => [
      'lab', oneOf(draw, ['2A-1', '2A-1-InitialElection', '3A-1', '2a-1', '', 'none', '2']), '--seeds', '1',
    ],
    options: { '--seeds': small, '--from': seeds, '--manner': ['lab', 'honest', 'x', ''], '--json': files },
  },
  {
    begins: (draw) => [
      'explore', oneOf(draw, ['die-hard', 'two-phase-commit', 'paxos', 'raft-spec', 'raft-kv', 'none']), '--max-states',
      '300', '--workers', '1',
    ],
    options: {
      '--strategy': ['bfs', 'dfs', 'random', 'x'],
      '--walks': ['1', '3', '0', ...numbers.filter((text) => text !== '007')], '--steps': ['1', '20', ...numbers],
      '--seed': seeds, '--max-states': ['1', '300', '0', ...numbers.filter((text) => text !== '+1')],
      '--max-depth': small, '--workers': workers, '--json': files, '--symmetry': null, '--paths': null,
      '--servers': small, '--rms': small, '--values': small, '--network': ['set', 'ordered', 'multiset', 'x'],
      '--max-term': small, '--clients': ['0', ...numbers], '--list': null,
    },
  },
  {
    begins: () => ['explore', 'two-phase-commit', '--strategy', 'random', '--walks', '3'],
    options: { '--steps': small, '--seed': seeds, '--workers': workers, '--json': files },
  },
  {
    begins: () => ['shrink', witness, '--runs', '3', '--workers', '1'],
    options: { '--runs': small, '--budget': times, '--workers': workers, '--out': files, '--scenario': scenarios },
  },
  {
    begins: () => ['report', witness, '--runs', '3', '--workers', '1'],
    options: {
      '--runs': small,
      '--budget': times,
      '--workers': workers,
      '--out': ['out', ...files.filter((file) => !file.startsWith('/') && file !== '.' && file !== '-')],
      '--scenario': scenarios,
      '--no-shrink': null,
    },
  },
  {
    begins: (draw) => ['replay', oneOf(draw, [witness, ...seeds])],
    options: { '--scenario': scenarios, '--trace': files, '--json': files, '--freeze': null },
  },
  {
    begins: () => ['pin', witness, '--dir', 'pins'],
    options: {
      '--says': ['x', '', 'a\nb', '\u001b[2J'], '--name': ['x', '', '../x', 'a/b', '.', 'x'.repeat(300), 'n\u202e'],
      '--scenario': scenarios, '--dir': ['pins', '', '/proc/x', 'c.json'],
    },
  },
  {
    begins: (draw) => ['check', oneOf(draw, ['h.jsonl', 'r.jsonl', 'h.edn', 'k.edn', 'h.log', 'none'])],
    options: {
      '--model': ['kv', 'register', 'cas-register', 'queue', 'x', ''],
      '--format': ['auto', 'jsonl', 'jepsen-edn', 'jepsen-log', 'porcupine-log', 'x'],
      '--budget': ['1', '100', '0', ...numbers], '--memory': ['1', '16', '0', ...numbers], '--timeout': times,
      '--cross-check': small, '--html': files, '--json': files,
    },
  },
  {
    begins: () => ['merge', 'c.json'], options: { '--json': files, '--require-situations': null },
    words: ['c.json', 'p.json', 'none'],
  },
  {
    begins: () => ['gate', '--canaries', 'h.jsonl', '--seeds', '1'],
    options: {
      '--time-budget': times, '--seeds': small, '--from': seeds, '--shard': shards, '--cross-check': seeds,
      '--stuck-after': times, '--out': files, '--workers': workers, '--freeze': null,
    },
  },
  {
    begins: () => ['bugs', 'none.patch', '--seeds', '1'],
    options: {
      '--seeds': small, '--starts': small, '--from': seeds, '--shrink-runs': small,
      '--oracles': ['all', 'external', 'x'], '--scenario': scenarios, '--workers': workers, '--json': files,
      '--markdown': files, '--witness': null,
    },
  },
];

const odd = (draw: Draw, options: Options): readonly string[] =>
  Object.entries(options)
    .filter(() => draw(4) === 0)
    .flatMap(([name, values]) => (values === null ? [name] : [`${name}=${oneOf(draw, values)}`]));

/**
 * What a line that a patch adds may hold: a slip of the hand, another type, code that throws, ends its process or
 * answers nothing.
 */
const added = [
  'const isFree = true;', 'const isFree = votedFor !== from;', 'const isFree = "x";', 'const isFree = (',
  'throw new Error("a\\nb\\u001b[2J");', 'if (from === 1) return undefined as never;',
  'return { raft, effects: [null as never] }; const isFree = true;', 'process.exit(0); const isFree = true;',
  'const isFree = votedFor === null || votedFor === from; raft.config.id as unknown;', '',
];

/** A core with a patch of somebody's own, and what is run on it. */
function onPatchedCore(draw: Draw, { patch }: Samples): Input {
  const text = patch.replace(/^\+ {2}const isFree.*$/m, () => `+  ${oneOf(draw, added)}`);
  const work = oneOf(draw, [
    ['replay', '1'], ['replay', 'p.json'], ['fuzz', '--seeds', '2', '--workers', '1'], ['scenarios'], ['lab', '2A-1'],
    ['none'], [],
  ]);
  const bug = oneOf(draw, ['b.patch', './b.patch', 'none.patch', '.', '']);
  return {
    argv: ['--bug', draw(4) === 0 ? bug : 'b.patch', ...work], files: { 'b.patch': Buffer.from(text) }, isAside: true,
  };
}

/** One in so many works on a patched core: it is built, type-checked and started for it. */
const patchedEvery = 12;

export function campaignInput(draw: Draw, samples: Samples): Input {
  const { plan, campaign, histories } = samples;
  const whole = {
    [witness]: Buffer.from(plan), 'c.json': Buffer.from(campaign), 'm.mjs': Buffer.from('export const registry = 5;'),
  };
  if (draw(patchedEvery) === 0) {
    const { argv, files: patched, isAside } = onPatchedCore(draw, samples);
    return { argv, files: { ...whole, ...patched }, isAside };
  }
  const { begins, options, words = [] } = oneOf(draw, works);
  const word = words.length > 0 && draw(2) === 0 ? [oneOf(draw, words)] : [];
  const read = Object.fromEntries(Object.entries(histories).map(([name, text]) => [name, Buffer.from(text)]));
  return { argv: [...begins(draw), ...word, ...odd(draw, options)], files: { ...whole, ...read } };
}
