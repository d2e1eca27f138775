/** The doctor on a good citizen, and on the same one with one thing wrong at a time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { citizensModule } from '../../support/citizens.ts';
import { whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'citizens.mjs'), citizensModule);

test('nothing is said of a good one', async () => {
  const { code, out } = await whitewater(folder, 'doctor', 'citizens.mjs#good');
  expect(out).toBe('good: a good citizen on 10 plans\n');
  expect(code).toBe(0);
});

test.each([
  [
    'unknownEffect', 'the run breaks Protocol Contract',
    'effects[0].kind: expected persist, send, setTimer, cancelTimer or reply, got "sned"',
  ],
  ['rangeBackwards', 'the run breaks Protocol Contract', 'effects[1].afterUs.max'],
  ['returnsPromise', 'the run breaks Protocol Contract', 'it returned a Promise'],
  ['writeThrows', 'the run breaks Protocol Contract', '`write` cannot take'],
  ['answersTwice', 'the run breaks Protocol Contract', 'operation 0 is not open'],
  ['remembers', 'a step is not pure', 'n0 on a message: asked twice with the same state and event'],
  ['growsInPlace', 'something is written to in place', 'seen'],
  ['rewritesMessage', 'something is written to in place', 'told'],
  ['mapInPlace', 'something is written to in place', 'votes'],
  ['sendsFunction', 'what it returns is no plain data', 'n0 on a message: TypeError: a function is no data'],
  ['noEffects', 'the run breaks Protocol Contract', 'effects'],
  ['sendsToNobody', 'the run breaks Protocol Contract', 'effects[0].to'],
  [
    'recoverThrows', 'a durable state does not survive its disk',
    '`recover` throws on a.log: RangeError: no such page: say that it is refused, and why',
  ],
  ['tossesDice', 'a step is not pure', 'n0 on a message: asked twice with the same state and event'],
  ['readsClock', 'two runs of one plan differ', 'a clock, a random number, a variable of the module'],
  ['keepsFunction', 'what it returns is no plain data', 'n0 on a message: TypeError: a function is no data'],
  ['losesCount', 'a message does not survive its codec', 'comes back as {"kind":"told"}'],
  [
    'digestsTooLittle',
    'a digest leaves something out',
    'n1 on timer tick: two states have one `digestState`, {"count":0,"seen":[],"told":null} and {"count":0,"seen":["tick"],"told":null}: give it all that tells them apart',
  ],
  [
    'messagesTooLittle',
    'a digest leaves something out',
    'c0 on an operation: two messages have one `digestMessage`, {"kind":"add","id":0,"by":1} and {"kind":"add","id":1,"by":2}: give it all that tells them apart',
  ],
  [
    'throwsOnUnknownTimer', 'a step is not total',
    'n1 throws on a timer that it does not know: RangeError: no such timer',
  ],
  ['badFault', 'a seed cannot be drawn', 'faults'],
])('%s: %s', async (name, what, detail) => {
  const { code, out } = await whitewater(folder, 'doctor', `citizens.mjs#${name}`, '--seeds', '3');
  expect(out).toContain(`${name}: `);
  expect(out).toContain(`  ${what}, first at seed `);
  expect(out).toContain(detail);
  expect(code).toBe(1);
});
