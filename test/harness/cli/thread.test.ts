/** A command in a thread of its own: what it says reaches the terminal, and what becomes of it the exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Terminal } from '../../../harness/cli/command.ts';
import { runWatched } from '../../../harness/cli/thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-thread-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pulseUrl = new URL('../../../dist/harness/campaign/pulse.js', import.meta.url).href;

/** Long enough for a busy machine; what must be waited for has a shorter one. */
const patient = { stuckAfterMs: 60_000, graceMs: 10_000, lookEveryMs: 20 };

let modules = 0;

/**
 * Runs a module in the thread's place: `port` and `start` are there, and `pulse`, as the code under test would move it.
 */
async function run(code: string, { argv = ['fuzz'], patience = patient, interruptAfter = null as string | null } = {}) {
  const path = join(folder, `${modules++}.mjs`);
  writeFileSync(path, `
    import { parentPort as port, workerData as start } from 'node:worker_threads';
    import { Pulse } from '${pulseUrl}';
    const pulse = new Pulse(start.pulse);
    const out = (text) => port.postMessage({ kind: 'out', text });
    const ended = (code) => port.postMessage({ kind: 'ended', code });
    ${code}`);
  const interruption = new AbortController();
  const said = { out: '', err: '' };
  const terminal: Terminal = {
    out(text) {
      said.out += text;
      if (interruptAfter !== null && text === interruptAfter) interruption.abort();
    },
    err: (text) => void (said.err += text),
    isTerminal: true, columns: 91, hasColor: false, interrupted: interruption.signal,
  };
  return { code: await runWatched(argv, pathToFileURL(path), terminal, patience), ...said };
}

describe('a thread that ends by itself', () => {
  test.each([0, 1, 2, 3, 4, 5])('with %i', async (code) =>
    expect(await run(`ended(${code});`)).toEqual({ code, out: '', err: '' }),
  );

  test('has said results and errors, each in its place', async () => {
    expect(await run("out('a'); port.postMessage({ kind: 'err', text: 'b' }); out('c'); ended(1);")).toEqual({
      code: 1, out: 'ac', err: 'b',
    });
  });

  test('knows the command line and the terminal', async () => {
    const { out } = await run(
      'const { pulse: shared, ...rest } = start; out(JSON.stringify(rest)); out(JSON.stringify(process.argv.slice(2))); ended(0);',
      { argv: ['replay', '7'] },
    );
    expect(out).toBe('{"argv":["replay","7"],"isTerminal":true,"columns":91,"hasColor":false}["replay","7"]');
  });

  test('says nothing any more behind its end', async () =>
    expect(await run('ended(3); process.exit(7);')).toEqual({ code: 3, out: '', err: '' }));

  test('when it is interrupted, with what it has', async () => {
    expect(
      await run("port.on('message', (word) => { out(word); ended(2); }); out('ready');", { interruptAfter: 'ready' }),
    ).toEqual({ code: 2, out: 'readyinterrupt', err: '' });
  });
});

describe('a thread that is ended', () => {
  test.each([
    [
      'by the code under test',
      'pulse.drawing(8); pulse.enter(1); process.exit(7);',
      ['fuzz'],
      4,
      'the code under test ended the process with process.exit(7), in step 1, of node 1 of seed 8: a protocol is a pure function',
    ],
    [
      'by a module that was loaded', 'process.exit(7);', ['fuzz', 'own.mjs#a'], 4,
      'own.mjs ended the process with process.exit(7) while it was loaded',
    ],
    [
      'by a module that is not named', 'process.exit(0);', ['fuzz'], 4,
      'a module that was loaded ended the process with process.exit(0) while it was loaded',
    ],
    [
      'by a module that waits for ever', 'await new Promise(() => {});', ['fuzz', 'a.ts', '--x', 'b.js#b'], 4,
      'a.ts or b.js never finishes loading: a top-level await in it is never settled',
    ],
  ])('%s', async (_who, module, argv, code, says) => {
    expect(await run(module, { argv })).toEqual({ code, out: '', err: `whitewater: ${says}\n` });
  });

  test('by a fault of the harness', async () => {
    const { code, err } = await run("throw new RangeError('oops');");
    expect(code).toBe(5);
    expect(err).toMatch(/^whitewater: a fault of the harness itself, please report it:\nRangeError: oops\n {4}at /);
  });

  test('by a heap that is full', async () => {
    const { code, err } = await run(
      "const error = new Error('full'); error.code = 'ERR_WORKER_OUT_OF_MEMORY'; pulse.drawing(8); pulse.enter(0); throw error;",
    );
    expect(code).toBe(2);
    expect(err).toBe(
      'whitewater: out of memory, in step 1, of node 0 of seed 8: more heap: NODE_OPTIONS=--max-old-space-size=8192\n',
    );
  });
});

describe('a thread that does not end', () => {
  const hasty = { ...patient, stuckAfterMs: 200 };
  test.each([
    [
      'in a step',
      'pulse.drawing(8); pulse.enter(0);',
      1,
      'the code under test has not come back for 0.2 s, in step 1, of node 0 of seed 8: it loops',
    ],
    [
      'in a draw', "pulse.drawing(8); pulse.into('draw');", 4,
      'the draw of the scenario has not come back for 0.2 s, of seed 8: it loops',
    ],
    ['in `processes`', "pulse.into('processes');", 2, "the system's `processes` has not come back for 0.2 s: it loops"],
  ])(
    '%s is ended',
    async (_where, moves, code, says) => {
      expect(await run(`${moves} for (;;);`, { patience: hasty })).toEqual({
        code, out: '', err: `whitewater: ${says}\n`,
      });
    },
    30_000,
  );

  test('but moves may go on', async () => {
    expect(
      await run(
        'for (let i = 0; i < 12; i++) { pulse.enter(0); await new Promise((go) => setTimeout(go, 50)); } ended(0);',
        { patience: { ...hasty, stuckAfterMs: 400 } },
      ),
    ).toMatchObject({ code: 0, err: '' });
  });

  test('once it is interrupted is ended', async () => {
    const { code, err } = await run("out('ready'); pulse.enter(0); for (;;) { pulse.enter(0); }", {
      patience: { ...patient, graceMs: 300 }, interruptAfter: 'ready',
    });
    expect(code).toBe(2);
    expect(err).toMatch(/^whitewater: did not end within 0\.3 s of being interrupted, in step \d+, of node 0\n$/);
  }, 30_000);
});
