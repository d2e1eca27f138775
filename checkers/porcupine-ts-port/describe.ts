/** Operations and states in words, also for models that do not say how. */
import type { ModelBase } from './model.ts';

export function describeOperation<S, I, O>(model: ModelBase<S, I, O>, input: I, output: O | undefined): string {
  if (model.describeOperation !== undefined) return model.describeOperation(input, output);
  return output === undefined ? `${show(input)} -> ?` : `${show(input)} -> ${show(output)}`;
}

export function describeState<S, I, O>(model: ModelBase<S, I, O>, state: S): string {
  return model.describeState === undefined ? show(state) : model.describeState(state);
}

/** Values as a person would write them; sets and maps by their content. */
function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Map || item instanceof Set) return [...item];
    return typeof item === 'bigint' ? `${item}n` : item;
  });
  return text ?? String(value);
}
