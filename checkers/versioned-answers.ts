/** What a client is told of a put with a version (MIT 6.5840), beside what executing it gave. */
import type { VersionedResult } from '../core/kv/versioned.ts';
import { property } from './property.ts';

export interface Refusal {
  readonly client: string;
  readonly sequence: number;
  readonly told: VersionedResult['told'];
  /** What executing it gave, each time that it was committed so far. */
  readonly gave: readonly VersionedResult[];
}

/** A get that found its key took no effect, and may be told another time that there is none. */
export const tookEffect = (gave: readonly VersionedResult[]): boolean =>
  gave.some(({ told, value }) => told === 'OK' && value === undefined);

/** Seen before any read shows it: an application that was told so does it again, or gives it up. */
export const refusalIsSure = property({
  name: 'Refusal Is Sure',
  source: 'MIT 6.5840, labs 2 and 4',
  says: 'A client is told ErrVersion or ErrNoKey only of a put that has not taken effect; of one that may have it is told ErrMaybe',
  looksAt: 'ghost',
  check: ({ client, sequence, told, gave }: Refusal) =>
    (told === 'ErrVersion' || told === 'ErrNoKey') && tookEffect(gave)
      ? `${client} was told ${told} for its put ${sequence}, which had taken effect`
      : null,
});
