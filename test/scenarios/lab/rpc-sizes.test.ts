/** The bytes that the lab's network counts are those of the codec, and every message is half of one call. */
import { describe, expect } from 'vitest';
import { encodeMessage } from '../../../core/codec.ts';
import { kvRpc } from '../../../scenarios/systems/raft-kv-rpc.ts';
import { message } from '../../support/arbitraries.ts';
import { prop } from '../../support/property.ts';

describe('a message as half of a call', () => {
  prop([message], { numRuns: 500 })('has the size of its byte form', (one) => {
    // A snapshot's and an entry's own sizes are said by themselves and proved by the codec.
    expect(kvRpc.sizeBytes(one)).toBe(encodeMessage(one).length);
  });

  prop([message])('is a reply if its kind says so', (one) => {
    expect(kvRpc.half(one).isReply).toBe(one.kind.endsWith('Reply'));
  });
});
