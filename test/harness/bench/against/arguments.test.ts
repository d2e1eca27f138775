/** What the benchmark's command line takes. */
import { describe, expect, test } from 'vitest';
import { askedFor } from '../../../../harness/bench/against/arguments.ts';
import { UsageError } from '../../../../harness/text/usage-error.ts';

describe('the command line of the benchmark', () => {
  test('a revision is enough: then it is the simulation', () => {
    expect(askedFor(['--against', '97d70e0'])).toEqual({
      against: '97d70e0', what: ['simulation'], pairs: null, seeds: null, isShort: false, floor: null, json: null,
    });
  });

  test('all of it', () => {
    expect(
      askedFor([
        '--against', 'base', '--what', 'labs', '--what', 'start-up', '--pairs', '4', '--seeds', '50', '--short',
        '--floor', '0.7', '--json', 'a.json',
      ]),
    ).toEqual({
      against: 'base', what: ['labs', 'start-up'], pairs: 4, seeds: 50, isShort: true, floor: 0.7, json: 'a.json',
    });
  });

  test('help is asked for', () => expect(askedFor(['--help'])).toBeNull());

  test.each([
    [[], '--against names the revision'],
    [
      ['--against', 'a', '--what', 'lab'],
      '--what takes one of simulation, explorer, explorer-threads, checker, start-up, labs, not "lab"',
    ],
    [['--against', 'a', '--pairs', '0'], '--pairs takes a whole number'],
    [['--against', 'a', '--seeds', '1.5'], '--seeds takes a whole number'],
    [['--against', 'a', '--floor', 'half'], '--floor takes a ratio'],
    [['--against', 'a', '--floor', '0'], '--floor takes a ratio'],
    [['--against', 'a', '--fast'], "Unknown option '--fast'"],
    [['--against', 'a', 'b'], 'see: npm run bench -- --help'],
  ])('%j is refused', (argv, says) => {
    expect(() => askedFor(argv)).toThrow(UsageError);
    expect(() => askedFor(argv)).toThrow(says);
  });
});
