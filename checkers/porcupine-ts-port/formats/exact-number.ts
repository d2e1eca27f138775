/** Numbers as they are written: JavaScript rounds those with many digits, and two that differ become one. */

/** Integers, and fractions with few digits: what JavaScript makes of them is what was written. */
export function isExact(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value)) return Number.isSafeInteger(value);
  return canonical(text) === canonical(String(value));
}

/** Larger than any time that somebody counts. */
const mostDigits = 100;

/**
 * The whole number that is written, of any size; null for a fraction, and for one with more digits than anybody writes.
 */
export function wholeOf(text: string): bigint | null {
  const { sign, digits, exponent } = partsOf(text);
  if (exponent < 0 || digits.length + exponent > mostDigits) return null;
  return BigInt(`${sign}${digits}${'0'.repeat(exponent)}`);
}

function canonical(text: string): string {
  const { sign, digits, exponent } = partsOf(text);
  return `${sign}${digits}e${exponent}`;
}

/** Sign, digits without zeros at either end, and the power of ten behind them. */
function partsOf(text: string): { readonly sign: string; readonly digits: string; readonly exponent: number } {
  const [, sign, whole, fraction = '', power = '0'] = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(
    text,
  ) as unknown as [string, string, string, string?, string?];
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { sign: '', digits: '0', exponent: 0 };
  return {
    sign: sign === '-' ? '-' : '', digits, exponent: Number(power) - fraction.length + (all.length - digits.length),
  };
}

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Whatever cannot be rounded is sorted out by a look. */
const mayBeRounded = /[\d.]{16}|\d[eE]/;

/** The numbers of a JSON text that JavaScript would round; the texts in it are looked over. */
export function inexactIn(json: string): readonly string[] {
  if (!mayBeRounded.test(json)) return [];
  return [...json.matchAll(tokens)]
    .map(([token]) => token)
    .filter((token) => !token.startsWith('"') && !isExact(token));
}

/** The same JSON, with texts in the place of those numbers. */
export const withTexts = (json: string): string =>
  json.replaceAll(tokens, (token) => (token.startsWith('"') || isExact(token) ? token : `"${token}"`));
