/**
 * A program beside this one, asked line by line, and waited for: a step is a function call, so its answer must be there
 * when the call returns. Its standard input and output are named pipes, which this side never blocks on: a thread that
 * waits in a read could neither be ended nor see that the program hangs. Nothing here looks at a clock: waiting is
 * counted.
 *
 * A shell stands between the two. It starts the program, tells how it ended, and kills it when this process or thread
 * is gone, however it went: then the pipe that it listens to comes to its end.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync, constants, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemError } from '../../system.ts';

/** Says what became of a program that can answer no more. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** Says that a program did not answer, or not with one line. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** Descriptors of the shell: 3 ends with us, 4 and 5 are the program's, on 6 it tells how the program ended. */
const guard = `
  "$@" <&4 >&5 3<&- 4<&- 5>&- 6>&- &
  program=$!
  exec 4<&- 5>&-
  { read -r nothing <&3; kill -9 $program; } 2>/dev/null &
  watch=$!
  wait $program 2>/dev/null
  code=$?
  kill $watch 2>/dev/null
  echo $code >&6
`;

/**
 * So often it is looked without a pause, a few microseconds each: an answer is usually there by then. Then the pauses
 * grow.
 */
const looksAtOnce = 300;
const firstPauseMs = 0.02;
const longestPauseMs = 2;
const lastWordsBytes = 400;
const errorsBytesMax = 1 << 20;

/** Nobody wakes it. */
const nobody = new Int32Array(new SharedArrayBuffer(4));
const pauseMs = (ms: number): void => void Atomics.wait(nobody, 0, 0, ms);

export class Program {
  private readonly name: string;
  private readonly patienceMs: number;
  private readonly toProgram: number;
  private readonly fromProgram: number;
  private readonly ending: number;
  private readonly errors: number;
  private readonly life: number;
  private readonly buffer = Buffer.alloc(1 << 16);
  private hasAnswered = false;
  isEnded = false;

  /**
   * @param command the executable, and its arguments
   * @param patienceMs how long an answer may take
   * @throws SystemError where there are no named pipes
   */
  constructor(command: readonly string[], patienceMs: number) {
    this.name = command.join(' ');
    this.patienceMs = patienceMs;
    const folder = mkdtempSync(join(tmpdir(), 'whitewater-program-'));
    const at = (name: string): string => join(folder, name);
    try {
      makePipes(['in', 'out', 'life', 'ending'].map(at));
      const [toProgram, itsInput] = pipeTo(at('in'));
      const [life, itsLife] = pipeTo(at('life'));
      const [fromProgram, itsOutput] = pipeFrom(at('out'));
      const [ending, itsEnding] = pipeFrom(at('ending'));
      const errors = openSync(at('errors'), 'a+');
      const shell = spawn('/bin/sh', ['-c', guard, 'sh', ...command], {
        stdio: ['ignore', 'ignore', errors, itsLife, itsInput, itsOutput, itsEnding],
      });
      // Without a shell nothing answers, and that is seen.
      shell.on('error', () => undefined);
      shell.unref();
      for (const its of [itsInput, itsLife, itsOutput, itsEnding]) closeSync(its);
      this.toProgram = toProgram;
      this.life = life;
      this.fromProgram = fromProgram;
      this.ending = ending;
      this.errors = errors;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /**
   * One line in, one line out.
   * @throws ProgramError when it has ended, AnswerError when it does not answer, or not with one line
   * @throws SystemError when it cannot be started at all
   */
  ask(line: string): string {
    const limit = Error.stackTraceLimit;
    // That there is nothing to read yet is an exception, and its stack would be most of its cost.
    Error.stackTraceLimit = 0;
    try {
      this.write(Buffer.from(`${line}\n`));
      const answer = this.readLine();
      this.hasAnswered = true;
      return answer;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  /** It is killed, if it is still there. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const descriptor of [this.life, this.toProgram, this.fromProgram, this.ending, this.errors])
      closeSync(descriptor);
  }

  /** What it has said on standard error is kept until it ends, but not without bounds. */
  forgetErrors(): void {
    if (fstatSync(this.errors).size > errorsBytesMax) ftruncateSync(this.errors);
  }

  private write(bytes: Buffer): void {
    for (let written = 0; written < bytes.length;) {
      written += this.whenReady(() => writeSync(this.toProgram, bytes, written), 'does not read what it is asked');
    }
  }

  private readLine(): string {
    const parts: Buffer[] = [];
    for (;;) {
      const count = this.whenReady(() => readSync(this.fromProgram, this.buffer), 'does not answer');
      if (count === 0) this.hasEnded();
      const part = this.buffer.subarray(0, count);
      const end = part.indexOf(10);
      parts.push(Buffer.from(end < 0 ? part : part.subarray(0, end)));
      if (end < 0) continue;
      if (end < count - 1)
        this.fails(
          `wrote more than one line to one that it was asked: ${quoted(part.subarray(end + 1).toString('utf8'))}`,
        );
      return Buffer.concat(parts).toString('utf8');
    }
  }

  /** Looks until the pipe has something, or the program's time is over. */
  private whenReady(act: () => number, otherwise: string): number {
    let waitedMs = 0;
    let pause = firstPauseMs;
    for (let looks = 0; waitedMs < this.patienceMs; looks++) {
      try {
        return act();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EPIPE') this.hasEnded();
        if (code !== 'EAGAIN') throw error;
      }
      if (looks < looksAtOnce) continue;
      pauseMs(pause);
      waitedMs += pause;
      pause = Math.min(longestPauseMs, 1.3 * pause);
    }
    return this.fails(`${otherwise} within ${this.patienceMs} ms`);
  }

  private fails(what: string): never {
    this.end();
    throw new AnswerError(`\`${this.name}\` ${what}`);
  }

  private hasEnded(): never {
    const code = this.codeOfEnd();
    const words = this.lastWords();
    this.end();
    // What a shell says of a command that is not there, or is none.
    if (!this.hasAnswered && (code === 126 || code === 127))
      throw new SystemError(
        `cannot start \`${this.name}\`: ${code === 127 ? 'there is no such program' : 'it is no program that can be run'}`,
      );
    const how =
      code === null ? 'ended' : code > 128 ? `was ended by signal ${code - 128}` : `ended with exit code ${code}`;
    throw new ProgramError(
      `\`${this.name}\` ${how}${this.hasAnswered ? '' : ' before its first answer'}${words === '' ? '' : `; its last words: ${words}`}`,
    );
  }

  private codeOfEnd(): number | null {
    try {
      const told = this.buffer.toString(
        'utf8', 0, this.whenReady(() => readSync(this.ending, this.buffer), 'does not end'),
      );
      return told === '' ? null : Number(told);
    } catch {
      return null;
    }
  }

  private lastWords(): string {
    const { size } = fstatSync(this.errors);
    const bytes = Buffer.alloc(Math.min(size, lastWordsBytes));
    readSync(this.errors, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8').trim().split('\n').at(-1) ?? '';
  }
}

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);

function makePipes(paths: readonly string[]): void {
  try {
    execFileSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' });
  } catch {
    throw new SystemError(
      'a program in another language needs named pipes (mkfifo) and a shell: there are none on this system',
    );
  }
}

/** Our end never blocks, and the other one does, as a program expects of its standard input and output. */
function pipeTo(path: string): readonly [ours: number, its: number] {
  // A writer that does not block must find a reader.
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const ends = [openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), openSync(path, constants.O_RDONLY)] as const;
  closeSync(reader);
  return ends;
}

const pipeFrom = (path: string): readonly [ours: number, its: number] =>
  [openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), openSync(path, constants.O_WRONLY)];
