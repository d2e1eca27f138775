/** What a plan may set of a system: each setting with the values that it takes, the plain one first. */
import * as v from 'valibot';
import { wholeNumber } from '../plan/plan.ts';
import type { ModelParameter, ParameterValues } from '../explore/parameters.ts';

export interface Setting<T> {
  /** What it is unless a plan says otherwise. */
  readonly plain: T;
  readonly schema: v.GenericSchema<unknown, T>;
  /** As an option of `whitewater explore`; null for one that no option can give: it stays plain there. */
  parameter(name: string): ModelParameter | null;
}

/** A setting that a plan may leave out, and that is left out unless a plan says otherwise. */
export interface OptionalSetting<T> extends Omit<Setting<T>, 'plain'> {
  readonly plain: undefined;
}

export type Settings = Readonly<Record<string, Setting<any> | OptionalSetting<any>>>;

/** The values that settings take. */
export type ValuesOf<S extends Settings> = Flat<
  {
    readonly [K in keyof S as S[K] extends OptionalSetting<any> ? never : K]: S[K] extends Setting<infer T> ? T : never;
  } & {
    readonly [K in keyof S as S[K] extends OptionalSetting<any> ? K : never]?: S[K] extends OptionalSetting<infer T>
      ? T
      : never;
  }
>;
/** The same record, as one. */
export type Flat<T> = { readonly [K in keyof T]: T[K] };

/** Settings whose values are a record of this type: `settings: settingsOf(schema, plain)`. */
export type SettingsOf<V> = {
  readonly [K in keyof V]-?: Record<never, never> extends Pick<V, K>
    ? OptionalSetting<Exclude<V[K], undefined>>
    : Setting<V[K]>;
};

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

/** Any plain data. */
const setting = <T,>(plain: T, schema: v.GenericSchema<unknown, T>): Setting<T> => ({
  plain, schema, parameter: () => null,
});

/** The same, for what is off when a plan does not name it. */
const optional = <T,>(schema: v.GenericSchema<unknown, T>): OptionalSetting<T> => ({
  plain: undefined, schema, parameter: () => null,
});

/** Of a schema of valibot that says all of them, with the plain values: what has none is optional. */
export function settingsOf<V extends object>(
  schema: { readonly entries: Readonly<Record<keyof V, v.GenericSchema>> } & v.GenericSchema<unknown, V>,
  plain: V,
): SettingsOf<V> {
  const values = plain as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries<v.GenericSchema>(schema.entries).map(([name, entry]) => [
      name,
      Object.hasOwn(values, name)
        ? setting(values[name], entry)
        : optional(isExactOptional(entry) ? entry.wrapped : entry),
    ]),
  ) as unknown as SettingsOf<V>;
}

const isExactOptional = (schema: v.GenericSchema): schema is v.GenericSchema & { readonly wrapped: v.GenericSchema } =>
  schema.type === 'exact_optional';

/** Of plans that the explorer makes: every timer may run for any time, so that a path of it can be taken. */
export const anyTimersField = 'anyTimers';

export const schemaOf = (settings: Settings): v.GenericSchema =>
  v.strictObject({
    ...Object.fromEntries(
      Object.entries(settings).map(([name, { plain, schema }]) => [
        name, plain === undefined ? v.exactOptional(schema) : schema,
      ]),
    ),
    [anyTimersField]: v.exactOptional(v.literal(true, 'expected true, or nothing')),
  });

/** One that is optional is not among them. */
export const plainOf = (settings: Settings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, { plain }]) => (plain === undefined ? [] : [[name, plain]])),
  );

/** Those of the values that are settings; what no option can give is plain. */
export const settingsIn = (settings: Settings, values: ParameterValues): Readonly<Record<string, unknown>> => ({
  ...plainOf(settings),
  ...Object.fromEntries(
    Object.entries(settings).flatMap(([name, one]) => (one.parameter(name) === null ? [] : [[name, values[name]]])),
  ),
});
