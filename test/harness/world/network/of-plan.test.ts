/** Which network a plan asks for, and that everything in the plan reaches it. */
import { describe, expect, test } from 'vitest';
import { calmFlags } from '../../../../harness/plan/lab-flags.ts';
import type { Plan } from '../../../../harness/plan/plan.ts';
import { FaultAccounts } from '../../../../harness/world/accounts.ts';
import { ContractError } from '../../../../harness/world/contract.ts';
import { FatedNetwork } from '../../../../harness/world/network/fated.ts';
import { HeardNetwork } from '../../../../harness/world/network/heard.ts';
import { HonestNetwork } from '../../../../harness/world/network/honest.ts';
import { LabNetwork } from '../../../../harness/world/network/lab.ts';
import { networkOf, type Site } from '../../../../harness/world/network/of-plan.ts';
import { SteeredNetwork } from '../../../../harness/world/network/steered.ts';
import { RandomStreams } from '../../../../harness/world/random.ts';
import { SystemError, type System } from '../../../../harness/system.ts';
import { codec, ms, toy, toyPlan } from '../../faults/toys.ts';

const rpc = { half: () => ({ isReply: false, key: 1 }), sizeBytes: () => 1 };
const unreliable = { reliable: false, longDelays: true, longReordering: true };
type Rates = Partial<Plan['network']>;

function site(parts: Partial<Site> = {}, system: Partial<System> = { rpc, codec }) {
  const posts: unknown[] = [];
  const heard: string[] = [];
  const lost: string[] = [];
  const all: Site = {
    system: toy([], system),
    size: 3,
    streams: new RandomStreams('of plan'),
    accounts: new FaultAccounts(),
    post: (_from, _to, message) => void posts.push(message),
    wire: {
      nowUs: 7, after: () => undefined, isUp: () => true, deliver: () => undefined, tellUnreachable: () => undefined,
    },
    ear: undefined,
    lostToCut: (from, to) => void lost.push(`${from}>${to}`),
    ...parts,
  };
  const ear = {
    sending: (atUs: number) => void heard.push(`sending ${atUs}`),
    posting: (atUs: number) => void heard.push(`posting ${atUs}`),
  };
  return { all, posts, heard, lost, ear };
}
const made = (rates: Rates, parts: Partial<Site> = {}) =>
  networkOf(toyPlan({ network: rates }).network, site(parts).all);

describe('the network', () => {
  test('is the honest one, that of the fates, that of the lab, or the steered one', () => {
    expect(
      [
        made({}), made({ manner: 'honest' }), made({ fates: [] }), made({ manner: 'lab' }), made({ lab: calmFlags }),
        made({ manner: 'lab', lab: calmFlags }),
      ].map(({ constructor }) => constructor),
    ).toEqual([HonestNetwork, HonestNetwork, FatedNetwork, LabNetwork, SteeredNetwork, LabNetwork]);
  });
  test('has the flags of the plan; the lab\'s without flags is calm', () => {
    expect(
      [{ manner: 'lab', lab: unreliable }, { lab: unreliable }, { manner: 'lab' }].map(
        (rates) => (made(rates as Rates) as LabNetwork).flags,
      ),
    ).toEqual([unreliable, unreliable, calmFlags]);
  });
  test('has the fates of the plan', () => {
    const { all, posts } = site();
    const network = networkOf(toyPlan({ network: { fates: [{ from: 0, to: 1, nth: 1, delaysUs: [] }] } }).network, all);
    for (const message of ['first', 'second']) network.send(0, 1, message);
    expect(posts).toEqual(['second']);
  });
  test.each<readonly [string, Rates]>([
    ['honest', {}], ['of fates', { fates: [] }],
  ])('%s is heard when somebody listens, at the time of the world, and tells what a cut took', (_what, rates) => {
    const { all, heard, lost, ear } = site();
    const network = networkOf(toyPlan({ network: rates }).network, { ...all, ear });
    network.send(0, 1, 'm');
    network.cut(0, 1);
    network.send(0, 1, 'm');
    expect([network.constructor, heard, lost]).toEqual([
      HeardNetwork, ['sending 7', 'posting 7', 'sending 7'], ['0>1'],
    ]);
  });
});

describe('damage', () => {
  const sent = [1, 2, 3, 4, 5, 6, 7, 8];
  /** What is decoded without checksums is the bytes. */
  const bytes: System['codec'] = {
    encode: (message) => Uint8Array.from(message as number[]),
    decode: (found, isChecked) => (isChecked ? null : Array.from(found)),
  };
  const received = (checksums: boolean | undefined) => {
    const { all, posts } = site({}, { codec: bytes });
    const network = networkOf(
      toyPlan({
        network: {
          corruptPer1000: 1000, ...(checksums === undefined ? {} : { checksums }), delayUs: { min: ms, max: ms },
        },
      }).network,
      all,
    );
    for (let i = 0; i < 200; i++) network.send(0, 1, sent);
    return {
      posts: posts as (readonly number[])[], counts: all.accounts.of(new Set(['corrupt', 'uncheckedCorruption'])),
    };
  };
  test('is noticed by checksums, also when the plan says nothing of them: nothing arrives', () => {
    for (const checksums of [true, undefined])
      expect(received(checksums)).toMatchObject({
        posts: [], counts: { corrupt: { fired: 200 }, uncheckedCorruption: { fired: 0 } },
      });
  });
  test('is not without: of each message one byte is another, and it may be any', () => {
    const { posts, counts } = received(false);
    expect(counts).toMatchObject({ corrupt: { fired: 0 }, uncheckedCorruption: { fired: 200 } });
    const places = posts.map((post) => post.flatMap((byte, at) => (byte === sent[at] ? [] : [at])));
    expect(places.every((changed) => changed.length === 1)).toBe(true);
    expect([...new Set(places.flat())].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(posts.map((post, i) => post[places[i]![0]!]! ^ sent[places[i]![0]!]!)).size).toBeGreaterThan(80);
    expect(sent).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('a codec that fails', () => {
  const good: NonNullable<System['codec']> = { encode: () => Uint8Array.of(1), decode: () => null };
  const sending = (parts: Partial<typeof good>): (() => void) => {
    const network = networkOf(
      toyPlan({ network: { corruptPer1000: 1000 } }).network, site({}, { codec: { ...good, ...parts } }).all,
    );
    return () => network.send(0, 1, { leader: undefined });
  };
  const fails = (): never => {
    throw new RangeError('no such node');
  };

  test('breaks the contract of the system that has it', () => {
    expect(sending({})).not.toThrow();
    expect(sending({ encode: fails })).toThrow(
      new ContractError('it sends an object { leader }, which its codec cannot encode: RangeError: no such node'),
    );
    expect(sending({ decode: fails })).toThrow(
      new ContractError(
        'its codec throws on damaged bytes of an object { leader }, expected null: RangeError: no such node',
      ),
    );
  });
});

test('what a system lacks for it is said', () => {
  const lacking =
    (rates: Rates): (() => unknown) =>
    () =>
      networkOf(toyPlan({ network: rates }).network, site({}, {}).all);
  expect(lacking({ manner: 'lab' })).toThrow(
    new TypeError('system "toy" cannot run on the lab\'s network: it has no `rpc`'),
  );
  expect(lacking({ lab: calmFlags })).toThrow(TypeError);
  expect(lacking({ corruptPer1000: 1 })).toThrow(SystemError);
});
