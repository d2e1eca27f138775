/**
 * Rules of Figure 2 that no other property states (docs/specification.md): each is a change of the core as it is now.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bugsIn } from '../../../harness/bugs/catalogue.ts';
import { patchedSources } from '../../../harness/bugs/patched.ts';
import { stepOfTheSpecification } from '../../../checkers/spec/step-of-the-specification.ts';

const defects = bugsIn(fileURLToPath(new URL('./defects', import.meta.url)));

test('there are eight', () => expect(defects.length).toBe(8));

test.each(defects.map((bug) => [bug.name, bug] as const))(
  '%s applies line by line, and says what finds it',
  (_, bug) => {
    expect(patchedSources(bug).size).toBeGreaterThan(0);
    expect(bug.property).toBe(stepOfTheSpecification.name);
  },
);
