/**
 * Bytes that a program allocated on V8's heap, from what `node --trace-gc-nvp` says of each collection. What lies
 * outside of that heap (large buffers) is not in it, nor what was allocated since the last collection.
 */

/** @param sinceMs collections before this age of the isolate are left out: the program was being loaded */
export function allocatedBytes(trace: string, sinceMs: number): number {
  let bytes = 0;
  for (const line of trace.split('\n')) {
    const match = /^\[\d+:0x[0-9a-f]+\] +(\d+) ms: .*\ballocated=(\d+)/.exec(line);
    if (match !== null && Number(match[1]) >= sinceMs) bytes += Number(match[2]);
  }
  return bytes;
}
