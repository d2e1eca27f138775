/** How deep a text may be nested: whoever reads deeper ones runs out of stack, and no record is so. */

export const deepest = 500;

/** Where JSON is nested too deep, as an offset; null where it is not. */
export function tooDeepAt(json: string): number | null {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (isText) {
      if (code === backslash) at++;
      else if (code === quote) isText = false;
    } else if (code === quote) isText = true;
    else if (code === openBrace || code === openBracket) {
      depth++;
      if (depth > deepest) return at;
    } else if (code === closeBrace || code === closeBracket) depth--;
  }
  return null;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
