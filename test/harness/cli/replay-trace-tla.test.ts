/** `whitewater replay --trace-tla`: a run in the form that etcd's trace validation reads. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { flawsOf, type TraceLine } from '../../support/trace-form.ts';
import { whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-trace-tla-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'run.ndjson');
const linesIn = (text: string): readonly TraceLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TraceLine);

/** Two servers, one write, nothing else. */
const small = {
  format: 'whitewater-plan',
  version: 1,
  scenario: 'by hand',
  system: 'raft-kv',
  seed: 'a small trace',
  servers: 2,
  clients: 1,
  settings: {
    heartbeatUs: 50000, electionTimeoutUs: { min: 100000, max: 200000 }, entriesPerMessageMax: 8, noopOnElection: true,
    maxRaftState: -1, applyBatchMax: 100, applyPauseUs: { min: 0, max: 0 }, retryUs: { min: 100000, max: 200000 },
    backoffUs: { min: 10000, max: 20000 },
  },
  network: {
    delayUs: { min: 1000, max: 2000 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs: { min: 0, max: 0 },
  },
  disk: { writeUs: { min: 0, max: 0 } },
  faults: [],
  operations: [{ client: 0, atUs: 200000, request: { kind: 'put', key: 'k', value: 'v' } }],
  stormUs: 260000,
  settleUs: 2000000,
};

test('a small run, line by line', async () => {
  writeFileSync(join(folder, 'small.json'), JSON.stringify(small));
  const { code, out } = await whitewater(folder, 'replay', 'small.json', '--trace-tla', path);
  expect(code, out).toBe(0);
  const text = readFileSync(path, 'utf8');
  expect(flawsOf(linesIn(text))).toEqual([]);
  await expect(text.split('\n').slice(0, 60).join('\n')).toMatchFileSnapshot('small.trace.ndjson');
});

// Seeds without an option of Raft.
test.each(['12', '2', '25'])('of seed %s every line has the form, and fits the lines before it', async (seed) => {
  const { code, out } = await whitewater(folder, 'replay', seed, '--trace-tla', path);
  expect(code, out).toBe(0);
  const lines = linesIn(readFileSync(path, 'utf8'));
  expect(lines.length).toBeGreaterThan(500);
  expect(lines.filter(({ event: { name } }) => name === 'Commit').length).toBeGreaterThan(3);
  expect(flawsOf(lines)).toEqual([]);
});

test('the reading can fail: a line left out is noticed', () => {
  const lines = linesIn(readFileSync(path, 'utf8'));
  const sent = lines.findIndex(({ event: { name } }) => name === 'SendRequestVoteRequest');
  const ready = lines.findIndex(({ event: { name } }, at) => at > sent && name === 'Ready');
  for (const left of [sent, ready])
    expect(flawsOf(lines.filter((_, at) => at !== left)).length, `line ${left + 1}`).toBeGreaterThan(0);
});

test('nothing is written where the system has no specification to tell the steps by', async () => {
  const none = join(folder, 'none.ndjson');
  writeFileSync(
    join(folder, 'plain.mjs'),
    `import { registry } from ${JSON.stringify(new URL('../../../dist/scenarios/registry.js', import.meta.url).href)};
const swarm = registry.scenarios.get('swarm');
const { specification, ...plain } = swarm.system;
const scenario = { ...swarm, name: 'plain', system: { ...plain, name: 'plain' }, draw: (seed) => ({ ...swarm.draw(seed), system: 'plain' }) };
const own = { url: import.meta.url, scenarios: new Map([['plain', scenario]]), systems: new Map([['plain', scenario.system]]), models: new Map() };
export { own as registry };
`,
  );
  const { code, err } = await whitewater(folder, 'replay', '3', '--scenario', './plain.mjs', '--trace-tla', none);
  expect([code, existsSync(none)]).toEqual([4, false]);
  expect(err).toContain('--trace-tla: system "plain" has no `specification`');
});

test('nothing is written of a plan with an option, for which a trace has no line', async () => {
  const none = join(folder, 'none.ndjson');
  writeFileSync(
    join(folder, 'pre-vote.json'), JSON.stringify({ ...small, settings: { ...small.settings, preVote: true } }),
  );
  const { code, err } = await whitewater(folder, 'replay', 'pre-vote.json', '--trace-tla', none);
  expect([code, existsSync(none)]).toEqual([4, false]);
  expect(err).toContain('--trace-tla: the settings of this plan have an option of Raft on');
});

test('nothing is written of a plan with pipelined writes: what is heard need not have been told of', async () => {
  const none = join(folder, 'none.ndjson');
  writeFileSync(
    join(folder, 'pipelined.json'), JSON.stringify({ ...small, settings: { ...small.settings, pipelined: true } }),
  );
  const { code, err } = await whitewater(folder, 'replay', 'pipelined.json', '--trace-tla', none);
  expect([code, existsSync(none)]).toEqual([4, false]);
  expect(err).toContain('--trace-tla: in this plan servers go on while they write');
});
