/**
 * A store whose keys have versions (MIT 6.5840, labs 2 and 4 of 2025 and 2026), as a decision about one key. A put
 * names a version and takes effect only where the key has it; then the key has the next one. Version 0: there is no
 * such key.
 *
 * So a put takes effect at most once, however often it comes, and nobody need remember what a client asked: commands of
 * this kind belong to no session.
 */

export type VersionedOperation =
  | { readonly kind: 'getVersion'; readonly key: string }
  | { readonly kind: 'putVersion'; readonly key: string; readonly value: string; readonly version: number };

/** What an application asks of its clerk: a put with the version that this client saw last, 0 when it saw none. */
export interface PutSeen {
  readonly kind: 'putSeen';
  readonly key: string;
  readonly value: string;
}

/** By the lab's names. ErrMaybe is said by a clerk only: its put was sent again, and may have taken effect before. */
export const tellings = ['OK', 'ErrVersion', 'ErrNoKey', 'ErrMaybe'] as const;

export interface VersionedResult {
  readonly told: (typeof tellings)[number];
  /** get: the key's, 0 without a key; put: the one that it named. */
  readonly version: number;
  /** Of a get that found its key. */
  readonly value?: string;
}

/** `value` is that of a key which is there. */
export const readOf = (value: string, version: number): VersionedResult =>
  (version === 0 ? { told: 'ErrNoKey', version } : { told: 'OK', version, value });

/** What a put is told that names `version`, where the key has `present`. */
export function putAnswer(present: number, version: number): VersionedResult {
  if (version === present) return { told: 'OK', version };
  return { told: present === 0 ? 'ErrNoKey' : 'ErrVersion', version };
}

export const isVersioned = (operation: { readonly kind: string }): operation is VersionedOperation =>
  operation.kind === 'getVersion' || operation.kind === 'putVersion';
