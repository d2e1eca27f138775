/** Texts made of tokens: taken apart in one way only, or not at all. */

export interface Code {
  /** The owners of the tokens that make up `text`, in order; `undefined` when it is not made of tokens. */
  decode(text: string, from: number): number[] | undefined;
}

/**
 * @param tokens each token with its owner
 * @param isAppended whether the owner appends its token; the others only begin a text
 * @returns undefined unless a mark tells where tokens begin or end, no token begins another (a prefix
 *   code) or none ends another (a suffix code): then every text is made of tokens in at most one way
 */
export function codeOf(tokens: ReadonlyMap<string, number>, isAppended: (owner: number) => boolean): Code | undefined {
  const last = endMark(tokens);
  if (last !== undefined) return { decode: (text, from) => splitBehind(tokens, last, text, from) };
  const first = startMark(tokens, isAppended);
  if (first !== undefined) return { decode: (text, from) => splitBefore(tokens, first, text, from) };
  const lengths = Array.from(new Set(Array.from(tokens.keys(), (token) => token.length))).toSorted((a, b) => a - b);
  if (lengths.length === 0 || lengths[0] === 0) return undefined;
  if (noneBegins(tokens, lengths)) return { decode: (text, from) => decodeForward(tokens, lengths, text, from) };
  if (noneEnds(tokens, lengths)) return { decode: (text, from) => decodeBackward(tokens, lengths, text, from) };
  return undefined;
}

/** A character that every token ends with and none holds elsewhere: a prefix code that is quick to take apart. */
function endMark(tokens: ReadonlyMap<string, number>): string | undefined {
  let mark: string | undefined;
  for (const token of tokens.keys()) {
    mark ??= token.at(-1);
    if (mark === undefined || token.indexOf(mark) !== token.length - 1) return undefined;
  }
  return mark;
}

function splitBehind(
  tokens: ReadonlyMap<string, number>, mark: string, text: string, from: number,
): number[] | undefined {
  const owners: number[] = [];
  for (let at = from; at < text.length;) {
    const end = text.indexOf(mark, at) + 1;
    const owner = end === 0 ? undefined : tokens.get(text.slice(at, end));
    if (owner === undefined) return undefined;
    owners.push(owner);
    at = end;
  }
  return owners;
}

/** A character with which every appended token begins, and which no token holds elsewhere. */
function startMark(tokens: ReadonlyMap<string, number>, isAppended: (owner: number) => boolean): string | undefined {
  let mark: string | undefined;
  for (const [token, owner] of tokens) if (isAppended(owner)) mark ??= token[0];
  if (mark === undefined) return undefined;
  for (const [token, owner] of tokens) {
    if (token === '' || token.lastIndexOf(mark) > 0 || (isAppended(owner) && token[0] !== mark)) return undefined;
  }
  return mark;
}

function splitBefore(
  tokens: ReadonlyMap<string, number>, mark: string, text: string, from: number,
): number[] | undefined {
  // Behind the beginning every token has the mark: without it, `from` lies inside a token.
  if (from > 0 && from < text.length && text[from] !== mark) return undefined;
  const owners: number[] = [];
  for (let at = from; at < text.length;) {
    const next = text.indexOf(mark, at + 1);
    const end = next === -1 ? text.length : next;
    const owner = tokens.get(text.slice(at, end));
    if (owner === undefined) return undefined;
    owners.push(owner);
    at = end;
  }
  return owners;
}

function noneBegins(tokens: ReadonlyMap<string, number>, lengths: readonly number[]): boolean {
  for (const token of tokens.keys()) {
    for (const length of lengths) {
      if (length >= token.length) break;
      if (tokens.has(token.slice(0, length))) return false;
    }
  }
  return true;
}

function noneEnds(tokens: ReadonlyMap<string, number>, lengths: readonly number[]): boolean {
  for (const token of tokens.keys()) {
    for (const length of lengths) {
      if (length >= token.length) break;
      if (tokens.has(token.slice(-length))) return false;
    }
  }
  return true;
}

function decodeForward(
  tokens: ReadonlyMap<string, number>, lengths: readonly number[], text: string, from: number,
): number[] | undefined {
  const owners: number[] = [];
  let at = from;
  next: while (at < text.length) {
    for (const length of lengths) {
      if (at + length > text.length) break;
      const owner = tokens.get(text.slice(at, at + length));
      if (owner === undefined) continue;
      owners.push(owner);
      at += length;
      continue next;
    }
    return undefined;
  }
  return owners;
}

function decodeBackward(
  tokens: ReadonlyMap<string, number>, lengths: readonly number[], text: string, from: number,
): number[] | undefined {
  const owners: number[] = [];
  let end = text.length;
  next: while (end > from) {
    for (const length of lengths) {
      if (end - length < from) break;
      const owner = tokens.get(text.slice(end - length, end));
      if (owner === undefined) continue;
      owners.push(owner);
      end -= length;
      continue next;
    }
    return undefined;
  }
  return owners.toReversed();
}
