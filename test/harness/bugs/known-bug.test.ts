/** A known bug as a file: what is read of it, and what is wrong with one, by line. */
import { describe, expect, test } from 'vitest';
import { fileOf, parseBug } from '../../../harness/bugs/known-bug.ts';

const head = [
  'Title: A title', 'Id: X01', 'Category: Log', 'Difficulty: easy', 'Source: here', 'Property: Log Matching',
];
const diff = [
  'diff --git a/core/raft/log.ts b/core/raft/log.ts', '--- a/core/raft/log.ts', '+++ b/core/raft/log.ts',
  '@@ -1,1 +1,1 @@', '-const a = 1;', '+const a = 2;', '',
];
const file = (lines: readonly string[] = head, changes: readonly string[] = diff): string =>
  [...lines, '', ...changes].join('\n');
const without = (name: string): readonly string[] => head.filter((line) => !line.startsWith(`${name}:`));
const refused = (text: string) => (): unknown => parseBug('own/x.patch', text);

describe('a file', () => {
  test('has a name, a head and a diff', () => {
    const { patches, ...bug } = parseBug('own/x01-title.patch', file([...head, 'Note: of note', 'Canary: 12']));
    expect(bug).toEqual({
      name: 'x01-title', path: 'own/x01-title.patch', title: 'A title', id: 'X01', category: 'Log', difficulty: 'easy',
      source: 'here', property: 'Log Matching', note: 'of note', canarySeeds: 12,
    });
    expect(patches.map(fileOf)).toEqual(['core/raft/log.ts']);
  });
  test('may have no note and be no canary; its diff may begin without git\'s line', () => {
    expect(parseBug('x.patch', file(head, diff.slice(1)))).toMatchObject({ note: null, canarySeeds: null });
  });
  test.each(['easy', 'medium', 'hard', 'control'])('may be %s', (difficulty) =>
    expect(parseBug('x.patch', file([...without('Difficulty'), `Difficulty: ${difficulty}`])).difficulty).toBe(
      difficulty,
    ),
  );
});

describe('is refused', () => {
  test.each(['Title', 'Id', 'Category', 'Difficulty', 'Source', 'Property'])('a head without %s', (name) => {
    expect(refused(file(without(name)))).toThrow(
      `own/x.patch:1: the head has no "${name}:"; it needs Title, Id, Category, Difficulty, Source, Property`,
    );
  });
  test.each([
    [
      'no diff',
      head.join('\n'),
      'own/x.patch: there is no diff in it; expected a head, an empty line, and what `git diff` prints',
    ],
    [
      'a line that is no field',
      file([...head, 'Colour: red']),
      'own/x.patch:7: "Colour: red" is no field of the head; expected "Name: text" with one of Title, Id, Category, Difficulty, Source, Property, Note, Canary',
    ],
    ['a field without a text', file(['Title: ', ...head.slice(1)]), 'own/x.patch:1: "Title: " is no field of the head'],
    ['a field twice', file([...head, 'Id: X02']), 'own/x.patch:7: "Id" is given twice'],
    [
      'another difficulty', file([...without('Difficulty'), 'Difficulty: tricky']),
      'own/x.patch: Difficulty is "tricky"; expected one of easy, medium, hard, control',
    ],
    [
      'a canary of no seeds', file([...head, 'Canary: 0']),
      'own/x.patch: Canary is "0"; expected the number of seeds within which it must be found',
    ],
    ['a canary of too many', file([...head, 'Canary: 1000000']), 'Canary is "1000000"'],
    [
      'a change of something else',
      file(
        head, diff.map((line) => line.replaceAll('core/', 'harness/')),
      ),
      'own/x.patch: the diff changes harness/raft/log.ts; a known bug changes files of core/ and nothing else',
    ],
    [
      'a change outside',
      file(
        head, diff.map((line) => line.replaceAll('core/raft', 'core/../raft')),
      ),
      'the diff changes core/../raft/log.ts',
    ],
    [
      'a new file',
      file(
        head, diff.map((line) => line.replace('--- a/core/raft/log.ts', '--- /dev/null')),
      ),
      'own/x.patch: the diff creates or removes core/raft/log.ts; a known bug changes what is there',
    ],
    [
      'a file that goes',
      file(
        head, diff.map((line) => line.replace('+++ b/core/raft/log.ts', '+++ /dev/null')),
      ),
      'own/x.patch: the diff creates or removes core/raft/log.ts',
    ],
    ['a diff of nothing', file(head, diff.slice(0, 3)), 'own/x.patch: the diff changes nothing'],
    [
      'a diff that cannot be read', file(head, [...diff.slice(0, 4), '?', '']),
      'own/x.patch: the diff cannot be read: ',
    ],
  ])('%s', (_what, text, says) => expect(refused(text)).toThrow(says));
});
