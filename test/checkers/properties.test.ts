/**
 * Every property is tripped by a history that breaks it, in every observer that does not say that it leaves it out; and
 * not by the same history mended.
 */
import { describe, expect, test } from 'vitest';
import { ofRuns, properties, type PropertyName } from '../../checkers/properties.ts';
import { kinds, play } from './support/stage.ts';
import { contact } from './tripwires/contact.ts';
import { elections } from './tripwires/elections.ts';
import { leases } from './tripwires/leases.ts';
import { logs } from './tripwires/logs.ts';
import { membership } from './tripwires/membership.ts';
import { newDisks } from './tripwires/new-disks.ts';
import { replication } from './tripwires/replication.ts';
import { runTripwires } from './tripwires/run.ts';
import { specification } from './tripwires/specification.ts';
import { store } from './tripwires/store.ts';
import { transfer } from './tripwires/transfer.ts';
import { transfers } from './tripwires/transfers.ts';

const tripwires = [
  ...elections, ...contact, ...membership, ...newDisks, ...transfer, ...leases, ...logs, ...replication, ...specification,
  ...store,
  ...transfers,
];
const ofKind = (name: PropertyName) => tripwires.filter(({ property }) => property === name);

describe('the list', () => {
  test('names are told apart', () => {
    const names = properties.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  test('each says what it is, where it is from, and ends without a full stop', () => {
    expect(properties.filter(({ says, source }) => says.length < 10 || says.endsWith('.') || source === '')).toEqual(
      [],
    );
  });

  test('each has a tripwire', () => {
    const without = properties.filter(({ name, looksAt }) =>
      looksAt === 'run' ? !runTripwires.some(({ property }) => property.name === name) : ofKind(name).length === 0,
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('each is judged by an observer, and has a tripwire that it must see', () => {
    for (const { name, looksAt } of properties) {
      if (looksAt === 'run') continue;
      const judges = kinds.filter(({ leavesOut }) => !(name in leavesOut));
      expect(judges.length, name).toBeGreaterThan(0);
      for (const kind of judges)
        expect(
          ofKind(name).some(({ unseenBy }) => unseenBy?.[kind.name] === undefined), `${name} in the ${kind.name}`,
        ).toBe(true);
    }
  });
});

describe.each(kinds.map((kind) => [kind.name, kind] as const))('the %s', (_, kind) => {
  const { leavesOut } = kind;
  const judged = tripwires
    .filter(({ property }) => !(property in leavesOut))
    .map((one) => [`${one.property}: ${one.what}`, one] as const);
  test.each(judged)('%s', (_name, { property, given, broken, mended, options, unseenBy }) => {
    const history = [...given, ...broken];
    const outcome = play(kind, history, options);
    if (unseenBy?.[kind.name] === undefined)
      expect([outcome.verdict, outcome.at]).toEqual([property, history.length - 1]);
    else expect(outcome.verdict).not.toBe(property);
    expect(play(kind, [...given, ...mended], options)).toMatchObject({ verdict: 'ok' });
  });

  test('names nothing that it says it leaves out, and gives a reason for each', () => {
    for (const { property, given, broken, options } of tripwires.filter((one) => one.property in leavesOut)) {
      expect(play(kind, [...given, ...broken], options).verdict, property).not.toBe(property);
    }
    for (const [name, reason] of Object.entries(leavesOut)) expect(reason!.length, name).toBeGreaterThan(10);
  });
});

describe('what the harness asks of a run', () => {
  test.each(runTripwires)('$property.name: $what', ({ property, broken, mended }) => {
    expect(property.check(broken as never)).not.toBeNull();
    expect(property.check(mended as never)).toBeNull();
  });

  test('no observer leaves it out but the explorer, which has no runs', () => {
    for (const { name, leavesOut } of kinds) {
      expect(ofRuns.filter((one) => one in leavesOut), name).toEqual(name === 'explorer' ? ofRuns : []);
    }
  });
});
