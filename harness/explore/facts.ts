/** What a search says to the judge. */
import type { Facts } from '../campaign/judgement.ts';
import type { PropertyVerdict, SearchResult } from './result.ts';

/** @param name of the model */
export function factsOfSearch(
  name: string, { properties, distinct, generated, end }: SearchResult<unknown, unknown>,
): Facts {
  // What merely was not decided before the search ended is told by how it ended.
  const of = (wanted: PropertyVerdict): readonly string[] =>
    properties
      .filter(({ verdict, path }) => verdict === wanted && (wanted !== 'unknown' || path !== null || end === 'closed'))
      .map((property) => `${name}: ${property.name}${property.detail === '' ? '' : `: ${property.detail}`}`);
  return {
    done: Math.max(distinct ?? 0, generated),
    violations: of('violated'),
    unreached: of('unreached'),
    unknowns: of('unknown'),
    notClosed: ['max-states', 'max-depth', 'walks-done'].includes(end) ? [`${name}: ${end}`] : [],
    interrupted: end === 'interrupted' ? [name] : [],
    unbalanced:
      end === 'violation' && of('violated').length === 0
        ? [`${name}: the search stopped at a violation, and no property tells of one`]
        : [],
    idle: properties.length === 0 ? [`no property, for ${name} has none`] : [],
  };
}
