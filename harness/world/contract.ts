/**
 * The contract of core/protocol.ts, held against what a process returns. What breaks it is a violation of its
 * own name, with the node, the step and the field: left alone it would show much later, as something else.
 */
import type { AnyEffect } from '../system.ts';

/** Says which field of what a process returned, or was given, is not as the contract says. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/**
 * What a process returned from `boot` or `step`, looked at once and whole, before anything of it happens.
 * @param nodes how many there are
 * @throws ContractError
 */
export function mustBeStep(step: unknown, nodes: number): void {
  const { state, effects } = (step ?? nothing) as { readonly state?: unknown; readonly effects?: unknown };
  // Null stands for a node that is down.
  if (!Array.isArray(effects) || state === undefined || state === null) throw new ContractError(notAStep(step));
  for (let i = 0; i < effects.length; i++) {
    const wrong = wrongOf(effects[i] as AnyEffect | null | undefined, nodes);
    if (wrong !== null) throw new ContractError(`effects[${i}]${wrong}`);
  }
}

const nothing = {} as const;

function notAStep(step: unknown): string {
  if (typeof step !== 'object' || step === null) return `it returned ${shown(step)}, expected { state, effects }`;
  if ('then' in step)
    return 'it returned a Promise, expected { state, effects }: a step is done when it returns, and waits for nothing';
  const { state, effects } = step as { readonly state?: unknown; readonly effects?: unknown };
  if (state === undefined || state === null) return `state: expected a state, got ${shown(state)}`;
  return `effects: expected an array, got ${shown(effects)}`;
}

/** What is wrong with an effect, as `.field: expected ...`; null when nothing is. */
function wrongOf(effect: AnyEffect | null | undefined, nodes: number): string | null {
  switch (effect?.kind) {
    case 'send':
      if (!isWhole(effect.to) || effect.to < 0 || effect.to >= nodes)
        return `.to: expected a node from 0 to ${nodes - 1}, got ${shown(effect.to)}`;
      return effect.message === undefined ? '.message: expected a message, got undefined' : null;
    case 'setTimer':
      return wrongTimer(effect.timer) ?? wrongRange(effect.afterUs);
    case 'cancelTimer':
      return wrongTimer(effect.timer);
    case 'persist':
      return Array.isArray(effect.writes) ? null : `.writes: expected an array, got ${shown(effect.writes)}`;
    case 'reply':
      return isWhole(effect.id) ? null : `.id: expected the id of an operation, got ${shown(effect.id)}`;
    default:
      return effect === null || typeof effect !== 'object'
        ? `: expected an effect, got ${shown(effect)}`
        : `.kind: expected persist, send, setTimer, cancelTimer or reply, got ${shown((effect as { kind?: unknown }).kind)}`;
  }
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

const wrongTimer = (timer: unknown): string | null =>
  typeof timer === 'string' ? null : `.timer: expected the name of a timer, got ${shown(timer)}`;

function wrongRange(range: { readonly min?: unknown; readonly max?: unknown } | null | undefined): string | null {
  if (typeof range !== 'object' || range === null)
    return `.afterUs: expected { min, max } in microseconds, got ${shown(range)}`;
  const { min, max } = range;
  if (!isWhole(min) || min < 0) return `.afterUs.min: expected whole microseconds, 0 or more, got ${shown(min)}`;
  if (!isWhole(max) || max < min)
    return `.afterUs.max: expected whole microseconds, at least min (${min}), got ${shown(max)}`;
  return null;
}

/** A value in a few words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    return `an object { ${names.slice(0, 4).join(', ')}${names.length > 4 ? `, and ${names.length - 4} more` : ''} }`;
  }
  return String(value);
}
