/**
 * Registers whose values repeat: what is decided within a budget, by default and by the general search:
 * `node dist/harness/bench/checker-repeats.js [STEPS]`.
 *
 * Three histories of each kind: as they happened, and with some reads near the end that are told another value.
 */
import {
  checkOperations, registerModel, type Operation, type RegisterInput, type RegisterOutput, type Verdict,
} from '../../checkers/porcupine-ts-port/index.ts';
import { table } from '../text/format.ts';

type Told = Operation<RegisterInput, RegisterOutput>;

function history(
  operations: number, clients: number, values: number, readPercent: number, seed: number, wrong: number,
): Told[] {
  let x = seed;
  const random = (below: number): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
  const made: Told[] = [];
  const open: ({ readonly index: number; output: RegisterOutput | undefined } | undefined)[] = new Array<undefined>(
    clients,
  ).fill(undefined);
  let held: number | null = null;
  for (let time = 0, returned = 0; returned < operations; time++) {
    const client = random(clients);
    const one = open[client];
    if (one === undefined) {
      if (made.length === operations) continue;
      open[client] = { index: made.length, output: undefined };
      const input: RegisterInput = random(100) < readPercent ? { op: 'read' } : { op: 'write', value: random(values) };
      made.push({ client, input, output: undefined, callTime: time, returnTime: null });
    } else if (one.output === undefined) {
      const { op, value } = made[one.index]!.input;
      if (op === 'write') held = value as number;
      one.output = op === 'read' ? { value: held } : {};
    } else {
      made[one.index] = { ...made[one.index]!, output: one.output, returnTime: time };
      open[client] = undefined;
      returned++;
    }
  }
  for (let changed = 0; changed < wrong; changed++) {
    const from = Math.floor(operations * 0.9) + random(Math.floor(operations * 0.1));
    const read = made.findIndex(({ input }, index) => index >= from && input.op === 'read');
    if (read !== -1) made[read] = { ...made[read]!, output: { value: random(values) } };
  }
  return made;
}

const budgetSteps = Number(process.argv[2] ?? 3_000_000);
const kinds: readonly (readonly [operations: number, clients: number, values: number, readPercent: number])[] = [
  [1000, 20, 3, 50], [1000, 40, 3, 50], [1000, 20, 8, 50], [1000, 40, 8, 50], [1000, 20, 5, 80], [1000, 40, 5, 80],
  [1000, 40, 20, 70], [5000, 30, 5, 50], [20_000, 20, 5, 50], [20_000, 40, 8, 50], [20_000, 40, 8, 80],
  [20_000, 40, 30, 80],
];
const lines: string[][] = [];
const decided = { auto: 0, search: 0, all: 0 };
const kindsOf = (verdicts: readonly Verdict[]): string => verdicts.map(({ kind }) => kind).join(' ');
for (const [operations, clients, values, readPercent] of kinds) {
  for (const wrong of [0, 1, 5, 20]) {
    const made = [1, 77, 4242].map((seed) => history(operations, clients, values, readPercent, seed * 7919, wrong));
    const startMs = performance.now();
    const auto = made.map((one) => checkOperations(registerModel, one, { budgetSteps }));
    const ms = performance.now() - startMs;
    const search = made.map((one) => checkOperations(registerModel, one, { budgetSteps, method: 'search' }));
    const isDecided = ({ kind }: Verdict): boolean => kind !== 'unknown';
    decided.auto += auto.filter(isDecided).length;
    decided.search += search.filter(isDecided).length;
    decided.all += made.length;
    for (const [at, { kind }] of auto.entries())
      if (kind !== search[at]!.kind && isDecided(search[at]!) && kind !== 'unknown') throw new Error('the two differ');
    lines.push([
      `${operations} operations, ${clients} clients, ${values} values, ${readPercent} % reads, ${wrong} changed`,
      kindsOf(auto),
      (ms / 3).toFixed(0),
      kindsOf(search),
    ]);
  }
}
process.stdout.write(
  `Node ${process.versions.node}; ${budgetSteps} steps each\n\n${table([['three histories of', 'by default', 'ms each', 'general search'], ...lines], [2])}\n\n`,
);
process.stdout.write(
  `decided of ${decided.all}: ${decided.auto} by default, ${decided.search} by the general search\n`,
);
