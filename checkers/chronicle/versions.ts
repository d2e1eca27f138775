/** Puts with versions (MIT 6.5840): refused ones, and those whose first answer was lost. */
import type { VersionedResult } from '../../core/kv/versioned.ts';
import { situationsOf } from './situation.ts';

/** A put is committed: what executing it gave, each time so far, this time last. */
export interface PutCommitted {
  readonly gave: readonly VersionedResult[];
}

const last = ({ gave }: PutCommitted): VersionedResult['told'] => gave.at(-1)!.told;
const hadTakenEffect = ({ gave }: PutCommitted): boolean => gave.slice(0, -1).some(({ told }) => told === 'OK');

export const versionedPuts = situationsOf<PutCommitted>()({
  putsOfOtherVersion: {
    says: 'A put is refused because its key has another version',
    seen: (put) => last(put) === 'ErrVersion' && !hadTakenEffect(put),
  },
  putsOfNoKey: {
    says: 'A put that names a version is refused because there is no such key', seen: (put) => last(put) === 'ErrNoKey',
  },
  putsCommittedAgain: {
    says: 'A put that took effect is committed again, and refused',
    seen: (put) => last(put) === 'ErrVersion' && hadTakenEffect(put),
  },
});

/** An application is told that its put may have taken effect. */
export interface ToldMaybe {
  readonly hasTakenEffect: boolean;
}

export const maybes = situationsOf<ToldMaybe>()({
  maybesThatHappened: {
    says: 'A client is told ErrMaybe of a put that took effect', seen: ({ hasTakenEffect }) => hasTakenEffect,
  },
  maybesThatDidNot: {
    says: 'A client is told ErrMaybe of a put that took no effect', seen: ({ hasTakenEffect }) => !hasTakenEffect,
  },
});
