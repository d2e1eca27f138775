/** Where an error was thrown, as the reader's own files name it. */

/**
 * File and function of the deepest frame that is the protocol's own: `core/server.ts executed`. Line
 * numbers are those of the compiled file and would mislead. Null when the stack does not say.
 */
export function codePlaceOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.stack === undefined) return null;
  for (const line of error.stack.split('\n').slice(1)) {
    const match = /^\s+at (?:async )?(?:new )?(?:[\w$]+\.)?([\w$<>]+) \(.*?\/(?:dist\/)?((?:core|scenarios)\/[^:)]+)\.(?:js|ts):\d+:\d+\)$/.exec(line);
    if (match !== null && match[2] !== 'core/assert') return `${match[2]}.ts ${match[1]}`;
  }
  return null;
}
