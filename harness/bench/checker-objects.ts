/**
 * The checker on long histories of objects whose values are distinct: `node dist/harness/bench/checker-objects.js`.
 *
 * Ten clients use an object without a pause, so that about seven operations are open at every time; half of them
 * put in. Legal histories, and the same with one answer changed near the end. Each row gives the median of
 * repeated checks, and the ratio to a register of equal length.
 */
import {
  checkOperations, priorityQueueModel, queueModel, registerModel, setModel, stackModel, type Model, type Operation,
} from '../../checkers/porcupine-ts-port/index.ts';
import { table } from '../text/format.ts';

interface Input {
  readonly op: string;
  readonly value?: number;
}
interface Output {
  readonly value?: number | null;
  readonly ok?: boolean;
}

interface Used {
  readonly name: string;
  readonly model: unknown;
  /** An object in use: inputs by serial number and a random number, and what is answered. */
  use(): { input(serial: number, random: number): Input; apply(input: Input): Output };
  wrong(output: Output): Output;
}

const half = 0x8000_0000;

function bag(put: string, take: string, takeOut: (items: number[]) => number | undefined): Used['use'] {
  return () => {
    const items: number[] = [];
    return {
      // Values of a priority queue must not come in order.
      input: (serial, random) =>
        random < half ? { op: put, value: serial * 65_536 + (random % 65_536) - (random % 7) * 500_000 } : { op: take },
      apply({ op, value }) {
        if (op === take) return { value: takeOut(items) ?? null };
        items.push(value!);
        return {};
      },
    };
  };
}

function leastOf(items: number[]): number | undefined {
  let least = 0;
  for (let i = 1; i < items.length; i++) if (items[i]! < items[least]!) least = i;
  return items.splice(least, 1)[0];
}

const nothingFound = (output: Output): Output => ({ ...output, value: null });

const objects: readonly Used[] = [
  {
    name: 'register',
    model: registerModel,
    use() {
      let held: number | null = null;
      return {
        input: (serial, random) => (random < half ? { op: 'write', value: serial } : { op: 'read' }),
        apply({ op, value }) {
          if (op === 'read') return { value: held };
          held = value!;
          return {};
        },
      };
    },
    wrong: nothingFound,
  },
  { name: 'queue', model: queueModel, use: bag('enqueue', 'dequeue', (items) => items.shift()), wrong: nothingFound },
  { name: 'stack', model: stackModel, use: bag('push', 'pop', (items) => items.pop()), wrong: nothingFound },
  { name: 'priority queue', model: priorityQueueModel, use: bag('insert', 'remove-min', leastOf), wrong: nothingFound },
  {
    name: 'set',
    model: setModel,
    use() {
      const members = new Set<number>();
      return {
        input: (serial, random) => ({
          op: random < half ? 'add' : random % 2 === 0 ? 'remove' : 'contains',
          value: random < half ? serial : Math.max(0, serial - (random % 40)),
        }),
        apply({ op, value }) {
          const was = members.has(value!);
          if (op === 'add') members.add(value!);
          if (op === 'remove') members.delete(value!);
          return { ok: op === 'add' ? !was : was };
        },
      };
    },
    wrong: ({ ok }) => ({ ok: !ok! }),
  },
];

/** @param wrongFrom the first answer of a taking or reading operation behind this many operations is changed */
function history({ use, wrong }: Used, operations: number, wrongFrom: number): Operation<Input, Output>[] {
  const { input, apply } = use();
  const made: Operation<Input, Output>[] = [];
  const open: ({ readonly index: number; output: Output | undefined } | undefined)[] = new Array<undefined>(10).fill(
    undefined,
  );
  let x = 0x1234_5678;
  const random = (): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
  let isChanged = false;
  for (let time = 0, returned = 0; returned < operations; time++) {
    const client = random() % open.length;
    const one = open[client];
    if (one === undefined) {
      if (made.length === operations) continue;
      open[client] = { index: made.length, output: undefined };
      made.push({ client, input: input(made.length, random()), output: undefined, callTime: time, returnTime: null });
    } else if (one.output === undefined) one.output = apply(made[one.index]!.input);
    else {
      let { output } = one;
      const tells = output.value !== undefined ? output.value !== null : output.ok !== undefined;
      if (!isChanged && one.index >= wrongFrom && tells) {
        output = wrong(output);
        isChanged = true;
      }
      made[one.index] = { ...made[one.index]!, output, returnTime: time };
      open[client] = undefined;
      returned++;
    }
  }
  return made;
}

function medianMs(check: () => void): number {
  const samples: number[] = [];
  const endMs = performance.now() + 1500;
  while (samples.length < 3 || (samples.length < 51 && performance.now() < endMs)) {
    const startMs = performance.now();
    check();
    samples.push(performance.now() - startMs);
  }
  return samples.toSorted((a, b) => a - b)[samples.length >> 1]!;
}

const lines: string[][] = [];
for (const operations of [1_000, 10_000, 100_000]) {
  for (const isWrong of [false, true]) {
    let registerMs = 0;
    for (const used of objects) {
      const made = history(used, operations, isWrong ? operations - operations / 10 : Infinity);
      const model = used.model as Model<unknown, Input, Output>;
      const verdict = checkOperations(model, made, { budgetSteps: 5_000_000 });
      const ms = medianMs(() => checkOperations(model, made, { budgetSteps: 5_000_000 }));
      if (used.name === 'register') registerMs = ms;
      const fault = verdict.illegalPartition?.clash?.length;
      lines.push([
        used.name, String(operations), verdict.kind, verdict.method, ms.toFixed(2), (ms / registerMs).toFixed(2),
        fault === undefined ? '-' : String(fault),
      ]);
    }
  }
}
process.stdout.write(`Node ${process.versions.node}; median; "clash": operations that the fault is shown by.\n\n`);
process.stdout.write(
  `${table([['object', 'operations', 'verdict', 'method', 'ms', 'to register', 'clash'], ...lines], [1, 4, 5, 6])}\n`,
);
