/** Passwords and TLS on a real Redis: who is let in, and what is told to who is not. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetModule, inOneProcess } from '../../support/fleet.ts';
import { freePort, redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';
import { whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate for the loopback that is its own authority: its file, and that of its key. */
function certificate(): readonly [string, string] {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const words = [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
    '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1',
  ];
  execFileSync('openssl', [...words, '-out', cert, '-keyout', key], { stdio: 'ignore' });
  return [cert, key];
}

/** Null without openssl, or with a Redis that was built without TLS. */
const isUnable = ((): string | null => {
  if (redisPath === null) return withoutRedis;
  try {
    certificate();
    return /ssl/.test(
      execFileSync('ldd', [execFileSync('sh', ['-c', `command -v ${redisPath}`], { encoding: 'utf8' }).trim()], {
        encoding: 'utf8',
      }),
    )
      ? null
      : ' (skipped: Redis was built without TLS)';
  } catch {
    return ' (skipped: there is no openssl)';
  }
})();

describe.skipIf(isUnable !== null)(`a Redis with passwords and TLS${isUnable ?? ''}`, () => {
  let server: RedisServer;
  let tlsPort: number;
  let cert: string;
  beforeAll(async () => {
    writeFileSync(join(folder, 'own.mjs'), fleetModule);
    const files = certificate();
    cert = files[0];
    tlsPort = await freePort();
    server = await RedisServer.started([
      '--requirepass', 'right', '--user', 'alice', 'on', '>hers', '~*', '&*', '+@all', '--user', 'mute', 'on', '>his',
      '~*', '&*', '+@all', '-eval', '--tls-port', String(tlsPort), '--tls-cert-file', cert, '--tls-key-file', files[1],
      '--tls-ca-cert-file', cert, '--tls-auth-clients', 'no',
    ]);
  });
  afterAll(() => server?.end());

  const plain = (who: string): string => `redis://${who}127.0.0.1:${server.port}`;
  const tls = (who: string): string => `rediss://${who}127.0.0.1:${tlsPort}`;
  const status = (url: string) => whitewater(folder, 'fleet', 'status', '--redis', url);
  const noCampaign = 'whitewater: there is no campaign in the fleet "whitewater": whitewater fleet start begins one\n';

  test.each([
    ['the right password', ':right@'], ['a name with its password', 'alice:hers@'],
  ])('%s lets in', async (_, who) => {
    expect(await status(plain(who))).toEqual({ code: 4, out: '', err: noCampaign });
  });

  test.each([
    ['no password', '', 'it asks for a password'],
    ['a wrong one', ':wrong@', 'invalid username-password pair or user is disabled.'],
    ['that of another name', 'alice:right@', 'invalid username-password pair or user is disabled.'],
  ])('%s: one line, exit code 4', async (_, who, says) => {
    expect(await status(plain(who))).toEqual({
      code: 4,
      out: '',
      err: `whitewater: Redis at 127.0.0.1:${server.port} does not let us in: ${says} (the password stands in --redis or REDIS_URL)\n`,
    });
  });

  test('a name that may not do what a fleet needs: one line, exit code 4', async () => {
    expect(
      await whitewater(folder, 'fleet', 'start', './own.mjs#good', '--seeds', '4', '--redis', plain('mute:his@')),
    ).toEqual({
      code: 4,
      out: '',
      err: expect.stringMatching(
        new RegExp(
          `^whitewater: Redis at 127\\.0\\.0\\.1:${server.port} does not let us in: [^\\n]*permissions[^\\n]*\\n$`,
        ),
      ),
    });
  });

  test('a certificate that nobody knows: one line, exit code 4, and what to do', async () => {
    expect(await status(tls('alice:hers@'))).toEqual({
      code: 4,
      out: '',
      err: `whitewater: no Redis at 127.0.0.1:${tlsPort}: self-signed certificate (NODE_EXTRA_CA_CERTS=FILE has Node trust an authority of your own)\n`,
    });
  });

  test('no TLS where it is asked for: one line, exit code 4, and what to do', async () => {
    const { code, err } = await status(`redis://alice:hers@127.0.0.1:${tlsPort}`);
    expect([code, err]).toEqual([
      4,
      expect.stringMatching(
        /^whitewater: no Redis at [^\n]+ \(does it ask for TLS\? then the address begins with rediss:\/\/\)\n$/,
      ),
    ]);
  });

  test('with the certificate known and the right password a campaign is begun, done and told over TLS; a wrong password is told there, too', async () => {
    const over = (who: string, part: string, ...argv: readonly string[]): readonly string[] => [
      'fleet', part, ...argv, '--redis', tls(who),
    ];
    const ended = await inOneProcess(
      folder, { NODE_EXTRA_CA_CERTS: cert }, over('alice:wrong@', 'status'),
      over('alice:hers@', 'start', './own.mjs#good', '--seeds', '40'),
      over('alice:hers@', 'work', '--workers', '1', '--until-done'), over('alice:hers@', 'result'),
    );
    expect(ended.map(({ code }) => code)).toEqual([4, 0, 0, 0]);
    expect(ended[0]!.err).toContain(`Redis at 127.0.0.1:${tlsPort} does not let us in: `);
    expect(ended[3]!.out).toContain('40 passed, 0 violated, 0 unknown');
  });
});
