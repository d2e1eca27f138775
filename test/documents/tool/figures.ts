/** Every region of figures: where it lies, which commands make it, and how. */
import type { Measured } from './measured.ts';

export interface Figures {
  readonly name: string;
  readonly document: string;
  /** What it takes on two quiet cores. */
  readonly takes: string;
  readonly commands: readonly string[];
  /**
   * The same with as little work as shows that the lines can be made: for the test. Null where a minute would not do.
   */
  readonly quick: readonly string[] | null;
  lines(results: readonly Measured[]): readonly string[];
}

interface LabTest {
  readonly scenario: string;
  readonly seeds: number;
  readonly passed: number;
  readonly virtualUs: number;
  readonly cpuMs: number;
  readonly calls: number;
  readonly operations: number;
}

interface LabResult {
  readonly totals: {
    readonly runs: number;
    readonly passed: number;
    readonly virtualUs: number;
    readonly wallMs: number;
    readonly operations: number;
  };
  readonly tests: readonly LabTest[];
}

const count = (value: number): string => Math.round(value).toString().replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
const seconds = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${count(ms / 1000)} s`);
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const testName = (scenario: string): string => scenario.slice(scenario.indexOf('/') + 1);
const lab = ({ file }: Measured): LabResult => JSON.parse(file) as LabResult;

/** The one number that a line of a command's output gives. */
function found(pattern: RegExp, { command, out }: Measured): readonly string[] {
  const match = pattern.exec(out);
  if (match === null) throw new Error(`${command} does not say ${pattern}`);
  return match.slice(1);
}

const mean = (test: LabTest, of: (test: LabTest) => number, digits: number): string =>
  digits === 0 ? count(of(test) / test.seeds) : (of(test) / test.seeds).toFixed(digits);
const means = (test: LabTest): readonly string[] => [
  mean(test, ({ virtualUs }) => virtualUs / 1_000_000, 1), mean(test, ({ cpuMs }) => cpuMs, 1),
  mean(test, ({ calls }) => calls, 0), mean(test, ({ operations }) => operations, 0),
];

const labCommands = [
  'whitewater lab 3B', 'whitewater lab all', 'whitewater lab all --seeds 20',
  'whitewater lab all --seeds 20 --manner honest', 'whitewater lab all --seeds 100',
  'whitewater lab all --seeds 100 --manner honest',
] as const;

const exploreOptions = [
  '', '--symmetry', '--symmetry --max-term 2 --max-log 2 --clients 0 --max-crashes 2',
  '--symmetry --max-term 2 --max-log 2', '--symmetry --max-term 2 --max-log 3',
] as const;
const explore = (options: string): string => `whitewater explore ${options === '' ? '' : `${options} `}--workers 1`;

const exploreRow = (result: Measured): readonly string[] => {
  const [distinct, generated, depth] = found(/^distinct ([\d,]+) .*?generated ([\d,]+).*?depth (\d+)/ms, result);
  return [distinct!, generated!, depth!, seconds(result.wallMs)];
};

const bugsTable = (command: string): Pick<Figures, 'commands' | 'lines'> => ({
  commands: [command],
  lines: ([result]: readonly Measured[]) => result!.file.trimEnd().split('\n'),
});

export const figures: readonly Figures[] = [
  {
    name: 'fuzz',
    document: 'README.md',
    takes: '10 s',
    commands: ['whitewater fuzz --seeds 1000'],
    quick: ['whitewater fuzz --seeds 4 --workers 1'],
    lines: ([result]) => {
      const line = (pattern: RegExp): string =>
        found(new RegExp(`^(.*${pattern.source}.*)$`, 'm'), result!)[0]!.trimEnd();
      return [
        '```', line(/swarm: .* seeds? run/), '', line(/ {2}operations {3,}/), line(/ {2}seeds without any operation/),
        '  ...', line(/ {2}reached {3,}/), line(/ {2}leaders elected/), line(/ {2}snapshots installed/),
        line(/ {2}operations spanning install/), '  ...', line(/ {2}digest/),
        line(/ {2}verdict/).replace(/\d+\/\d+ seeds.*$/, ''), '```',
      ];
    },
  },
  {
    name: 'lab-3b',
    document: 'README.md',
    takes: '10 s',
    commands: ['whitewater lab 3B --seeds 20 --json FILE', 'whitewater lab 3B --json FILE'],
    quick: ['whitewater lab 3B-2 --json FILE', 'whitewater lab 3B-2 --json FILE'],
    lines: ([twenty, one]) => [
      row('test', 'virtual s', 'CPU ms', 'RPCs', 'operations checked'),
      '|---|--:|--:|--:|--:|',
      ...lab(twenty!).tests.map((test) => row(testName(test.scenario), ...means(test))),
      '',
      `\`whitewater lab 3B\` with one seed takes ${seconds(one!.cpuMs)} of CPU, the start of the process included.`,
    ],
  },
  {
    name: 'speed',
    document: 'README.md',
    takes: '3 min',
    commands: ['whitewater fuzz --seeds 20000', 'node dist/harness/bench/swarm.js'],
    quick: ['whitewater fuzz --seeds 4 --workers 1', 'node dist/harness/bench/swarm.js REGISTRY 2'],
    lines: ([fuzz, bench]) => {
      const [seeds] = found(/^swarm: ([\d,]+) seeds? run/m, fuzz!);
      const [workers, rate, events] = found(
        /^ {2}time .*? on (\d+) workers?: ([\d,.kM]+) seeds\/s, ([\d,.kM]+) events\/s/m, fuzz!,
      );
      const [swarmRate, swarmEvents, ratio] = found(
        /^swarm, all checks on +([\d,.]+) +([\d,.kM]+) +(1\/[\d.]+)/m, bench!,
      );
      return [
        `${seeds} swarm seeds on ${workers} workers, every check on: ${seconds(fuzz!.wallMs)} (${rate} seeds and ${events} events a second).`,
        `\`npm run bench -- --alone\`, one core: ${swarmRate} seeds and ${swarmEvents} events a second, ${ratio} of the bare loop.`,
      ];
    },
  },
  {
    name: 'lab-commands',
    document: 'docs/labs.md',
    takes: '10 min',
    commands: labCommands.map((command) => `${command} --json FILE`),
    quick: labCommands.map(() => 'whitewater lab 2A-1 --json FILE'),
    lines: (results) => [
      row('command', 'runs', 'virtual time', 'wall', 'CPU', 'operations checked'),
      '|---|--:|--:|--:|--:|--:|',
      ...results.map((result, i) => {
        const { totals } = lab(result);
        return row(
          `\`${labCommands[i]}\``, count(totals.runs), `${count(totals.virtualUs / 1_000_000)} s`,
          seconds(result.wallMs), seconds(result.cpuMs), count(totals.operations),
        );
      }),
      '',
      `${results.every((result) => lab(result).totals.passed === lab(result).totals.runs) ? 'All of them passed.' : 'NOT all of them passed.'}`,
    ],
  },
  {
    name: 'lab-tests',
    document: 'docs/labs.md',
    takes: '6 min',
    commands: [
      'whitewater lab all --seeds 100 --json FILE', 'whitewater lab all --seeds 100 --manner honest --json FILE',
    ],
    quick: ['whitewater lab 2A-1 --json FILE', 'whitewater lab 2A-1 --manner honest --json FILE'],
    lines: ([own, honest]) => {
      const others = new Map(lab(honest!).tests.map((test) => [testName(test.scenario), test]));
      const passed = (test: LabTest | undefined): string =>
        test === undefined ? '-' : test.passed === test.seeds ? 'ok' : `${test.passed} of ${test.seeds}`;
      return [
        row('test', 'virtual s', 'CPU ms', 'RPCs', 'operations', 'lab', 'honest'),
        '|---|--:|--:|--:|--:|---|---|',
        ...lab(own!).tests.map((test) =>
          row(testName(test.scenario), ...means(test), passed(test), passed(others.get(testName(test.scenario)))),
        ),
      ];
    },
  },
  {
    name: 'explore',
    document: 'docs/explorer.md',
    takes: '2 min',
    commands: exploreOptions.map(explore),
    quick: [explore(exploreOptions[1])],
    lines: (results) => [
      row('`whitewater explore ... --workers 1`', 'distinct', 'generated', 'depth', 'time'),
      '|---|---|---|---|---|',
      ...results.map((result, i) =>
        row(
          exploreOptions[i] === ''
            ? '(defaults: 1 client, 1 operation, term 1, log 2, 1 crash)'
            : `\`${exploreOptions[i]}\``,
          ...exploreRow(result),
        ),
      ),
    ],
  },
  {
    name: 'bugs-all', document: 'docs/track-record.md', takes: '15 min',
    quick: ['whitewater bugs e03 --starts 1 --seeds 5 --workers 1 --markdown FILE'],
    ...bugsTable('whitewater bugs --seeds 2000 --starts 5 --markdown FILE'),
  },
  {
    name: 'bugs-external', document: 'docs/track-record.md', takes: '25 min', quick: null,
    ...bugsTable('whitewater bugs --oracles external --seeds 1000 --starts 3 --markdown FILE'),
  },
  {
    name: 'bugs-specification', document: 'docs/track-record.md', takes: '10 min', quick: null,
    ...bugsTable('whitewater bugs --oracles specification --seeds 100 --starts 3 --markdown FILE'),
  },
  {
    name: 'real-core',
    document: 'docs/track-record.md',
    takes: '50 min',
    commands: ['whitewater fuzz --seeds 200000'],
    quick: ['whitewater fuzz --seeds 4 --workers 1'],
    lines: ([result]) => {
      const [verdict] = found(/^ {2}verdict +(.+? unknown)/m, result!);
      const [digest] = found(/^ {2}digest +(\w+)/m, result!);
      const [operations] = found(/^ {2}operations +([\d,]+) answered/m, result!);
      return [`${verdict}; digest ${digest}; ${operations} client operations checked; ${seconds(result!.wallMs)}.`];
    },
  },
];
