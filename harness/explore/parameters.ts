/** Parameters of a model: declared as data, so that the command line can read and list them. */

export type ModelParameter =
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly help: string;
      readonly default: number;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'flag'; readonly name: string; readonly help: string }
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly help: string;
      readonly default: string;
      readonly choices: readonly string[];
    };

export type ParameterValues = Readonly<Record<string, number | boolean | string>>;

/** A value that a model cannot take: one line that names the parameter and says what to do. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

const defaultOf = (parameter: ModelParameter): number | boolean | string =>
  parameter.kind === 'flag' ? false : parameter.default;

/** Every parameter with its default, then with what is given. @throws ParameterError */
export function fillIn(parameters: readonly ModelParameter[], given: ParameterValues): ParameterValues {
  const values: Record<string, number | boolean | string> = {};
  for (const parameter of parameters) values[parameter.name] = defaultOf(parameter);
  for (const [name, value] of Object.entries(given)) {
    const parameter = parameters.find((candidate) => candidate.name === name);
    if (parameter === undefined)
      throw new ParameterError(`there is no parameter --${name}; it takes ${listParameters(parameters)}`);
    values[name] = checked(parameter, value);
  }
  return values;
}

/** What a person typed after `--name`. @throws ParameterError */
export function readParameter(parameter: ModelParameter, text: string): number | string {
  if (parameter.kind === 'number' && /^-?\d+$/.test(text)) return checked(parameter, Number(text)) as number;
  return checked(parameter, text) as string;
}

function checked(parameter: ModelParameter, value: number | boolean | string): number | boolean | string {
  switch (parameter.kind) {
    case 'number':
      if (Number.isSafeInteger(value) && (value as number) >= parameter.min && (value as number) <= parameter.max)
        return value;
      throw new ParameterError(
        `--${parameter.name} takes a whole number from ${parameter.min} to ${parameter.max}, not "${value}"`,
      );
    case 'choice':
      if (parameter.choices.includes(value as string)) return value;
      throw new ParameterError(`--${parameter.name} takes one of ${parameter.choices.join(', ')}, not "${value}"`);
    case 'flag':
      if (typeof value === 'boolean') return value;
      throw new ParameterError(`--${parameter.name} is a flag and takes no value`);
  }
}

/** `--rms 3 (1 to 15), --history` and so on: names, defaults, ranges. */
export function listParameters(parameters: readonly ModelParameter[]): string {
  if (parameters.length === 0) return 'no parameters';
  return parameters.map(oneParameter).join(', ');
}

export function oneParameter(parameter: ModelParameter): string {
  switch (parameter.kind) {
    case 'number':
      return `--${parameter.name} ${parameter.default} (${parameter.min} to ${parameter.max})`;
    case 'choice':
      return `--${parameter.name} ${parameter.default} (${parameter.choices.join(' | ')})`;
    case 'flag':
      return `--${parameter.name} (off)`;
  }
}

/** For models: the value of a declared parameter. A wrong name is a mistake in the model. */
export function numberOf(values: ParameterValues, name: string): number {
  const value = values[name];
  if (typeof value !== 'number') throw new TypeError(`the model declares no number "${name}"`);
  return value;
}

export function flagOf(values: ParameterValues, name: string): boolean {
  const value = values[name];
  if (typeof value !== 'boolean') throw new TypeError(`the model declares no flag "${name}"`);
  return value;
}

export function choiceOf(values: ParameterValues, name: string): string {
  const value = values[name];
  if (typeof value !== 'string') throw new TypeError(`the model declares no choice "${name}"`);
  return value;
}
