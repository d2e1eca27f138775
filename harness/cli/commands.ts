/** Every command by name, and where it is: a command loads what it needs when it is asked for. */
import { exitCode, type Command, type ExitCode } from './command.ts';

export interface Entry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** It runs code under test, which may loop, exhaust the memory or end its thread: so it gets a thread of its own. */
  readonly runsCode: boolean;
  /**
   * What it ends with when its thread has no memory left: a verdict is open then, and what gives none ends as badly set
   * up.
   */
  readonly outOfMemory: ExitCode;
  load(): Promise<Command>;
}

const entry = (name: string, summary: string, load: () => Promise<Command>, own: Partial<Entry> = {}): Entry =>
  ({ name, summary, runsCode: true, outOfMemory: exitCode.unknown, load, ...own });

export const commands: readonly Entry[] = [
  entry('fuzz', 'run many seeds of a scenario on all cores', async () => (await import('./fuzz.ts')).fuzzCommand),
  entry('soak', 'drive one cluster through a million operations', async () => (await import('./soak.ts')).soakCommand),
  entry('replay', 'run one seed or plan again, byte for byte', async () => (await import('./replay.ts')).replayCommand),
  entry('shrink', 'make a failing run as small as it gets', async () => (await import('./shrink.ts')).shrinkCommand),
  entry(
    'report', 'tell what happened in a failing run, in every form',
    async () => (await import('./report.ts')).reportCommand,
  ),
  entry('pin', 'keep a failing plan as a regression test', async () => (await import('./pin.ts')).pinCommand),
  entry(
    'gate', 'everything that a change must pass, with one verdict', async () => (await import('./gate.ts')).gateCommand,
  ),
  entry(
    'lab', "run the tests of MIT 6.824's Lab 2 and Lab 3, and what they leave out",
    async () => (await import('./lab.ts')).labCommand,
  ),
  entry('bugs', 'how soon each known bug of Raft is found', async () => (await import('./bugs.ts')).bugsCommand),
  entry(
    'explore', 'search every state of a model for violations',
    async () => (await import('./explore.ts')).exploreCommand,
  ),
  entry(
    'check', 'say whether recorded histories are linearizable', async () => (await import('./check.ts')).checkCommand,
    { runsCode: false },
  ),
  entry(
    'doctor', 'say whether a system of your own is a good citizen',
    async () => (await import('./doctor.ts')).doctorCommand,
  ),
  entry('init', 'lay a first project of your own into a folder', async () => (await import('./init.ts')).initCommand, {
    runsCode: false,
  }),
  entry('scenarios', 'list the scenarios', async () => (await import('./scenarios.ts')).scenariosCommand),
  entry(
    'fleet', 'the same campaigns on many machines, from a queue', async () => (await import('./fleet.ts')).fleetCommand,
    { outOfMemory: exitCode.usage },
  ),
  entry('merge', 'put the results of shards together', async () => (await import('./merge.ts')).mergeCommand),
];
