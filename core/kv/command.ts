/** What clients ask of the store, and how it travels through the log. */
import { stringSizeBytes, uint32SizeBytes, type ByteReader, type ByteWriter } from '../bytes.ts';
import { assert } from '../assert.ts';
import type { NodeId } from '../protocol.ts';
import { tellings, type VersionedOperation, type VersionedResult } from './versioned.ts';

/** A missing key reads as the empty string, also for append and compare-and-set (as in Lab 3). */
export type PlainOperation =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'append'; readonly key: string; readonly value: string }
  /** Writes `value` if the key holds `expected`. */
  | { readonly kind: 'cas'; readonly key: string; readonly expected: string; readonly value: string };

export type Operation = PlainOperation | VersionedOperation;

/** get: the value; cas: whether it was written; put and append: null. */
export type PlainResult = string | boolean | null;
export type Result = PlainResult | VersionedResult;

/**
 * In place of a result: the client's session has ended, and whether the operation took effect in it is open
 * (session-clerk.ts).
 */
export interface Expired {
  readonly kind: 'expired';
}

/** Of a command whose client has a session that may expire (expiry.ts): the leader's word for when it is. */
export interface InSession {
  /** The index at which the session began; 0 asks for one. */
  readonly session: number;
  readonly timeUs: number;
  /** Whoever was not active since then has no session any more. */
  readonly activeSinceUs: number;
}

/** An operation with the identity that makes a repetition of it recognisable (section 8). */
export interface Command {
  readonly client: NodeId;
  /** Counts a client's operations from 1. */
  readonly sequence: number;
  readonly operation: Operation;
  /** Absent where sessions do not expire. */
  readonly inSession?: InSession;
  /**
   * The lowest number that the client had no answer to when it asked: what those below it gave need not be kept.
   * Absent of a client that has one operation in flight.
   */
  readonly unanswered?: number;
}

/** The first byte of an operation is the place of its kind in this list. */
export const operationKinds = ['get', 'put', 'append', 'cas', 'getVersion', 'putVersion'] as const;

const operationSizeBytes = (operation: Operation): number => {
  const keyed = 1 + stringSizeBytes(operation.key);
  if (operation.kind === 'get' || operation.kind === 'getVersion') return keyed;
  const valued = keyed + stringSizeBytes(operation.value);
  if (operation.kind === 'putVersion') return valued + uint32SizeBytes;
  return operation.kind === 'cas' ? valued + stringSizeBytes(operation.expected) : valued;
};

/** Length of the command's byte form. */
export const commandSizeBytes = (command: Command): number =>
  2 * uint32SizeBytes +
  operationSizeBytes(command.operation) +
  (command.inSession === undefined ? 0 : 3 * uint32SizeBytes) +
  (command.unanswered === undefined ? 0 : uint32SizeBytes);

export function writeOperation(to: ByteWriter, operation: Operation): void {
  to.uint8(operationKinds.indexOf(operation.kind)).string(operation.key);
  if (operation.kind !== 'get' && operation.kind !== 'getVersion') to.string(operation.value);
  if (operation.kind === 'putVersion') to.uint32(operation.version);
  if (operation.kind === 'cas') to.string(operation.expected);
}

/** Behind its first byte, the place of its kind. */
export function readOperationOf(from: ByteReader, place: number): Operation {
  const kind = operationKinds[place];
  assert(kind !== undefined, () => 'an operation of an unknown kind');
  const key = from.string();
  if (kind === 'get' || kind === 'getVersion') return { kind, key };
  const value = from.string();
  if (kind === 'putVersion') return { kind, key, value, version: from.uint32() };
  return kind === 'cas' ? { kind, key, expected: from.string(), value } : { kind, key, value };
}

export function writeCommand(to: ByteWriter, command: Command): void {
  to.uint32(command.client).uint32(command.sequence);
  writeOperation(to, command.operation);
  if (command.inSession !== undefined)
    to.uint32(command.inSession.session).uint32(command.inSession.timeUs).uint32(command.inSession.activeSinceUs);
  if (command.unanswered !== undefined) to.uint32(command.unanswered);
}

/**
 * @param end where its bytes end: behind the operation stand three numbers of a session that may expire, and one of a
 *   client with several operations in flight
 */
export function readCommand(from: ByteReader, end: number): Command {
  const command = { client: from.uint32(), sequence: from.uint32(), operation: readOperationOf(from, from.uint8()) };
  const inSession =
    end - from.position >= 3 * uint32SizeBytes
      ? { inSession: { session: from.uint32(), timeUs: from.uint32(), activeSinceUs: from.uint32() } }
      : {};
  return { ...command, ...inSession, ...(from.position < end ? { unanswered: from.uint32() } : {}) };
}

/** The last of them: a get with versions that found its key. Those before say what else is told. */
const readKind = 4 + tellings.length;

/** One byte of kind, then what the kind needs. */
export function writeResult(to: ByteWriter, result: Result): void {
  if (result === null) to.uint8(0);
  else if (typeof result === 'boolean') to.uint8(result ? 2 : 1);
  else if (typeof result === 'string') to.uint8(3).string(result);
  else if (result.value === undefined) to.uint8(4 + tellings.indexOf(result.told)).uint32(result.version);
  else to.uint8(readKind).uint32(result.version).string(result.value);
}

export function readResult(from: ByteReader): Result {
  const kind = from.uint8();
  assert(kind <= readKind, () => `a result of an unknown kind ${kind}`);
  if (kind === 0) return null;
  if (kind === readKind) return { told: 'OK', version: from.uint32(), value: from.string() };
  if (kind >= 4) return { told: tellings[kind - 4]!, version: from.uint32() };
  return kind === 3 ? from.string() : kind === 2;
}

export function resultSizeBytes(result: Result): number {
  if (typeof result === 'string') return 1 + stringSizeBytes(result);
  if (typeof result !== 'object' || result === null) return 1;
  return 1 + uint32SizeBytes + (result.value === undefined ? 0 : stringSizeBytes(result.value));
}
