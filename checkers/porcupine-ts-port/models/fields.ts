/** Which operations a ready model has, and what their fields may hold. */

/** What a field may hold, and how that is called. */
export interface Kind {
  readonly called: string;
  holds(value: unknown): boolean;
}

const orAbsent = ({ called, holds }: Kind): Kind => ({
  called: `${called}, or left out`, holds: (value) => value === undefined || value === null || holds(value),
});

export const text: Kind = { called: 'a text', holds: (value) => typeof value === 'string' };
export const item: Kind = {
  called: 'a text or a number', holds: (value) => typeof value === 'string' || typeof value === 'number',
};
export const optionalText: Kind = orAbsent(text);
export const optionalItem: Kind = orAbsent(item);
export const optionalNumber: Kind = orAbsent({ called: 'a number', holds: (value) => typeof value === 'number' });
export const optionalVersion: Kind = orAbsent({
  called: 'a whole number from 0 on', holds: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
});
export const optionalBoolean: Kind = orAbsent({
  called: 'true or false', holds: (value) => typeof value === 'boolean',
});
export const optionalScalar: Kind = orAbsent({
  called: 'a text, a number, true or false',
  holds: (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
});
export const optionalItems: Kind = orAbsent({
  called: 'an array of texts and numbers',
  holds: (value) => Array.isArray(value) && value.every((one) => item.holds(one)),
});

/** By operation, the fields of its input and of its output that are looked at. */
export interface Shape {
  readonly input?: Readonly<Record<string, Kind>>;
  readonly output?: Readonly<Record<string, Kind>>;
}

type ProblemOf = (input: { readonly op: string }, output: object | undefined) => string | undefined;

/** What is wrong with an operation of the model, in words; undefined: nothing. */
export function problemFinder(model: string, shapes: Readonly<Record<string, Shape>>): ProblemOf {
  const entries = Object.entries(shapes);
  const inputs = new Map(entries.map(([op, { input = {} }]) => [op, Object.entries(input)]));
  const outputs = new Map(entries.map(([op, { output = {} }]) => [op, Object.entries(output)]));
  return (input, output) => {
    if (typeof input !== 'object' || input === null)
      return `an input of the ${model} model is a record with the operation's name as "op"`;
    const { op } = input;
    const fields = inputs.get(op);
    if (fields === undefined)
      return `the ${model} model has no operation "${String(op)}"; it has ${[...inputs.keys()].join(', ')}`;
    const problem = wrongField(fields, input);
    if (problem !== undefined) return `the ${model} model's ${op}: ${problem}`;
    if (output === undefined) return undefined;
    if (typeof output !== 'object' || output === null)
      return `the ${model} model's ${op}: its output must be a record such as {}, or undefined`;
    const told = wrongField(outputs.get(op)!, output);
    return told === undefined ? undefined : `the ${model} model's ${op}: in its output ${told}`;
  };
}

function wrongField(fields: readonly (readonly [string, Kind])[], record: object): string | undefined {
  for (const [name, kind] of fields) {
    if (!kind.holds((record as Record<string, unknown>)[name])) return `"${name}" must be ${kind.called}`;
  }
  return undefined;
}
