/**
 * The connection to Redis or Valkey, and whether it is one that a fleet can lean on. Loads its client only when asked.
 */
import type { Redis } from 'ioredis';
import { UsageError } from '../text/usage-error.ts';

/** The oldest version that BullMQ is made for. */
const oldestVersion = [6, 2, 0] as const;

/** Without the packages there is one line, and not a trace of a module that was not found. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'whitewater fleet needs the packages bullmq and ioredis, which are not installed: npm install bullmq ioredis',
    );
  }
}

export interface Connected {
  readonly redis: Redis;
  /** Host and port, for a person: never the password. */
  readonly name: string;
  /** It writes an append-only file: a restart loses nothing but the last moments. */
  readonly keepsFile: boolean;
}

/**
 * Connects once, without patience, and looks what answers; then hands out a client that comes back after every loss.
 * @param url as the client takes it: redis://user:password@host:port/db, rediss:// with TLS
 * @throws UsageError when nobody answers, or not the right one
 */
export async function connect(url: string): Promise<Connected> {
  const { Redis } = await loaded(() => import('ioredis'));
  const { name, hasTls } = placeOf(url);
  const probe = new Redis(url, {
    lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 10_000,
  });
  let trouble: Error | null = null;
  probe.on('error', (error) => (trouble ??= error));
  try {
    await probe.connect();
    const keepsFile = mustFit(name, await probe.info());
    const redis = new Redis(url, {
      lazyConnect: true,
      // BullMQ's condition: a command waits until the connection is back, however long that takes.
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(times * 100, 2000),
      // The one that wrote has become a replica: ask for the new one, and ask again.
      reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
    });
    redis.on('error', () => undefined);
    await redis.connect();
    return { redis, name, keepsFile };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(connectionText(name, hasTls, trouble ?? (error as Error)));
  } finally {
    probe.disconnect();
  }
}

/** @throws UsageError for what is no address */
function placeOf(url: string): { readonly name: string; readonly hasTls: boolean } {
  try {
    const { protocol, hostname, port } = new URL(url);
    if (protocol === 'redis:' || protocol === 'rediss:')
      return { name: `${hostname}:${port === '' ? '6379' : port}`, hasTls: protocol === 'rediss:' };
  } catch {
    // Told below.
  }
  // Not repeated: there may be a password in it.
  throw new UsageError(
    '--redis (or REDIS_URL) takes an address such as redis://localhost:6379, or rediss://user:password@host:6380 with TLS',
  );
}

/** Why there is no connection, for a person. */
export function connectionText(name: string, hasTls: boolean, error: Error): string {
  return lockedOutText(name, error) ?? `no Redis at ${name}: ${error.message.trim()}${hintFor(error, hasTls)}`;
}

/**
 * What each manner of a connection sounds like when the other side has the other one, or a certificate that nobody here
 * knows.
 */
function hintFor({ message }: Error, hasTls: boolean): string {
  if (/certificate|altname/i.test(message))
    return ' (NODE_EXTRA_CA_CERTS=FILE has Node trust an authority of your own)';
  if (hasTls && /ETIMEDOUT|EPROTO|ECONNRESET|closed/.test(message)) return ' (rediss:// asks for TLS: has it that?)';
  return !hasTls && /ECONNRESET|EPIPE|closed/.test(message)
    ? ' (does it ask for TLS? then the address begins with rediss://)'
    : '';
}

/** Null for any other error. */
function lockedOutText(name: string, { message }: Error): string | null {
  if (!/WRONGPASS|NOAUTH|NOPERM|invalid (?:username|password)|no password is set/i.test(message)) return null;
  // What it says itself then is about a command that nobody here has called.
  const why = message.startsWith('NOAUTH') ? 'it asks for a password' : message.replace(/^[A-Z]+ /, '');
  return `Redis at ${name} does not let us in: ${why} (the password stands in --redis or REDIS_URL)`;
}

/**
 * @returns whether it keeps an append-only file
 * @throws UsageError
 */
export function mustFit(name: string, info: string): boolean {
  const said = (field: string): string => new RegExp(`^${field}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  const version = said('redis_version');
  if (!isRecent(version))
    throw new UsageError(
      `Redis at ${name} is of version ${version === '' ? 'unknown' : version}: a fleet needs ${oldestVersion.join('.')} or newer, or Valkey`,
    );
  if (said('maxmemory') !== '0' && said('maxmemory_policy') !== 'noeviction') {
    throw new UsageError(
      `Redis at ${name} throws keys away when it is full (maxmemory-policy ${said('maxmemory_policy')}), and results with them: set it to noeviction`,
    );
  }
  return said('aof_enabled') === '1';
}

function isRecent(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [i, least] of oldestVersion.entries()) {
    const part = parts[i] ?? 0;
    if (Number.isNaN(part)) return false;
    if (part !== least) return part > least;
  }
  return true;
}

/** What Redis says when it takes no more: for a person; null for any other error. */
export function refusalText(name: string, error: Error): string | null {
  const { message } = error;
  if (/OOM command not allowed|EXECABORT/.test(message))
    return `Redis at ${name} is full: what was done is kept; give it more memory (maxmemory) and go on`;
  if (/MISCONF|READONLY|NOREPLICAS/.test(message)) return `Redis at ${name} takes no writes: ${message}`;
  return lockedOutText(name, error);
}
