/** The little of git that a comparison of two revisions needs. */
import { spawnSync } from 'node:child_process';
import { UsageError } from '../../text/usage-error.ts';

export class Git {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Null when git says no. @throws UsageError where there is no git */
  tried(...argv: readonly string[]): string | null {
    const { status, stdout, error } = spawnSync('git', argv, {
      cwd: this.folder, encoding: 'utf8', maxBuffer: 1 << 28,
    });
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      throw new UsageError('git is not there: another revision cannot be fetched without it');
    return status === 0 ? stdout.trim() : null;
  }

  /** The whole name of a commit; null when there is none. */
  commitOf(revision: string): string | null {
    return this.tried('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  }

  /** @throws UsageError that says what to do */
  mustBeCommit(revision: string): string {
    if (this.tried('rev-parse', '--git-dir') === null)
      throw new UsageError(`${this.folder} is no clone: another revision is fetched with git`);
    const commit = this.commitOf(revision);
    if (commit !== null) return commit;
    const hint =
      this.tried('rev-parse', '--is-shallow-repository') === 'true'
        ? ' (this clone is shallow: git fetch --unshallow)'
        : '';
    throw new UsageError(`there is no revision "${revision}"${hint}`);
  }

  /** Such as "97d70e0, 2026-11-24, One object listens for the quiet end". */
  toldOf(commit: string): string {
    return this.tried('log', '-1', '--format=%h, %cs, %s', commit) ?? commit;
  }

  /** Whether what is built and what is run differs from the last commit. */
  get hasChanges(): boolean {
    return (
      this.tried('status', '--porcelain', '--', 'core', 'checkers', 'harness', 'scenarios', 'package-lock.json') !== ''
    );
  }
}
