/** `npm run fuzz:inputs -- [--from N] [--count M]`: inputs that nobody would write, and the three lawful answers to them. */
import { parseArgs } from 'node:util';
import { tried } from './tried.ts';

const { values } = parseArgs({ options: { from: { type: 'string', default: '1' }, count: { type: 'string', default: '20000' } } });
const [from, count] = [Number(values.from), Number(values.count)];
let faults = 0;
await tried(from, count, ({ seed, argv, why, ended }) => {
  faults += 1;
  process.stdout.write(`${JSON.stringify(argv).slice(0, 200)}: ${why}; again: npm run fuzz:inputs -- --from ${seed} --count 1\n${JSON.stringify({ code: ended.code, err: ended.err.slice(0, 600), out: ended.out.slice(-300) })}\n`);
});
process.stdout.write(`${count} inputs from seed ${from}: ${faults} answered unlawfully\n`);
process.exitCode = faults === 0 ? 0 : 1;
