/** Which Redis a fleet can lean on, and what a person is told of the others. */
import { describe, expect, test } from 'vitest';
import { connectionText, mustFit, refusalText } from '../../../harness/fleet/redis.ts';

const info = (own: Readonly<Record<string, string>> = {}): string =>
  Object.entries({ redis_version: '7.0.15', maxmemory: '0', maxmemory_policy: 'noeviction', aof_enabled: '1', ...own })
    .map(([field, value]) => `${field}:${value}\r\n`)
    .join('');

describe('what INFO says', () => {
  test.each(['6.2.0', '6.2.13', '7.0.0', '10.1', '7.2.4-rc1'])('version %s will do', (version) =>
    expect(mustFit('here:1', info({ redis_version: version }))).toBe(true),
  );

  test.each(['6.1.9', '5.0.14', '6.0.16', '', 'nonsense'])('version "%s" will not', (version) => {
    expect(() => mustFit('here:1', info({ redis_version: version }))).toThrow(
      `Redis at here:1 is of version ${version === '' ? 'unknown' : version}: a fleet needs 6.2.0 or newer, or Valkey`,
    );
  });

  test('one that throws keys away when it is full is refused; one without a bound never does', () => {
    expect(() => mustFit('here:1', info({ maxmemory: '1000', maxmemory_policy: 'allkeys-lru' }))).toThrow(
      'Redis at here:1 throws keys away when it is full (maxmemory-policy allkeys-lru), and results with them: set it to noeviction',
    );
    expect(mustFit('here:1', info({ maxmemory: '0', maxmemory_policy: 'allkeys-lru' }))).toBe(true);
    expect(mustFit('here:1', info({ maxmemory: '1000' }))).toBe(true);
  });

  test('one without append-only file is noted', () =>
    expect(mustFit('here:1', info({ aof_enabled: '0' }))).toBe(false));
});

test.each([
  [
    'WRONGPASS invalid username-password pair or user is disabled.',
    'Redis at here:1 does not let us in: invalid username-password pair or user is disabled. (the password stands in --redis or REDIS_URL)',
  ],
  [
    'NOAUTH Authentication required.',
    'Redis at here:1 does not let us in: it asks for a password (the password stands in --redis or REDIS_URL)',
  ],
  ['connect ECONNREFUSED 127.0.0.1:1', 'no Redis at here:1: connect ECONNREFUSED 127.0.0.1:1'],
  [
    'write ECONNRESET',
    'no Redis at here:1: write ECONNRESET (does it ask for TLS? then the address begins with rediss://)',
  ],
])('%s', (message, says) => expect(connectionText('here:1', false, new Error(message))).toBe(says));

test.each([
  [
    'self-signed certificate',
    'no Redis at here:1: self-signed certificate (NODE_EXTRA_CA_CERTS=FILE has Node trust an authority of your own)',
  ],
  ['connect ETIMEDOUT', 'no Redis at here:1: connect ETIMEDOUT (rediss:// asks for TLS: has it that?)'],
  ['connect ECONNREFUSED 127.0.0.1:1', 'no Redis at here:1: connect ECONNREFUSED 127.0.0.1:1'],
])('%s, asked for with TLS', (message, says) => expect(connectionText('here:1', true, new Error(message))).toBe(says));

test.each([
  [
    "OOM command not allowed when used memory > 'maxmemory'. script: abc",
    'Redis at here:1 is full: what was done is kept; give it more memory (maxmemory) and go on',
  ],
  [
    'MISCONF Redis is configured to save RDB snapshots',
    'Redis at here:1 takes no writes: MISCONF Redis is configured to save RDB snapshots',
  ],
  [
    'NOAUTH Authentication required.',
    'Redis at here:1 does not let us in: it asks for a password (the password stands in --redis or REDIS_URL)',
  ],
  [
    "NOPERM User alice has no permissions to run the 'eval' command",
    "Redis at here:1 does not let us in: User alice has no permissions to run the 'eval' command (the password stands in --redis or REDIS_URL)",
  ],
  ['could not renew lock for job chunk-4', null],
  ['Missing lock for job chunk-4. moveToFinished', null],
])('of "%s" in the middle of work', (message, says) => expect(refusalText('here:1', new Error(message))).toBe(says));
