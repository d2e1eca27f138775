/** What the swarm asks of a store with versions, and of which network. */
import { describe, expect, test } from 'vitest';
import { isChange } from '../../../core/changes.ts';
import type { Operation } from '../../../core/kv/command.ts';
import type { Asked } from '../../../core/kv/version-clerk.ts';
import { inTrouble, type Plan } from '../../../harness/plan/plan.ts';
import { RandomStream } from '../../../harness/world/random.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { withoutCopies, withVersions } from '../../../scenarios/swarm/versions.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const plans = Array.from({ length: 1000 }, (_, i) => swarm.draw(i + 1));
const versioned = plans.filter(({ settings }) => (settings as RaftKvSettings).versions === true);
const others = plans.filter(({ settings }) => (settings as RaftKvSettings).versions !== true);
/** Without what operators ask for. */
const askedIn = ({ operations }: Plan): readonly Asked[] =>
  operations.map(({ request }) => request as Asked).filter((request) => !isChange(request));
const asked = versioned.flatMap(askedIn);
/** Without operators, who are the last of the clients. */
const askers = ({ operations }: Plan): number =>
  Math.max(...operations.filter(({ request }) => !isChange(request as Asked)).map(({ client }) => client)) + 1;

describe('a seed with versions', () => {
  test('is one of seven, and keeps no sessions', () => {
    expect(Math.abs(versioned.length - 145)).toBeLessThan(20);
    expect(versioned.filter(({ settings }) => (settings as RaftKvSettings).sessionExpiryUs !== undefined)).toEqual([]);
  });

  test('asks with versions and nothing else, the others without', () => {
    expect([...new Set(asked.map(({ kind }) => kind))].toSorted()).toEqual(['getVersion', 'putSeen', 'putVersion']);
    const kinds = others.flatMap(askedIn).map(({ kind }) => kind);
    expect([...new Set(kinds)].toSorted()).toEqual(['append', 'cas', 'get', 'put']);
  });

  test('names no version that a key may have later: that of no key, or one beyond all', () => {
    expect(
      [...new Set(asked.flatMap((request) => (request.kind === 'putVersion' ? [request.version] : [])))].toSorted(),
    ).toEqual([0, 1_000_000_000]);
  });

  test('has a network that delivers nothing twice: of two copies the second is refused, and that answer may come first', () => {
    const copies = versioned.map(({ network: { duplicatePer1000, replay, lasting } }) => [
      duplicatePer1000, replay?.per1000 ?? 0, lasting?.duplicatePer1000 ?? 0,
    ]);
    expect([...new Set(copies.flat())]).toEqual([0]);
    expect(
      versioned.some(({ network }) => network.replay !== undefined) &&
        versioned.some(({ network }) => network.lasting !== undefined),
    ).toBe(true);
  });
});

test('of a hundred writes about 80 leave the version to the clerk, 13 create a key, and 8 name one that no key has', () => {
  const operations = Array.from({ length: 3000 }, (_, i) => ({
    client: 0,
    atUs: i,
    request: (['put', 'append', 'cas'] as const).map(
      (kind): Operation => ({ kind, key: 'k', value: `${i};`, expected: '' }) as Operation,
    )[i % 3]!,
  }));
  const made = withVersions(new RandomStream('versions'), operations).map(({ request }) => request as Asked);
  const share = (isOne: (request: Asked) => boolean): number => Math.round(made.filter(isOne).length / 30);
  expect([
    share(({ kind }) => kind === 'putSeen'), share((one) => one.kind === 'putVersion' && one.version === 0),
    share((one) => one.kind === 'putVersion' && one.version > 0),
  ]).toEqual([80, 13, 8]);
  expect(made[0]).toMatchObject({ key: 'k', value: '0;' });
});

test('all else of a network stays as it was', () => {
  const [{ network }] = versioned as [(typeof versioned)[number]];
  const lasting = { dropPer1000: 3, duplicatePer1000: 4, tailUs: 5 };
  expect(
    withoutCopies({
      ...network, dropPer1000: 7, duplicatePer1000: 9, replay: { per1000: 8, afterUs: { min: 1, max: 2 } }, lasting,
    }),
  ).toEqual({
    ...network, dropPer1000: 7, duplicatePer1000: 0, replay: { per1000: 0, afterUs: { min: 1, max: 2 } },
    lasting: { ...lasting, duplicatePer1000: 0 },
  });
});

test('who asks again costs an entry each time: no crowd, no server whose trouble lasts, and no long run', () => {
  const many = Array.from({ length: 3000 }, (_, i) => swarm.draw(5001 + i)).filter(
    ({ settings }) => (settings as RaftKvSettings).versions === true,
  );
  expect([
    Math.max(...many.map(askers)), many.filter((plan) => inTrouble(plan).length > 0).length,
    Math.max(...many.map(({ operations }) => operations.length)) < 500,
  ]).toEqual([15, 0, true]);
});
