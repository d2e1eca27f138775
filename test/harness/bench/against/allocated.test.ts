/** What V8 says of its collections. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { allocatedBytes } from '../../../../harness/bench/against/allocated.ts';

const trace = `[14457:0x15193d90]      201 ms: pause=15.2 gc=s total_size_before=4074312 allocated=4074312 promoted=0 nodes_died_in_new=0
something that the program says itself: allocated=7
[14457:0x15193d90]     1233 ms: pause=19.6 gc=ms holes_size_after=175192 allocated=920168 promoted=89776
`;

describe('bytes allocated', () => {
  test('are the sum over the collections', () => expect(allocatedBytes(trace, 0)).toBe(4_994_480));

  test('leave out what was collected before', () => {
    expect(allocatedBytes(trace, 201)).toBe(4_994_480);
    expect(allocatedBytes(trace, 202)).toBe(920_168);
  });

  test('this Node tells them, and not much less than there were', () => {
    const program = 'let last; for (let i = 0; i < 4e6; i++) last = [i, last === undefined];';
    const out = execFileSync(process.execPath, ['--trace-gc-nvp', '-e', program], {
      encoding: 'utf8', maxBuffer: 1 << 28,
    });
    // An array of two: 16 bytes for the object, 16 for its elements, at the least.
    const bytes = allocatedBytes(out, 0);
    expect(bytes).toBeGreaterThan(4e6 * 32 * 0.8);
    expect(bytes).toBeLessThan(4e6 * 32 * 4);
  });
});
