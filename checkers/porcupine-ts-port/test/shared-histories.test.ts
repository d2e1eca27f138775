/** Verdicts and steps on the shared histories, where they are present. Figures: Go's Porcupine, commit 55508eb. */
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { checkOperations } from '../index.ts';
import { absence, loadHistory, sharedFolder, sharedRows } from './shared-histories.ts';

const skipWhenAbsent = ({ skip }: TestContext): void => {
  if (sharedRows === undefined) skip(absence);
};

describe('the shared histories', () => {
  test('the list of them is there', (context) => {
    skipWhenAbsent(context);
    expect(sharedRows!.length).toBe(87);
  });

  test.each(sharedRows ?? [])(
    '$file by $model: the listed verdict, with default options',
    ({ file, model, verdict, operations }) => {
      const history = loadHistory(join(sharedFolder, file), model);
      expect(history.operations.length).toBe(operations);
      expect(checkOperations(history.model, history.operations).kind).toBe(verdict);
    },
  );

  test.each((sharedRows ?? []).filter(({ goSteps }) => goSteps !== null))(
    "$file: the plain search takes Porcupine's $goSteps steps",
    ({ file, model, verdict, goSteps }) => {
      const history = loadHistory(join(sharedFolder, file), model);
      expect(checkOperations(history.model, history.operations, { method: 'plain' })).toMatchObject({
        kind: verdict, steps: goSteps,
      });
      expect(checkOperations(history.model, history.operations, { method: 'search' }).kind).toBe(verdict);
    },
  );
});
