/** Which seeds a campaign holds: pieces of what was asked, from which a whole is put together. */

/** The seeds of one shard that were run: every `of`-th one of the campaign, so many of them, the first ones first. */
export interface Piece {
  /** The first seed of the whole campaign. */
  readonly from: number;
  /** How many seeds the whole campaign was asked for; null for as many as the time allowed. */
  readonly count: number | null;
  /** Which of the equal parts, counted from 1, and how many parts there are. */
  readonly shard: number;
  readonly of: number;
  /** How many seeds it holds. */
  readonly seeds: number;
}

export type Asked = Omit<Piece, 'seeds'>;

/** Every N-th seed: shards get alike work also when seeds near each other are alike. */
export function* seedsOf({ from, count, shard, of }: Asked): Generator<number, void> {
  const end = count ?? Infinity;
  for (let offset = shard - 1; offset < end; offset += of) yield from + offset;
}

/** How many seeds that is; null when nothing but time bounds them. */
export const sizeOf = ({ count, shard, of }: Asked): number | null =>
  count === null ? null : Math.max(0, Math.ceil((count - shard + 1) / of));

const firstOf = ({ from, shard }: Asked): number => from + shard - 1;
const lastOf = (piece: Piece): number => firstOf(piece) + (piece.seeds - 1) * piece.of;

export const holdsSeed = (piece: Piece, seed: number): boolean =>
  seed >= firstOf(piece) && seed <= lastOf(piece) && (seed - firstOf(piece)) % piece.of === 0;

/** The first seed that both hold; null when there is none. */
export function commonSeed(a: Piece, b: Piece): number | null {
  const first = Math.max(firstOf(a), firstOf(b));
  const last = Math.min(lastOf(a), lastOf(b));
  const skipped = (first - firstOf(a)) % a.of;
  const begin = skipped === 0 ? first : first + a.of - skipped;
  // After as many steps of `a` as `b` has remainders, nothing new comes.
  for (let i = 0; i < b.of && begin + i * a.of <= last; i++) {
    if (holdsSeed(b, begin + i * a.of)) return begin + i * a.of;
  }
  return null;
}

const rangeText = ({ from, count }: Asked): string =>
  count === null ? `seeds from ${from} on` : `seeds ${from} to ${from + count - 1}`;

/** For a person: "seeds 1 to 1000, shard 1/2". */
export const askedText = (asked: Asked): string =>
  asked.of === 1 ? rangeText(asked) : `${rangeText(asked)}, shard ${asked.shard}/${asked.of}`;

const isSameCampaign = (a: Asked, b: Asked): boolean => a.from === b.from && a.count === b.count && a.of === b.of;

/** Shards of the same campaigns that are not among the pieces, and seeds that a piece should hold and does not. */
export function missingFrom(pieces: readonly Piece[]): readonly string[] {
  const campaigns = pieces.filter((piece, i) => pieces.findIndex((other) => isSameCampaign(piece, other)) === i);
  return campaigns.flatMap((campaign) => {
    const own = pieces.filter((piece) => isSameCampaign(piece, campaign));
    const shards = Array.from({ length: campaign.of }, (_, i) => i + 1);
    return shards.flatMap((shard) => {
      const piece = own.find((one) => one.shard === shard);
      const asked = { ...campaign, shard };
      // A shard of a campaign with fewer seeds than shards has nothing to do.
      if (piece === undefined) return sizeOf(asked) === 0 ? [] : [askedText(asked)];
      const size = sizeOf(asked);
      return size === null || piece.seeds >= size
        ? []
        : [
            `${size - piece.seeds} of the ${size} ${size === 1 ? 'seed' : 'seeds'} of ${askedText(asked)}, from ${lastOf(piece) + piece.of} on`,
          ];
    });
  });
}

/** Pairs that hold the same seed, or are the same shard. */
export function doubledIn(pieces: readonly Piece[]): readonly (readonly [number, number, string])[] {
  return pieces.flatMap((piece, j) => pieces.slice(0, j).flatMap((other, i) => {
    const why = sharedBy(other, piece);
    return why === null ? [] : [[i, j, why] as const];
  }));
}

function sharedBy(a: Piece, b: Piece): string | null {
  const seed = commonSeed(a, b);
  if (seed !== null) return `both hold seed ${seed}`;
  return isSameCampaign(a, b) && a.shard === b.shard ? `both are ${askedText(a)}` : null;
}
