/** `whitewater explore` as a person meets it: numbers, exit codes, one clear line for every mistake. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exitCode, UsageError, type Terminal } from '../../../harness/cli/command.ts';
import { explore } from '../../../harness/cli/explore.ts';
import { changedLines } from '../../../harness/text/difference.ts';
import { protocolModels } from '../../../scenarios/protocols/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-explore-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function recording(interrupted = new AbortController().signal) {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    isTerminal: false,
    columns: 80,
    hasColor: false,
    interrupted,
  };
  return { terminal, written };
}

async function run(...argv: readonly string[]) {
  const { terminal, written } = recording();
  const code = await explore(argv, protocolModels, terminal);
  return { code, ...written };
}

/** One worker: Node 20 has no worker threads from TypeScript sources; the others are tested compiled. */
const single = ['--workers', '1'];

describe('exit codes', () => {
  it.each([
    ['all hold and the space is closed', exitCode.pass, ['two-phase-commit', '--rms', '5', ...single]],
    ['a property is violated', exitCode.violation, ['single-copy', '--servers', '2', '--history', ...single]],
    ['a goal is in no state', exitCode.violation, ['die-hard', '--goal', '7', ...single]],
    ['a bound on states came first', exitCode.unknown, ['paxos', '--max-states', '1000', ...single]],
    ['a bound on depth came first', exitCode.unknown, ['paxos', '--max-depth', '5', '--strategy', 'dfs']],
    ['walks never close a space', exitCode.unknown, ['die-hard', '--strategy', 'random', '--walks', '50', ...single]],
    [
      'a walk found a violation',
      exitCode.violation,
      ['single-copy', '--servers', '2', '--history', '--strategy', 'random', '--seed', '3', ...single],
    ],
  ])('%s', async (_, code, argv) => {
    expect((await run(...argv)).code).toBe(code);
  });

  it('interrupted before it began: 2, with the counts', async () => {
    const { terminal, written } = recording(AbortSignal.abort());
    expect(await explore(['two-phase-commit', ...single], protocolModels, terminal)).toBe(exitCode.unknown);
    expect(written.out).toContain('Interrupted before the space was closed');
    expect(written.out).toContain('distinct 1 ');
  });
});

describe('wrong usage is one line that says what to do', () => {
  it.each([
    [
      ['nope'],
      'there is no model "nope"; there are: raft-kv, raft-spec, two-phase-commit, paxos, abd, single-copy, die-hard',
    ],
    [['--rms', '5', 'two-phase-commit'], 'the parameters of raft-kv are --servers 3 (2 to 5)'],
    [['--max-in-flight', '4'], 'add --plain, or take --network multiset'],
    [['--network', 'ordered'], '--network ordered needs a bound on the letters in flight'],
    [['two-phase-commit', '--servers', '5'], 'the parameters of two-phase-commit are --rms 3 (1 to 14)'],
    [['abd', '--rms', '5'], 'the parameters of abd are --clients 2 (1 to 8), --servers 2 (1 to 8), --history (off)'],
    [['two-phase-commit', '--rms', '0'], '--rms takes a whole number from 1 to 14, not "0"'],
    [['two-phase-commit', '--rms', 'five'], '--rms takes a whole number from 1 to 14, not "five"'],
    [['two-phase-commit', 'five'], 'unexpected argument "five"'],
    [['die-hard', '--symmetry'], 'the model die-hard has no symmetry: leave out --symmetry'],
    [['die-hard', '--strategy', 'best'], '--strategy takes bfs, dfs, random, not "best"'],
    [['die-hard', '--strategy', 'dfs', '--workers', '2'], '--strategy dfs has one worker'],
    [['die-hard', '--strategy', 'random', '--max-states', '5'], 'bound random walks with --walks and --steps'],
    [['die-hard', '--walks', '5'], '--walks is for --strategy random'],
    [['die-hard', '--max-states', '-1'], "Option '--max-states' argument is ambiguous. Did you forget"],
    [['./no-such-module.js'], 'cannot load ./no-such-module.js'],
    [['die-hard', '--json', import.meta.dirname], 'it is a folder'],
  ])('%j', async (argv, line) => {
    const error = await run(...argv).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toContain(line);
    expect((error as UsageError).message).not.toContain('\n');
  });
});

