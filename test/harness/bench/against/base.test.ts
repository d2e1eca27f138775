/** Which revision a tree is measured against when nobody names one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { baseOf } from '../../../../harness/bench/against/base.ts';
import { Git } from '../../../../harness/bench/against/git.ts';
import { UsageError } from '../../../../harness/text/usage-error.ts';

const day = 24 * 3600;
/** Any moment. */
const now = 1_700_000_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whitewater-base-'));
  git('init', '--quiet');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...argv: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...argv], {
    cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

function commit(subject: string, daysAgo: number): string {
  const date = `${now - daysAgo * day} +0000`;
  execFileSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--allow-empty', '--quiet', '-m', subject],
    { cwd: folder, env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } },
  );
  return git('rev-parse', 'HEAD');
}

describe('the base', () => {
  test('is the last tag below this commit', () => {
    commit('one', 30);
    git('tag', 'v1');
    commit('two', 20);
    commit('three', 0);
    git('tag', 'v2');
    expect(baseOf(new Git(folder), undefined)).toEqual({ revision: 'v1', why: 'the last tag' });
  });

  test('without a tag the newest commit that is a week older than this one', () => {
    commit('one', 30);
    const old = commit('two', 8);
    commit('three', 6);
    commit('four', 0);
    expect(baseOf(new Git(folder), 'HEAD~1')).toEqual({ revision: old, why: 'a week ago' });
  });

  test('in a younger project what is given, or the commit before', () => {
    commit('one', 3);
    const two = commit('two', 2);
    commit('three', 0);
    expect(baseOf(new Git(folder), two)).toEqual({ revision: two, why: 'WHITEWATER_BASE' });
    expect(baseOf(new Git(folder), 'no-such-branch')).toEqual({ revision: 'HEAD~1', why: 'the commit before' });
    expect(baseOf(new Git(folder), '')).toEqual({ revision: 'HEAD~1', why: 'the commit before' });
  });

  test('of the only commit there is none', () => {
    commit('one', 0);
    expect(baseOf(new Git(folder), undefined)).toBeNull();
  });
});

describe('a revision', () => {
  test('is any name of a commit', () => {
    const one = commit('one', 1);
    expect(new Git(folder).mustBeCommit('HEAD')).toBe(one);
    expect(new Git(folder).mustBeCommit(one.slice(0, 8))).toBe(one);
  });

  test('that is not there, an option in its place, and a folder without git are told as such', () => {
    commit('one', 1);
    const there = new Git(folder);
    expect(() => there.mustBeCommit('nowhere')).toThrow(new UsageError('there is no revision "nowhere"'));
    expect(() => there.mustBeCommit('--all')).toThrow(new UsageError('there is no revision "--all"'));
    rmSync(join(folder, '.git'), { recursive: true });
    expect(() => there.mustBeCommit('HEAD')).toThrow(`${folder} is no clone`);
  });

  test('in a shallow clone it is said that the clone is shallow', () => {
    const one = commit('one', 2);
    commit('two', 1);
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${folder}`, join(folder, 'shallow')], {
      stdio: 'ignore',
    });
    const shallow = new Git(join(folder, 'shallow'));
    expect(() => shallow.mustBeCommit(one)).toThrow('this clone is shallow: git fetch --unshallow');
    expect(baseOf(shallow, undefined)).toBeNull();
  });
});
