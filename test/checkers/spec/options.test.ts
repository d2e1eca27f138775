/** What the dissertation adds to Figure 2: the rules by name, and what an implementation without options is asked. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hasOptions, optionRules } from '../../../checkers/spec/beyond.ts';
import { allRules } from '../../../checkers/spec/receive.ts';

test('docs/specification.md has each rule, with its section', () => {
  const text = readFileSync(new URL('../../../docs/specification.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('\n## Options of the dissertation'));
  const lines = section.slice(0, section.indexOf('\n## ', 1)).split('\n');
  expect(lines.filter((line) => line.startsWith('| ')).slice(1)).toEqual(
    optionRules.map(({ section: of, name }) => `| ${of.replace('dissertation ', '')} | ${name} |`),
  );
});

test('no two rules have one name', () => {
  const names = [...allRules, ...optionRules].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  [{}, false], [{ preVote: true }, true], [{ checkQuorum: true }, true], [{ rounds: true }, true],
  [{ lease: { initialTerm: 0 } }, true], [{ transfer: true }, true], [{ chunks: true }, true],
])('%j has options: %s', (options, has) => expect(hasOptions(options)).toBe(has));
