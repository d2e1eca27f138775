/** Every command line of README.md and docs/ does what it is shown for. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whitewater } from '../support/whitewater.ts';
import { commandsIn } from './tool/commands.ts';
import { top } from './tool/measured.ts';

const documents = [
  'README.md',
  ...readdirSync(join(top, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const folder = mkdtempSync(join(tmpdir(), 'whitewater-documents-'));
beforeAll(() => {
  copyFileSync(join(top, 'scenarios', 'bugs', 'e03-majority-is-half.plan.json'), join(folder, 'PLAN.json'));
  mkdirSync(join(folder, 'my-patches'));
  copyFileSync(join(top, 'scenarios', 'bugs', 'e03-majority-is-half.patch'), join(folder, 'my-patches', 'own.patch'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is run in its place, and what it ends with; `null`: what shows it instead. */
interface Instead {
  readonly run: string | null;
  readonly code?: number;
  readonly why: string;
}

const fewerSeeds = 'fewer seeds show the same';
const seed = 'seed 4711 of the real core passes; one that is drawn small is quicker';
const planted = 'on a core with a known bug, where there is something to shrink and tell';

const onRedis = 'test/harness/cli/fleet-work.test.ts, on a Redis of its own';

const instead: Readonly<Record<string, Instead>> = {
  'npm ci && npm run fuzz': { run: 'fuzz --seeds 4 --workers 1', why: `it is installed already; ${fewerSeeds}` },
  'npm ci && npm test': { run: null, why: 'this is it' },
  'npm run fuzz': { run: 'fuzz --seeds 4 --workers 1', why: fewerSeeds },
  'node dist/harness/bench/checker.js': {
    run: null, why: 'a benchmark of a minute, with histories that only a clone has',
  },
  'npx whitewater replay 4711': { run: 'replay 5', why: seed },
  'npx whitewater replay 4711 --trace t.jsonl': { run: 'replay 5 --trace t.jsonl', why: seed },
  'npx whitewater shrink 4711': { run: '--bug e03 shrink 1 --runs 20 --workers 1', code: 1, why: planted },
  'npx whitewater report 4711': { run: '--bug e03 report 1 --out told', code: 1, why: planted },
  'npx whitewater pin PLAN.json': { run: 'pin PLAN.json --dir pinned', why: 'into a folder of the test' },
  'whitewater --bug e02 fuzz': { run: '--bug e02 fuzz --seeds 12 --workers 1', code: 1, why: fewerSeeds },
  'npx whitewater --bug e05 fuzz': { run: '--bug e05 fuzz --seeds 12 --workers 1', code: 1, why: fewerSeeds },
  'whitewater gate --baseline campaign.json': { run: null, why: 'test/harness/cli/baseline.test.ts' },
  'whitewater gate --time-budget 5m --out gate': { run: null, why: 'test/harness/cli/bugs.test.ts and .ci/run' },
  'whitewater explore --symmetry --max-term 2 --max-log 2': {
    run: 'explore --symmetry --max-term 2 --max-log 2 --max-states 2000', code: 2,
    why: 'a space of 6 s; one that is not closed ends with 2',
  },
  'whitewater explore': {
    run: 'explore --max-states 2000', code: 2, why: 'a space of some seconds; one that is not closed ends with 2',
  },
  'whitewater explore --strategy random --max-term 3 --max-log 6 --clients 2': {
    run: 'explore --strategy random --max-term 3 --max-log 6 --clients 2 --walks 20 --steps 30',
    code: 2,
    why: 'it goes on until it is stopped',
  },
  'npx whitewater --bug e02 explore --clients 0 --max-term 2 --max-log 2 --symmetry': {
    run: '--bug e02 explore --clients 0 --max-term 2 --max-log 2 --symmetry --workers 1', code: 1,
    why: 'one worker is enough',
  },
  'npx whitewater --bug e02 report failures/explore-raft-kv-step-of-the-specification.plan.json': {
    run: '--bug e02 report failures/explore-raft-kv-step-of-the-specification.plan.json', code: 1,
    why: 'it reports what the line above has found',
  },
  'whitewater fuzz --seeds 200000': { run: 'fuzz --seeds 4 --workers 1', why: fewerSeeds },
  'npx whitewater fuzz --seeds 200000': { run: 'fuzz --seeds 4 --workers 1', why: fewerSeeds },
  'whitewater lab': { run: 'lab 2A-1', why: 'one test of them' },
  'whitewater lab 3B': { run: 'lab 3B-2', why: 'one test of them' },
  'whitewater lab all --seeds 100': { run: 'lab 2A-1 --seeds 2', why: 'one test of them' },
  'whitewater lab all --manner honest': { run: 'lab 2A-1 --manner honest', why: 'one test of them' },
  'whitewater lab gaps': { run: 'lab ForgottenVote', why: 'one test of them' },
  'whitewater fuzz lab/2C-8-UnreliableChurn': {
    run: 'fuzz lab/2C-8-UnreliableChurn --seeds 1 --workers 1', why: fewerSeeds,
  },
  'npx whitewater bugs': { run: 'bugs e03 --starts 1 --seeds 5 --workers 1', why: 'one bug of them' },
  'npx whitewater bugs e05 s19': {
    run: 'bugs e05 e03 --starts 1 --seeds 40 --workers 1', why: 's19 takes thousands of seeds',
  },
  'npx whitewater bugs --oracles external': {
    run: 'bugs e03 --oracles external --starts 1 --seeds 20 --workers 1', why: 'one bug of them',
  },
  'npx whitewater bugs path/to/my-patches': {
    run: 'bugs my-patches --starts 1 --seeds 5 --workers 1', why: 'a folder of the test',
  },
  'whitewater bugs --starts 5 --seeds 400': { run: null, why: 'how it was measured once' },
  'npx whitewater fleet start swarm --seeds 1000000': { run: null, why: onRedis },
  'npx whitewater fleet work': { run: null, why: onRedis },
  'npx whitewater fleet status': { run: null, why: onRedis },
  'npx whitewater fleet watch': { run: null, why: onRedis },
  'npx whitewater fleet result --json campaign.json': { run: null, why: onRedis },
  'npx whitewater fleet stop': { run: null, why: onRedis },
  'npx whitewater fleet page pages': { run: null, why: onRedis },
  'npx whitewater fleet watch --on-failure \'mail -s "$WHITEWATER_PROPERTY" us@example.org < "$WHITEWATER_REPORT"\'': {
    run: null, why: onRedis,
  },
  'npx whitewater fleet start swarm --continuous': { run: null, why: onRedis },
  'node dist/harness/bench/fleet.js queue': { run: null, why: 'a benchmark with a Redis of its own' },
  'npm run fuzz:inputs': { run: null, why: 'test/inputs/inputs.test.ts' },
  'npm run bench -- --against REVISION': { run: null, why: 'test/harness/bench/main.test.ts' },
  'npm run bench -- --against 97d70e0': { run: null, why: 'test/harness/bench/main.test.ts' },
  'whitewater bugs m04 m27 m28 m29 --starts 5 --seeds 5000': {
    run: 'bugs m29 --starts 1 --seeds 300 --workers 1', why: 'how it was measured once; M04 takes a thousand seeds',
  },
  'whitewater bugs m03': { run: 'bugs m03 --starts 1 --seeds 100 --workers 1', why: 'one starting point of twenty' },
  'whitewater explore raft-spec --pipelined': {
    run: 'explore raft-spec --pipelined --max-states 2000', code: 2, why: 'one that is not closed ends with 2',
  },
  'npx whitewater bugs --oracles specification': {
    run: 'bugs e03 --oracles specification --starts 1 --seeds 20 --workers 1', why: 'one bug of them',
  },
  'whitewater bugs --oracles specification': {
    run: 'bugs e03 --oracles specification --starts 1 --seeds 20 --workers 1', why: 'one bug of them',
  },
  'whitewater fuzz lease-beyond-drift --seeds 40': {
    run: 'fuzz lease-beyond-drift --seeds 40', code: 1,
    why: 'reads beyond the bound are out of date, and that is shown',
  },
  'npm run bench -- --growth': { run: null, why: 'a benchmark of a minute' },
  'whitewater explore --pre-vote --check-quorum': {
    run: 'explore --pre-vote --check-quorum --max-states 2000', code: 2,
    why: 'a space of half a minute; one that is not closed ends with 2',
  },
};

