/** What inputs are drawn from, and with. */

export interface Input {
  readonly argv: readonly string[];
  readonly files: Readonly<Record<string, Buffer>>;
  /** It is given to the built command, in a process of its own. */
  readonly isAside?: boolean | undefined;
}

/** Whole, and read by somebody: what inputs are made of. */
export interface Samples {
  /** JSON texts. */
  readonly plan: string;
  readonly campaign: string;
  /** By name; the ending tells the format. */
  readonly histories: Readonly<Record<string, string>>;
  readonly patch: string;
}

export type Draw = (below: number) => number;

/** splitmix32: the same inputs everywhere. */
export function drawOf(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  };
}

export const oneOf = <T>(draw: Draw, all: readonly T[]): T => all[draw(all.length)]!;
