/** What a plan may set of a system, and what the explorer makes options of. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { flag, oneOf, plainOf, schemaOf, settingsIn, settingsOf, whole } from '../../../harness/own/settings.ts';

const settings = { bug: oneOf('none', 'localReads'), batches: flag(), quorum: whole(2, 1, 5) };
const plain = { bug: 'none', batches: false, quorum: 2 };

test('the first choice, off and the given number are plain', () => expect(plainOf(settings)).toEqual(plain));

describe('a plan may set', () => {
  const says = (given: object): string => {
    const { success, issues } = v.safeParse(schemaOf(settings), given);
    return success ? 'yes' : issues[0].message;
  };
  test.each([
    [plain, 'yes'], [{ ...plain, bug: 'localReads', batches: true, quorum: 5 }, 'yes'],
    [{ ...plain, quorum: 1 }, 'yes'], [{ ...plain, anyTimers: true }, 'yes'],
    [{ ...plain, bug: 'other' }, 'expected one of none, localReads'],
    [{ ...plain, batches: 1 }, 'expected true or false'], [{ ...plain, quorum: 0 }, 'expected at least 1'],
    [{ ...plain, quorum: 6 }, 'expected at most 5'], [{ ...plain, anyTimers: false }, 'expected true, or nothing'],
  ])('%j: %s', (given, answer) => expect(says(given)).toBe(answer));
  test('nothing else, and not less', () => {
    expect(says({ ...plain, more: 1 })).not.toBe('yes');
    expect(says({ bug: 'none', batches: false })).not.toBe('yes');
  });
});

test('the explorer has an option for each', () => {
  expect(Object.entries(settings).map(([name, setting]) => setting.parameter(name))).toEqual([
    { kind: 'choice', name: 'bug', help: 'setting bug', default: 'none', choices: ['none', 'localReads'] },
    { kind: 'flag', name: 'batches', help: 'setting batches' },
    { kind: 'number', name: 'quorum', help: 'setting quorum', default: 2, min: 1, max: 5 },
  ]);
});

test('of the values of a search those are settings that have their names', () => {
  expect(settingsIn(settings, { ...plain, servers: 3, plain: true } as never)).toEqual(plain);
});

describe('settings by a schema', () => {
  const schema = v.strictObject({
    waitUs: v.strictObject({ min: v.number(), max: v.number() }),
    eager: v.exactOptional(v.literal(true, 'expected true, or nothing')),
  });
  const waitUs = { min: 1, max: 2 };
  const byName = settingsOf(schema, { waitUs });
  const takes = (given: object): boolean => v.safeParse(schemaOf(byName), given).success;

  test('are plain as they are given; one without a plain value is optional, and is left out', () =>
    expect(plainOf(byName)).toEqual({ waitUs }));
  test('may be set as the schema says', () => {
    expect([
      takes({ waitUs }), takes({ waitUs, eager: true }), takes({ waitUs, eager: false }),
      takes({ waitUs, eager: undefined }), takes({ eager: true }), takes({ waitUs: 3 }),
    ]).toEqual([true, true, false, false, false, false]);
  });
  test('have no option in the explorer, and stay plain there', () => {
    expect(Object.entries(byName).map(([name, one]) => one.parameter(name))).toEqual([null, null]);
    expect(settingsIn({ ...settings, ...byName }, { ...plain, quorum: 3, waitUs: 7 } as never)).toEqual({
      ...plain, quorum: 3, waitUs,
    });
  });
});