const lines = documents.flatMap((document) =>
  commandsIn(read(document)).map((command) => [document, command] as const),
);
const distinct = [...new Map(lines.map(([document, command]) => [command, [document, command] as const])).values()];

function read(document: string): string {
  return readFileSync(join(top, document), 'utf8');
}

describe('command lines of the documents', () => {
  test.each(distinct.filter(([, command]) => instead[command]?.run !== null))('%s: %s', async (_document, command) => {
    const { run = null, code = 0 } = instead[command] ?? {};
    const argv = (run ?? command.replace(/^(?:npx )?whitewater /, '')).split(' ');
    const ended = await whitewater(folder, ...argv);
    expect(ended.code, `${argv.join(' ')}\n${ended.err}${ended.out.slice(-1500)}`).toBe(code);
  });

  test('whatever is replaced stands in a document', () => {
    expect(Object.keys(instead).filter((command) => !distinct.some(([, one]) => one === command))).toEqual([]);
  });
});

test.each([
  ['    npx whitewater fuzz   # all\n', ['npx whitewater fuzz']],
  ['text\n    whitewater lab 3B                    one lab\n', ['whitewater lab 3B']],
  ['Run `npm run bench` or `whitewater NAME`.\n', ['npm run bench']],
  ['`whitewater lab [NAME]`, `whitewater explore ...`, `whitewater check FILE...`\n', []],
])('the command lines of %j are %j', (text, commands) => expect(commandsIn(text)).toEqual(commands));
