/** Whether a command line can be about nothing but the house. */
import { projectModule } from '../cli/project.ts';

/** Those that print no place in the code: in a chunk it would be another one. */
const commands = ['replay', 'lab', 'scenarios'];
/** Those that load no module of a user, whatever they are told. */
const alone = ['--help', '-h', 'help', '--version', 'check', 'init'];

/** No word names a file or an address, no project is at hand, and no patched core. */
export function isOfTheHouse([name, ...rest]: readonly string[], folder: string): boolean {
  if (name === undefined || alone.includes(name)) return true;
  return commands.includes(name) && rest.every((word) => /^[\w-]+$/.test(word)) && !hasProject(folder);
}

/** One that is not as it should be counts: whoever looks for it will say what is wrong. */
function hasProject(folder: string): boolean {
  try {
    return projectModule(folder) !== null;
  } catch {
    return true;
  }
}
