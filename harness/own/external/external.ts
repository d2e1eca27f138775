/**
 * `external`: a program in any language as a server. It is told one event a line and answers with what it is then and
 * what it asks for; time, network, disk and faults are the harness's (docs/any-language.md).
 *
 * A program goes from state to state and cannot go back. So that it is a pure function all the same, each state that it
 * gave remembers what it had been told until then: where another one is asked for, it is started again and told all
 * that once more.
 */
import type { NodeId } from '../../../core/protocol.ts';
import { ContractError, shown } from '../../world/contract.ts';
import { cancel, persist, send, timer, type Server, type ServerEffect, type ServerStep } from '../contract.ts';
import { microsecondsOf, type Duration, type Span } from '../duration.ts';
import { AnswerError, Program } from './program.ts';

export interface ExternalOptions {
  /** How long an answer may take; 10 s. */
  readonly answersWithin?: Duration;
}

/** What a program had been told when it gave a state, and what it said to the last of it. */
interface Past {
  readonly before: Past | null;
  readonly line: string;
  readonly said: string;
}

/** A program that runs, and where it stands. */
interface Running {
  readonly program: Program;
  at: Past | null;
}

const pasts = new WeakMap<object, Past>();
/**
 * Programs of this thread, which serve one run after the other. Of each there are three in turns: a double-check makes
 * up to three runs, and what they have in common must be what they were told.
 */
const running = new Map<string, (Running | undefined)[]>();
const turns = new Map<string, number>();
const ofEach = 3;

/**
 * @param command the executable, or it and its arguments
 * @param start what it is told at each start, beside what its disk holds: its number, how many servers there are,
 *   settings
 */
export function external<State extends object, In, Out, Kept = null>(
  command: string | readonly string[], start: { readonly node: NodeId } & Readonly<Record<string, unknown>>,
  { answersWithin = '10s' }: ExternalOptions = {},
): Server<State, In, Out, Kept | null> {
  const words = typeof command === 'string' ? [command] : command;
  const patienceMs = Math.ceil(microsecondsOf(answersWithin) / 1000);
  const key = JSON.stringify([words, start.node]);
  /** Which of the three it is; chosen at its first start. */
  let turn: number | null = null;

  function startedProgram(): Running {
    if (turn === null) {
      turn = turns.get(key) ?? 0;
      turns.set(key, (turn + 1) % ofEach);
    }
    const all = running.get(key) ?? [];
    running.set(key, all);
    const known = all[turn];
    if (known !== undefined && !known.program.isEnded) return known;
    return (all[turn] = { program: new Program(words, patienceMs), at: null });
  }

  function tell(to: Running, before: Past | null, line: string): Past {
    const said = blaming(() => to.program.ask(line));
    return (to.at = { before, line, said });
  }

  /** The program as it was when it gave a state. */
  function at(past: Past): Running {
    const program = startedProgram();
    if (program.at === past) return program;
    const told: Past[] = [];
    for (let one: Past | null = past; one !== null; one = one.before) told.push(one);
    for (const { line, said } of told.reverse()) {
      const again = tell(program, null, line).said;
      if (again !== said)
        throw new ContractError(
          `it was told the same again and answers otherwise: first ${quoted(said)}, now ${quoted(again)}: its answers must follow from what it was told since its start`,
        );
    }
    program.at = past;
    return program;
  }

  return {
    blank: null,
    boot(durable) {
      const program = startedProgram();
      program.program.forgetErrors();
      return stepOf<State, Out, Kept>(tell(program, null, JSON.stringify({ kind: 'start', ...start, durable })), null);
    },
    step(state, event): ServerStep<State, Out, Kept | null> {
      const past = pasts.get(state);
      if (past === undefined) throw new ContractError('it is asked about a state that it never gave');
      const program = at(past);
      const step = stepOf<State, Out, Kept>(tell(program, past, JSON.stringify(event)), state);
      // What is as it was is where it was.
      if (step.state === state) program.at = past;
      return step;
    },
  };
}

/** A program that does not answer, or not with a line, breaks the contract; one that ends is one that throws. */
function blaming<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof AnswerError) throw new ContractError(error.message);
    throw error;
  }
}

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);

interface Answer {
  readonly state?: unknown;
  readonly effects?: unknown;
}

/** @param before null at a start; an answer without a state says that it is what it was */
function stepOf<State extends object, Out, Kept>(past: Past, before: State | null): ServerStep<State, Out, Kept> {
  const { state: told, effects } = answerIn(past.said);
  if (told === undefined && before !== null) return { state: before, effects: effectsIn(effects) };
  const state = typeof told === 'string' ? { digest: told } : told;
  if (typeof state !== 'object' || state === null || Array.isArray(state))
    throw new ContractError(`state: expected an object, or a text that is a digest of it, got ${shown(told)}`);
  pasts.set(state, past);
  return { state: state as State, effects: effectsIn(effects) };
}

function answerIn(line: string): Answer {
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    throw new ContractError(
      `it answers ${quoted(line)}, which is no JSON: what is not an answer belongs on standard error`,
    );
  }
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer;
  throw new ContractError(`it answers ${shown(answer)}, expected { state, effects }`);
}

function effectsIn<Out, Kept>(effects: unknown): readonly ServerEffect<Out, Kept>[] {
  if (effects === undefined) return [];
  if (!Array.isArray(effects)) throw new ContractError(`effects: expected an array, got ${shown(effects)}`);
  return effects.map((effect: unknown, i) => effectIn<Out, Kept>(effect as Given | null, `effects[${i}]`));
}

type Given = Readonly<Record<string, unknown>>;

/** What is wrong in a field of an effect is said by the contract of all reducers. */
function effectIn<Out, Kept>(given: Given | null, where: string): ServerEffect<Out, Kept> {
  switch (given?.['kind']) {
    case 'send':
      return send(given['to'] as NodeId, given['message'] as Out);
    case 'save':
      if (given['kept'] === undefined)
        throw new ContractError(`${where}.kept: expected what its disk holds from here on, got undefined`);
      return persist(given['kept'] as Kept);
    case 'setTimer':
      return timerIn(given['timer'] as string, given['after'] as Span, where);
    case 'cancelTimer':
      return cancel(given['timer'] as string);
    default:
      throw new ContractError(
        `${where}${typeof given === 'object' && given !== null ? `.kind: expected send, save, setTimer or cancelTimer, got ${shown(given['kind'])}` : `: expected an effect, got ${shown(given)}`}`,
      );
  }
}

function timerIn(name: string, after: Span, where: string): ReturnType<typeof timer> {
  try {
    return timer(name, after);
  } catch (error) {
    throw new ContractError(`${where}.after: ${error instanceof TypeError ? error.message : String(error)}`);
  }
}
