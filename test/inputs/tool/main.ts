/**
 * `npm run fuzz:inputs -- [--from N] [--count M]`: inputs that nobody would write, and the three lawful answers to
 * them.
 */
import { parseArgs } from 'node:util';
import { ended, wholeNumber } from '../../support/tool.ts';
import { tried } from './tried.ts';

const usage = `npm run fuzz:inputs -- [options]

Gives the whole command line inputs that nobody would write: arguments, plans, campaigns, histories. Each must be
answered with an exit code of the table and one clear line, and never with a trace of a stack.

  --from N     the first seed; each seed is one input (default 1)
  --count M    so many of them (default 20000)

Exit code: 0 all were answered lawfully, 1 some were not, 4 wrong usage.
`;

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      from: { type: 'string', default: '1' }, count: { type: 'string', default: '20000' }, help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const [from, count] = [wholeNumber('from', values.from, 0), wholeNumber('count', values.count, 1)];
  let faults = 0;
  await tried(from, count, ({ seed, argv: given, why, ended: answer }) => {
    faults += 1;
    process.stdout.write(
      `${JSON.stringify(given).slice(0, 200)}: ${why}; again: npm run fuzz:inputs -- --from ${seed} --count 1\n${JSON.stringify({ code: answer.code, err: answer.err.slice(0, 600), out: answer.out.slice(-300) })}\n`,
    );
  });
  process.stdout.write(`${count} inputs from seed ${from}: ${faults} answered unlawfully\n`);
  return faults === 0 ? 0 : 1;
}

await ended('fuzz:inputs', () => main(process.argv.slice(2)));
