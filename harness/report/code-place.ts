/** Where an error was thrown, as the reader's own files name it. */

/** Of a stack, as many callers of the function that threw. */
const framesMax = 5;

/**
 * File and function of the deepest frames that are the protocol's own: `core/server.ts executed`. Line
 * numbers are those of the compiled file and would mislead. Empty when the stack does not say.
 */
export function codePlacesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const places: string[] = [];
  for (const line of error.stack.split('\n').slice(1)) {
    const match =
      /^\s+at (?:async )?(?:new )?(?:[\w$]+\.)?([\w$<>]+) \(.*?\/(?:dist\/)?((?:core|scenarios)\/[^:)]+)\.(?:js|ts):\d+:\d+\)$/.exec(
        line,
      );
    if (match === null || match[2] === 'core/assert') continue;
    const place = `${match[2]}.ts ${match[1]}`;
    if (!places.includes(place)) places.push(place);
  }
  return places.slice(0, framesMax);
}
