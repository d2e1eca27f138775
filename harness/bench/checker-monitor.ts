/**
 * The monitor over a million operations: `node --expose-gc dist/harness/bench/checker-monitor.js [OPERATIONS]`.
 *
 * Five clients use a store of four keys without a pause. Memory is what is in use after a collection, at ten
 * points; without --expose-gc it is whatever has not been collected yet.
 */
import { kvModel, monitor, type KvInput, type KvOutput } from '../../checkers/porcupine-ts-port/index.ts';
import { table } from '../text/format.ts';

const total = Number(process.argv[2] ?? 1_000_000);
const watch = monitor(kvModel);
const store = new Map<string, string>();
const open: ({ readonly id: number; readonly input: KvInput; output: KvOutput | undefined } | undefined)[] =
  new Array<undefined>(5).fill(undefined);
let x = 0x1234_5678;
const random = (below: number): number => {
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return (x >>> 0) % below;
};

function inputOf(id: number): KvInput {
  const key = `k${random(4)}`;
  const kind = random(8);
  if (kind < 4) return { op: 'get', key };
  if (kind === 4) return { op: 'cas', key, expected: store.get(key) ?? '', value: `c${id}` };
  return { op: 'put', key, value: `v${id}` };
}

function apply({ op, key, value = '', expected = '' }: KvInput): KvOutput {
  const before = store.get(key) ?? '';
  if (op === 'get') return { value: before };
  const ok = op !== 'cas' || before === expected;
  if (ok) store.set(key, value);
  return op === 'cas' ? { ok } : {};
}

const heapMiB = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const lines: string[][] = [];
const startMs = performance.now();
let most = 0;
for (let called = 0, returned = 0; returned < total; ) {
  const client = random(open.length);
  const one = open[client];
  if (one === undefined) {
    if (called === total) continue;
    const input = inputOf(called);
    open[client] = { id: called, input, output: undefined };
    watch.called(called++, input);
  } else if (one.output === undefined) one.output = apply(one.input);
  else {
    if (watch.returned(one.id, one.output).kind !== 'ok') throw new Error(JSON.stringify(watch.verdict));
    open[client] = undefined;
    most = Math.max(most, watch.configurations);
    if (++returned % Math.ceil(total / 10) === 0)
      lines.push([
        String(returned), ((performance.now() - startMs) / 1000).toFixed(1), heapMiB().toFixed(1),
        String(watch.configurations), String(most),
      ]);
  }
}
process.stdout.write(`Node ${process.versions.node}; verdict ${watch.verdict.kind}\n\n`);
process.stdout.write(
  `${table([['operations', 's', 'heap MiB', 'configurations', 'most'], ...lines], [0, 1, 2, 3, 4])}\n`,
);
