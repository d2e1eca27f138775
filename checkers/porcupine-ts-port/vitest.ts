/**
 * Vitest matchers. In a setup file (or at the head of a test):
 *
 *     import { expect } from 'vitest';
 *     import { linearizabilityMatchers } from 'whitewater/vitest';
 *     expect.extend(linearizabilityMatchers);
 *
 * and then `expect(history).toBeLinearizable(model)`. Importing this module extends `expect` already; the
 * matchers are exported for projects that keep an `expect` of their own.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import {
  checkEvents,
  checkOperations,
  explain,
  operationsFromEvents,
  renderBars,
  renderHtml,
  type Annotation,
  type CheckOptions,
  type HistoryEvent,
  type Model,
  type Operation,
} from './index.ts';

export interface ToBeLinearizableOptions extends CheckOptions {
  readonly annotations?: readonly Annotation[];
  /** Where the picture of a failing history goes. Default: a folder of the system's for passing files. */
  readonly htmlFolder?: string;
  /** Name of the picture without its ending. Default: after the name of the test. */
  readonly name?: string;
}

export interface MatcherState {
  readonly isNot?: boolean;
  readonly currentTestName?: string;
}

export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

const barColumns = 110;
const maxBars = 30;

const isEvent = (entry: object | undefined): boolean => entry !== undefined && 'kind' in entry;

/** `unknown` is no pass, and neither is it with `not`. */
function toBeLinearizable<S, I, O>(
  this: MatcherState,
  received: readonly Operation<I, O>[] | readonly HistoryEvent<I, O>[],
  model: Model<S, I, O>,
  options: ToBeLinearizableOptions = {},
): MatcherResult {
  if (!Array.isArray(received))
    throw new TypeError('toBeLinearizable takes a history: an array of operations or of events');
  const { annotations, htmlFolder, name, ...checkOptions } = options;
  const history = isEvent(received[0])
    ? operationsFromEvents(received as readonly HistoryEvent<I, O>[])
    : (received as readonly Operation<I, O>[]);
  const verdict = isEvent(received[0])
    ? checkEvents(model, received as readonly HistoryEvent<I, O>[], checkOptions)
    : checkOperations(model, history, checkOptions);
  const counted = `${history.length} operations, ${verdict.method}, ${verdict.steps} steps`;
  if (verdict.kind === 'unknown') {
    const message = `whether the history is linearizable is unknown (${verdict.reason}; ${counted}): give more with budgetSteps or memoryBytes`;
    return { pass: this.isNot === true, message: () => message };
  }
  if (verdict.kind === 'ok')
    return { pass: true, message: () => `expected the history not to be linearizable (${model.name}; ${counted})` };
  const title = this.currentTestName ?? 'history';
  return {
    pass: false,
    message() {
      const explanation = explain(model, history, verdict)!;
      const { minimal, blocked } = explanation;
      const html = renderHtml(model, history, { title, verdict, explanation, ...(annotations && { annotations }) });
      const path = writePicture(html, htmlFolder, name ?? title);
      return [
        `expected the history to be linearizable (${model.name}; ${counted})`,
        ...(blocked === undefined ? [] : [blocked.why]),
        `${minimal.core.length === 1 ? 'the operation' : `the ${minimal.core.length} operations`} marked * cannot ${minimal.core.length === 1 ? '' : 'all '}have happened as recorded, whichever of the others did:`,
        ...renderBars(model, history, minimal.operations.slice(0, maxBars), {
          columns: barColumns, marked: minimal.core,
        }),
        `picture: ${path}`,
      ].join('\n');
    },
  };
}

function writePicture(html: string, folder: string | undefined, name: string): string {
  const target = resolve(folder ?? join(tmpdir(), 'whitewater'));
  mkdirSync(target, { recursive: true });
  const path = join(target, `${name.replace(/[^\w.-]+/g, '-').slice(0, 100)}.html`);
  // Written whole or not at all.
  writeFileSync(`${path}.${process.pid}.tmp`, html);
  renameSync(`${path}.${process.pid}.tmp`, path);
  return path;
}

export const linearizabilityMatchers = { toBeLinearizable };

expect.extend(linearizabilityMatchers as unknown as Parameters<typeof expect.extend>[0]);

declare module 'vitest' {
  // Vitest declares the parameter so, and every declaration must be the same.
  interface Matchers<T = any> {
    /** The history is linearizable with respect to the model; a verdict of unknown fails, also with `not`. */
    toBeLinearizable<S, I, O>(model: Model<S, I, O>, options?: ToBeLinearizableOptions): void;
  }
}
