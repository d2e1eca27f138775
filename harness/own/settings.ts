/** What a plan may set of a system: each setting with the values that it takes, the plain one first. */
import * as v from 'valibot';
import { wholeNumber } from '../plan/plan.ts';
import type { ModelParameter, ParameterValues } from '../explore/parameters.ts';

export interface Setting<T> {
  /** What it is unless a plan says otherwise. */
  readonly plain: T;
  readonly schema: v.GenericSchema<unknown, T>;
  /** As an option of `whitewater explore`. */
  parameter(name: string): ModelParameter;
}

export type Settings = Readonly<Record<string, Setting<string | number | boolean>>>;

/** The values that settings take. */
export type ValuesOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** One of these; the first is the plain one. */
export function oneOf<const T extends readonly [string, ...string[]]>(...choices: T): Setting<T[number]> {
  const expected = `expected one of ${choices.join(', ')}`;
  return {
    plain: choices[0],
    schema: v.picklist(choices, expected),
    parameter: (name) => ({ kind: 'choice', name, help: `setting ${name}`, default: choices[0], choices }),
  };
}

/** On or off; off is plain. */
export const flag = (): Setting<boolean> => ({
  plain: false,
  schema: v.boolean('expected true or false'),
  parameter: (name) => ({ kind: 'flag', name, help: `setting ${name}` }),
});

/** A whole number within bounds. */
export const whole = (plain: number, min: number, max: number): Setting<number> => ({
  plain,
  schema: wholeNumber(min, max),
  parameter: (name) => ({ kind: 'number', name, help: `setting ${name}`, default: plain, min, max }),
});

/** Of plans that the explorer makes: every timer may run for any time, so that a path of it can be taken. */
export const anyTimersField = 'anyTimers';

export const schemaOf = (settings: Settings): v.GenericSchema => v.strictObject({
  ...Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])),
  [anyTimersField]: v.exactOptional(v.literal(true, 'expected true, or nothing')),
});

export const plainOf = (settings: Settings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(settings).map(([name, { plain }]) => [name, plain]));

/** Those of the values that are settings. */
export const settingsIn = (settings: Settings, values: ParameterValues): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.keys(settings).map((name) => [name, values[name]]));
