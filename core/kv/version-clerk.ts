/**
 * The client of a store with versions (MIT 6.5840), around the clerk. It knows which version of each key it saw last,
 * so that a put can be asked for without one; and it knows how often it has asked. A put whose only request finds
 * another version has not taken effect (ErrVersion). One that was asked again may have taken effect before: an answer
 * may have been lost, and a server that does not lead any more may have put it into its log. The application is told
 * ErrMaybe.
 *
 * That holds where the network delivers nothing twice, as the lab's does not: of a request that comes twice the second
 * copy is refused, and that answer may come first.
 */
import { assert } from '../assert.ts';
import { isChange } from '../changes.ts';
import { SortedMap } from '../immutable/sorted-map.ts';
import type { Effect, Event, Process, Step } from '../protocol.ts';
import { bootClerk, stepClerk, type Clerk, type ClerkConfig } from './clerk.ts';
import type { Operation, Result } from './command.ts';
import type { ClerkMessage } from './messages.ts';
import { isVersioned, type PutSeen, type VersionedResult } from './versioned.ts';

/** What may be asked of it: get and put with versions, and puts that leave the version to it. */
export type Asked = Operation | PutSeen;

export interface VersionClerk extends Clerk {
  /** Of each key the version that it saw last. */
  readonly seen: SortedMap<string, number>;
  /** How often the present operation was asked of servers. */
  readonly attempts: number;
}

type VersionClerkEffect = Effect<ClerkMessage, never, Result>;
type VersionClerkStep = Step<VersionClerk, VersionClerkEffect>;
type VersionClerkEvent = Event<ClerkMessage, Asked>;

export const bootVersionClerk = (config: ClerkConfig): VersionClerk => ({
  ...bootClerk(config), seen: SortedMap.empty(), attempts: 0,
});

export function stepVersionClerk(clerk: VersionClerk, event: VersionClerkEvent): VersionClerkStep {
  const { seen, attempts, pending } = clerk;
  const inner = event.kind === 'request' ? { ...event, request: versionNamed(seen, event.request) } : event;
  const { state, effects } = stepClerk(clerk, inner);
  const asked = effects.filter(({ kind }) => kind === 'send').length;
  const before = event.kind === 'request' ? 0 : attempts;
  const told = effects.find((effect) => effect.kind === 'reply');
  if (told === undefined) return { state: { ...state, seen, attempts: before + asked }, effects };
  // What an operator is told of a change tells of no key.
  if (isChange(pending!.operation)) return { state: { ...state, seen, attempts: 0 }, effects };
  const reply = forApplication(told.reply as VersionedResult, attempts);
  return {
    state: { ...state, seen: nowSeen(seen, pending!.operation as Operation, reply), attempts: 0 },
    effects: effects.map((effect) => (effect === told ? { ...told, reply } : effect)),
  };
}

function versionNamed(seen: SortedMap<string, number>, request: Asked): Operation {
  if (request.kind === 'putSeen')
    return { kind: 'putVersion', key: request.key, value: request.value, version: seen.get(request.key) ?? 0 };
  if (isChange(request)) return request;
  assert(
    isVersioned(request),
    () => `a store with versions is asked by getVersion, putVersion and putSeen, and not by ${request.kind}`,
  );
  return request;
}

const forApplication = (result: VersionedResult, attempts: number): VersionedResult =>
  (result.told === 'ErrVersion' && attempts > 1 ? { ...result, told: 'ErrMaybe' } : result);

/**
 * What an answer tells of the key's version; a put that was refused, or may have been, tells nothing that could be
 * named.
 */
function nowSeen(
  seen: SortedMap<string, number>, { kind, key }: Operation, { told, version }: VersionedResult,
): SortedMap<string, number> {
  if (kind === 'getVersion') return seen.set(key, version);
  return told === 'OK' ? seen.set(key, version + 1) : seen;
}

/** Such a clerk as a node of the world: nothing of it is durable. */
export const versionClerkProcess = (
  config: ClerkConfig,
): Process<VersionClerk, ClerkMessage, never, null, Asked, Result> => ({
  blank: null,
  boot: () => ({ state: bootVersionClerk(config), effects: [] }),
  step: stepVersionClerk,
  write: (durable) => durable,
});
