/** `whitewater fleet` where there is no Redis, not the right one, or no client for it: one line each, exit code 4. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inOneProcess } from '../../support/fleet.ts';
import { freePort } from '../../support/redis.ts';
import { whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const parts: readonly (readonly string[])[] = [
  ['start', 'swarm'], ['work'], ['status'], ['watch'], ['result'], ['stop'], ['page', 'pages'],
];

describe('wrong usage', () => {
  test.each([
    [[], 'fleet takes one of start, work, status, watch, result, stop, page (see: whitewater fleet --help)'],
    [
      ['nonsense'],
      'fleet takes one of start, work, status, watch, result, stop, page, not "nonsense" (see: whitewater fleet --help)',
    ],
    [['start', 'a', 'b'], 'fleet start takes one scenario, not 2: a b'],
    [['start', 'nowhere'], expect.stringContaining('"nowhere"')],
    [['start', '--continuous', '--seeds', '5'], '--continuous goes on for ever: it takes no --seeds'],
    [['start', '--chunk', '0'], '--chunk takes a whole number from 1 to 1000000, not "0"'],
    [['work', 'swarm'], 'fleet work takes options only, not swarm: the scenario is that of the campaign'],
    [
      ['work', '--lost-after', '10ms'],
      '--lost-after takes at least 1s: a worker on a busy machine says nothing for a moment',
    ],
    [['page'], 'fleet page takes one folder, where it writes index.html'],
    [['status', '--fleet', 'a b'], '--fleet takes letters, digits, dots and dashes, not "a b"'],
    [
      ['status', '--redis', 'me:secret'],
      '--redis (or REDIS_URL) takes an address such as redis://localhost:6379, or rediss://user:password@host:6380 with TLS',
    ],
  ])('%j', async (argv, says) => {
    const { code, err } = await whitewater(folder, 'fleet', ...argv);
    expect([code, err]).toEqual([4, typeof says === 'string' ? `whitewater: ${says}\n` : says]);
  });
});

test.each(parts.map((argv) => ({ argv })))('$argv says where there is no Redis', async ({ argv }) => {
  const port = await freePort();
  expect(await whitewater(folder, 'fleet', ...argv, '--redis', `redis://me:secret@127.0.0.1:${port}`)).toEqual({
    code: 4,
    out: '',
    err: expect.stringMatching(
      new RegExp(
        `^(whitewater: there was no folder pages; it is made now\n)?whitewater: no Redis at 127\\.0\\.0\\.1:${port}: connect ECONNREFUSED 127\\.0\\.0\\.1:${port}\n$`,
      ),
    ),
  });
});

/** Answers as a server of that version would, and to nothing else. */
function oldRedis(version: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined).on('data', (bytes) => {
    // Commands come as arrays of strings, one or more at a time.
    for (const command of bytes.toString().split(/(?=\*\d+\r\n)/)) {
      const word = /\r\n\$\d+\r\n([A-Za-z]+)/.exec(command)?.[1]?.toLowerCase();
      const info = `redis_version:${version}\r\nloading:0\r\n`;
      socket.write(
        word === 'info'
          ? `$${info.length}\r\n${info}\r\n`
          : word === 'hello'
            ? '-ERR unknown command `HELLO`\r\n'
            : '+OK\r\n',
      );
    }
  }));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as { port: number }).port }));
  });
}

test('a Redis that is too old is named with its version', async () => {
  const { server, port } = await oldRedis('5.0.7');
  try {
    expect(await whitewater(folder, 'fleet', 'work', '--redis', `redis://127.0.0.1:${port}`)).toEqual({
      code: 4,
      out: '',
      err: `whitewater: Redis at 127.0.0.1:${port} is of version 5.0.7: a fleet needs 6.2.0 or newer, or Valkey\n`,
    });
  } finally {
    server.close();
  }
});

test('without the optional packages every part says in one line what to install, and every other command runs: it loads neither', async () => {
  const hook = join(folder, 'hook.mjs');
  writeFileSync(
    hook,
    `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
  if (name === 'bullmq' || name === 'ioredis') throw Object.assign(new Error('Cannot find package ' + name), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(name, context);
}\`));
`,
  );
  const words = [
    ['fuzz', '--seeds', '2', '--workers', '1'], ['fleet', '--help'], ...parts.map((argv) => ['fleet', ...argv]),
  ];
  const ended = await inOneProcess(folder, { NODE_OPTIONS: `--import=${hook}` }, ...words);
  const lacking = {
    code: 4,
    out: '',
    err: 'whitewater: whitewater fleet needs the packages bullmq and ioredis, which are not installed: npm install bullmq ioredis\n',
  };
  expect(ended).toMatchObject([{ code: 0 }, { code: 0, err: '' }, ...parts.map(() => lacking)]);
});
