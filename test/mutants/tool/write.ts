/** Writes a mutant's file from what it replaces. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { top } from './catalogue.ts';
import { MutantError, parseMutant, planted } from './mutant.ts';

export interface Change {
  readonly file?: string | undefined;
  readonly old?: string | undefined;
  readonly new?: string | undefined;
  readonly breaks?: string | undefined;
  readonly test?: readonly string[] | undefined;
  readonly equivalent?: string | undefined;
}

/** Its path from the top. @throws MutantError when something is missing, or the old text does not occur exactly once */
export function written(name: string, change: Change): string {
  const given = (field: 'file' | 'old' | 'new' | 'breaks'): string => {
    const value = change[field];
    if (value === undefined) throw new MutantError(`--write needs --${field}`);
    return value;
  };
  const path = `test/mutants/${name}.patch`;
  if (existsSync(join(top, path))) throw new MutantError(`${path} is there already`);
  const file = given('file');
  const [old, fresh] = [given('old'), given('new')].map((text) => text.replaceAll(String.raw`\n`, '\n')) as [
    string, string,
  ];
  if (!existsSync(join(top, file))) throw new MutantError(`--file: there is no ${file}`);
  const text = readFileSync(join(top, file), 'utf8');
  const places = text.split(old).length - 1;
  if (places !== 1)
    throw new MutantError(`--old occurs ${places} times in ${file}; give more of what stands around it`);
  const diff = createTwoFilesPatch(
    `a/${file}`, `b/${file}`, text, text.replace(old, () => fresh), undefined, undefined, { context: 2 },
  );
  const head = [
    `Breaks: ${given('breaks')}`, ...(change.test ?? []).map((test) => `Test: ${test}`),
    ...(change.equivalent === undefined ? [] : [`Equivalent: ${change.equivalent}`]),
  ];
  const whole = `${head.join('\n')}\n\n${diff.replace(/^=+\n/, '')}`;
  planted(parseMutant(path, whole), () => text);
  writeFileSync(join(top, path), whole);
  return path;
}
