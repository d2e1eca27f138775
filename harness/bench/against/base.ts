/** Which revision a tree is measured against when nobody names one. */
import type { Git } from './git.ts';

export interface Base {
  readonly revision: string;
  /** For a person: why this one. */
  readonly why: string;
}

const weekSeconds = 7 * 24 * 3600;

/**
 * The last tag; without one the newest commit that is a week older than this one; in a younger project what the
 * change is measured against, or the commit before. Null where a shallow clone has none of them.
 * @param given WHITEWATER_BASE, if it is set
 */
export function baseOf(git: Git, given: string | undefined): Base | null {
  const tag = git.tried('describe', '--tags', '--abbrev=0', 'HEAD^');
  if (tag !== null && tag !== '') return { revision: tag, why: 'the last tag' };
  const weekAgo = Number(git.tried('log', '-1', '--format=%ct', 'HEAD')) - weekSeconds;
  const old = git.tried('rev-list', '-1', `--before=${weekAgo}`, 'HEAD^');
  if (old !== null && old !== '') return { revision: old, why: 'a week ago' };
  const before = [given, 'HEAD~1'].find((name) => name !== undefined && name !== '' && git.commitOf(name) !== null);
  return before === undefined
    ? null
    : { revision: before, why: before === 'HEAD~1' ? 'the commit before' : 'WHITEWATER_BASE' };
}
