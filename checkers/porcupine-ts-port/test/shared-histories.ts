/** The histories with known verdicts that may lie beside the checkout. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asModel, detectFormat, formats, type ModelHistory } from '../formats/index.ts';
import type { ModelName } from '../index.ts';

export interface ExpectedRow {
  readonly file: string;
  readonly model: ModelName;
  readonly verdict: 'ok' | 'illegal';
  readonly operations: number;
  readonly goSteps: number | null;
}

const here = dirname(fileURLToPath(import.meta.url));
export const sharedFolder = resolve(process.env['WHITEWATER_HISTORIES'] ?? join(here, '../../../../shared/histories'));
export const sharedRows: readonly ExpectedRow[] | undefined = existsSync(join(sharedFolder, 'expected.json'))
  ? (JSON.parse(readFileSync(join(sharedFolder, 'expected.json'), 'utf8')) as ExpectedRow[])
  : undefined;
export const absence = `the shared histories are absent: expected them in ../shared/histories beside the checkout, or where WHITEWATER_HISTORIES says`;

export function loadHistory(path: string, model: ModelName): ModelHistory {
  const text = readFileSync(path, 'utf8');
  return asModel(formats[detectFormat(text)](text), model);
}

export const ownFolder = join(here, 'histories');
