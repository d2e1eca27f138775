/** Where an error was thrown: file and function of the protocol's own frames, as the reader's files are called. */
import { expect, test } from 'vitest';
import { codePlacesOf } from '../../../harness/report/code-place.ts';

const placesOf = (...frames: readonly string[]): readonly string[] =>
  codePlacesOf(
    Object.assign(new Error('x'), { stack: ['Error: x at core/raft/no.ts (of the message)', ...frames].join('\n') }),
  );

test('functions, methods, constructors and what is awaited, of sources and of what is built of them, the innermost first', () => {
  expect(
    placesOf(
      '    at grant (/home/me/dist/core/raft/election.js:10:5)',
      '    at Machine.execute (file:///home/me/core/kv/machine.ts:1:2)',
      '    at new Log (/home/me/core/log.ts:3:4)',
      '    at async run$1 (C:/me/dist/scenarios/own.js:5:6)',
      '    at Object.<anonymous> (/home/me/scenarios/a/b.ts:7:8)',
    ),
  ).toEqual([
    'core/raft/election.ts grant', 'core/kv/machine.ts execute', 'core/log.ts Log', 'scenarios/own.ts run$1',
    'scenarios/a/b.ts <anonymous>',
  ]);
});

test('not those of the harness, of Node, of an assertion, or without a name', () => {
  expect(
    placesOf(
      '    at must (/home/me/dist/core/assert.js:1:1)', '    at run (/home/me/harness/run.ts:1:1)',
      '    at node:internal/process/task_queues:95:5', '    at /home/me/core/raft/step.ts:1:1',
      '    at step (/home/me/core/raft/step.json:1:1)',
    ),
  ).toEqual([]);
});

test('each once, and five at most', () => {
  const frame = (name: string): string => `    at ${name} (/me/core/a.ts:1:1)`;
  expect(placesOf(frame('a'), frame('a'), frame('b'), frame('c'), frame('d'), frame('e'), frame('f'))).toEqual(
    ['a', 'b', 'c', 'd', 'e'].map((name) => `core/a.ts ${name}`),
  );
});

test('none where there is no stack, or no error', () => {
  expect([
    codePlacesOf('at f (/core/a.ts:1:1)'), codePlacesOf(Object.assign(new Error(''), { stack: undefined })), placesOf(),
  ]).toEqual([[], [], []]);
});