describe('output', () => {
  it('--json holds the facts by name', async () => {
    const path = join(folder, 'facts.json');
    await run('single-copy', '--servers', '2', '--history', '--json', path, ...single);
    const facts = JSON.parse(readFileSync(path, 'utf8'));
    expect(facts).toMatchObject({
      model: 'single-copy', parameters: { clients: 2, servers: 2, history: true }, distinct: 18, generated: 21,
      depth: 5, end: 'violation', isClosed: false,
    });
    for (const name of ['seconds', 'statesPerSecond', 'bytesPerState', 'omissionProbability'])
      expect(facts[name]).toEqual(expect.any(Number));
    const broken = facts.properties.find(
      (property: { name: string }) => property.name === 'every history is linearizable',
    );
    expect(broken.verdict).toBe('violated');
    expect(broken.path.steps.map((step: { action: string }) => step.action)).toHaveLength(4);
    expect(broken.path.steps[3].state.clients[0].awaiting).toBe(null);
  });

  it('--json - writes JSON and nothing else', async () => {
    const { out } = await run('die-hard', '--json', '-', ...single);
    expect(JSON.parse(out)).toMatchObject({ model: 'die-hard', distinct: 16, generated: 97, depth: 8, isClosed: true });
  });

  it('a path shows the whole first state, then only what changed', async () => {
    const { out } = await run('die-hard', '--paths', ...single);
    expect(out).toContain(
      [
        '   0. the initial state', '        small: 0', '        big: 0', '   1. fill the big jug',
        '        big: 0 -> 5', '   2. pour big into small', '        small: 0 -> 3', '        big: 5 -> 2',
      ].join('\n'),
    );
  });

  it('--list names every model with its parameters and defaults', async () => {
    const { out, code } = await run('--list');
    expect(code).toBe(exitCode.pass);
    for (const name of protocolModels.keys()) expect(out).toContain(`${name}: `);
    expect(out).toContain('--max-ballot 1 (0 to 15)');
  });

  it('a model of one\'s own is found by the path of its module', async () => {
    const path = join(folder, 'own.js');
    writeFileSync(
      path,
      `export const counter = { name: 'counter', summary: '', parameters: [], moduleUrl: import.meta.url, create: () => ({
      initialStates: () => [0], actions: () => [1], next: (state, step) => (state + step) % 7, properties: [],
      fingerprint: (state, hasher) => hasher.int(state), describeAction: String, describeState: (state) => state }) };\n`,
    );
    expect(JSON.parse((await run(path, '--json', '-', ...single)).out)).toMatchObject({
      model: 'counter', distinct: 7, generated: 8, depth: 7,
    });
    expect(JSON.parse((await run(`${path}#counter`, '--json', '-', ...single)).out).distinct).toBe(7);
    await expect(run(`${path}#other`)).rejects.toThrow('exports no model "other"; it exports: counter');
  });
});

describe('differences of states', () => {
  it('names what changed, and nothing else', () => {
    const before = { term: 1, peers: [{ up: true }, { up: true }], messages: ['a', 'b'], same: { deep: [1, 2] } };
    const after = { term: 2, peers: [{ up: true }, { up: false }], messages: ['b', 'c', 'd'], same: { deep: [1, 2] } };
    expect(changedLines(before, after)).toEqual([
      'term: 1 -> 2', 'peers[1].up: true -> false', 'messages: - a, + c, + d',
    ]);
    expect(changedLines(before, before)).toEqual([]);
  });

  it('an order that changed is a change', () => {
    expect(changedLines({ queue: ['a', 'b'] }, { queue: ['b', 'a'] })).toEqual(['queue: in another order']);
  });
});
