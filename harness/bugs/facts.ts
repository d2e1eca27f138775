/** What a survey of known bugs says to the judge. */
import type { Facts } from '../campaign/judgement.ts';
import type { OracleSet } from '../campaign/oracles.ts';
import { plural } from '../text/format.ts';
import type { BugResult } from './survey.ts';

export const isFound = ({ score }: BugResult): boolean => score.found > 0;
export const isControl = ({ bug }: BugResult): boolean => bug.difficulty === 'control';

/** A control may show what its head names, a property that is stricter than safety; but nothing to an outsider. */
export const isFalseAlarm = (result: BugResult, oracles: OracleSet): boolean =>
  isControl(result) && result.score.properties.some(([property]) =>
    oracles === 'external' || !result.bug.property.split(', ').includes(property));

export function factsOfSurvey(oracles: OracleSet, results: readonly BugResult[], isInterrupted: boolean): Facts {
  const named = (
    which: readonly BugResult[], why: (result: BugResult) => string | null = () => null,
  ): readonly string[] => which.map((result) => `${result.bug.name}${why(result) === null ? '' : `: ${why(result)}`}`);
  return {
    done: results.length,
    notHunted: named(
      results.filter(({ trouble }) => trouble !== null), ({ trouble }) => trouble,
    ),
    // What an outsider sees does not show every bug, and neither does the specification of Raft.
    notFound:
      oracles === 'all'
        ? named(results.filter((result) => !isControl(result) && result.trouble === null && !isFound(result)))
        : [],
    falseAlarms: named(results.filter((result) => isFalseAlarm(result, oracles))),
    idleWitnesses: named(results.filter(({ witness }) => witness !== null && witness.property === null)),
    harnessFaults: named(
      results.filter(({ fault }) => fault !== null), ({ fault }) => fault,
    ),
    interrupted: isInterrupted ? [`${plural(results.length, 'bug')} hunted`] : [],
  };
}
