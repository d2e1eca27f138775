/** `whitewater scenarios`: what can be run. */
import { exitCode, parseCommandLine, type Command } from './command.ts';
import { table } from '../text/format.ts';

export const scenariosCommand: Command = {
  usage: 'whitewater scenarios\n\nLists the scenarios by name, with what each does.\n',
  async run(argv, { terminal, registry }) {
    parseCommandLine('scenarios', argv, {});
    const rows = [...registry.scenarios.values()].map(({ name, system, summary }) => [name, system.name, summary]);
    terminal.out(`${table([['scenario', 'system', 'what it does'], ...rows])}\n`);
    return exitCode.pass;
  },
};
