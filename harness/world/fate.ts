/**
 * Everything that befalls a message follows from one number drawn for it: its fate. Each question
 * about it has a salt of its own, so that the answer to one tells nothing of another, and a rate set
 * to zero changes what befalls no other message. Whole numbers only.
 */
import type { Range } from '../../core/protocol.ts';

/** A number of 32 bits for the question `salt` (the finisher of MurmurHash3, Appleby 2011). */
export function answer(fate: number, salt: number): number {
  let h = fate ^ Math.imul(salt, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const isStruck = (fate: number, salt: number, per1000: number): boolean =>
  per1000 > 0 && answer(fate, salt) % 1000 < per1000;

export const within = (fate: number, salt: number, { min, max }: Range): number =>
  min + (answer(fate, salt) % (max - min + 1));

/**
 * Exponentially distributed with this mean, up to 22 times of it: -ln of a uniform number. Its leading
 * zeros give the whole octaves, and within one, log2(1 + f) = f + 354/1024 * f * (1 - f) nearly.
 * ln 2 = 710/1024.
 */
export function exponential(draw: number, mean: number): number {
  const zeros = Math.clz32(draw);
  // The bits behind the leading one, as 1024ths.
  const f = zeros >= 31 ? 0 : (draw << (zeros + 1)) >>> 22;
  const octaves = (zeros + 1) * 1024 - f - ((354 * f * (1024 - f)) >>> 20);
  return Math.floor((mean * Math.floor((octaves * 710) / 1024)) / 1024);
}
