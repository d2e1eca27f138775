/** A set of elements, at first empty: add, remove, contains, and read of the whole. */
import { growingSetFastPath, type GrowingSetView } from '../fast/growing-set.ts';
import { setTogglesFastPath, type ElementView } from '../fast/set-toggles.ts';
import { compareItems as compare } from '../item-order.ts';
import { illegal, type Model } from '../model.ts';
import { untold } from '../operation-key.ts';
import { sameValue } from '../same-value.ts';
import { item, optionalBoolean, optionalItems, problemFinder } from './fields.ts';

export type Element = string | number;

export interface SetInput {
  readonly op: 'add' | 'remove' | 'contains' | 'read';
  /** Of add, remove and contains. */
  readonly value?: Element;
}

export interface SetOutput {
  /** contains: whether it was there; add and remove: whether they changed the set (left out: not told). */
  readonly ok?: boolean;
  /** read: all elements, in any order. */
  readonly values?: readonly Element[];
}

/** Sorted, each element once: equal sets are equal arrays. */
export type Elements = readonly Element[];

const sortedOnce = (values: readonly Element[]): Elements => [...new Set(values)].toSorted(compare);

const sameElements = (a: Elements, b: Elements): boolean =>
  a.length === b.length && a.every((value, index) => sameValue(value, b[index]));

function step(state: Elements, { op, value }: SetInput, output: SetOutput | undefined): Elements | typeof illegal {
  if (op === 'read') {
    if (output?.values === undefined) return state;
    // A read that names an element twice is no set.
    return output.values.length === state.length && sameElements(sortedOnce(output.values), state) ? state : illegal;
  }
  if (value === undefined) throw new TypeError(`the set model's ${op} needs a value`);
  const isMember = state.includes(value);
  const ok = op === 'add' ? !isMember : isMember;
  if (output?.ok !== undefined && output.ok !== ok) return illegal;
  switch (op) {
    case 'contains':
      return state;
    case 'add':
      return isMember ? state : sortedOnce([...state, value]);
    case 'remove':
      return isMember ? state.filter((member) => !sameValue(member, value)) : state;
    default:
      throw new TypeError(`the set model has no operation "${String(op)}"`);
  }
}

const view: GrowingSetView<SetInput, SetOutput> = {
  added(input, output) {
    if (input.op === 'read') return 'read';
    // An add that says whether it changed the set is a read as well.
    if (input.op !== 'add' || output?.ok !== undefined || input.value === undefined) return undefined;
    return { element: input.value };
  },
  elements: (output) => output.values,
};

const elementView: ElementView<SetInput, SetOutput> = {
  kind: ({ op, value }) =>
    value === undefined || (op !== 'add' && op !== 'remove' && op !== 'contains') ? undefined : op,
  told: ({ ok }) => ok,
  isSame: (a, b) => sameValue(a.value, b.value),
};

const describe = ({ op, value }: SetInput, output: SetOutput | undefined): string => {
  if (op === 'read') return `read -> ${output?.values === undefined ? '?' : JSON.stringify(output.values)}`;
  const outcome = output?.ok === undefined ? '' : ` -> ${String(output.ok)}`;
  return `${op}(${JSON.stringify(value)})${outcome === '' && op === 'contains' ? ' -> ?' : outcome}`;
};

/** Checked element by element, unless the whole is read. */
export const setModel: Model<Elements, SetInput, SetOutput> = {
  name: 'set',
  init: () => [],
  step,
  problemOf: problemFinder('set', {
    add: { input: { value: item }, output: { ok: optionalBoolean } },
    remove: { input: { value: item }, output: { ok: optionalBoolean } },
    contains: { input: { value: item }, output: { ok: optionalBoolean } },
    read: { output: { values: optionalItems } },
  }),
  partition: (input) => (input.op === 'read' ? undefined : input.value),
  readOnly: (input, output) => input.op === 'read' || input.op === 'contains' || output?.ok === false,
  operationKey: ({ op, value }, output) => (op === 'read' ? undefined : [op, value, output?.ok ?? untold]),
  fastPaths: [setTogglesFastPath(elementView), growingSetFastPath(view)],
  describeOperation: describe,
  describeState: (state) => JSON.stringify(state),
};
