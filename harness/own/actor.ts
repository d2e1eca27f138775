/**
 * `actor`: an ordinary object, which changes its own fields, as a server. It is copied before each step, so that the
 * one that a crash takes back, and the one that an explorer goes on from, are as they were. All that it knows must
 * stand in its fields.
 */
import type { NodeId } from '../../core/protocol.ts';
import { ContractError } from '../world/contract.ts';
import type { Response, Server, ServerEffect, ServerEvent, ServerStep } from './contract.ts';
import { cancel, persist, redirect, respond, send, timer } from './contract.ts';
import { copyOfState, holdSame, NoDataError, plainCopy } from './copy.ts';
import type { Span } from './duration.ts';

/** What is answered by what is sent. */
/** What a response of these carries. */
export type ReplyIn<Out> = Extract<Out, { readonly kind: 'response' }> extends Response<infer Reply> ? Reply : never;

/** What an actor may ask for during a step; what is asked for happens in this order when the step is over. */
export interface Context<Out, Kept = null> {
  /** The message as it is now: what becomes of its parts later changes nothing of what was sent. */
  send(to: NodeId, message: Out): void;
  /** Answers a client's request. */
  respond(client: NodeId, sequence: number, reply: ReplyIn<Out>): void;
  /** Sends a client on to another server. */
  redirect(client: NodeId, sequence: number, to: NodeId | null): void;
  /** Sets a timer, or sets it anew. */
  setTimer(name: string, after: Span): void;
  cancelTimer(name: string): void;
  /** All that its disk holds from here on. What is asked for behind it happens when it is durable. */
  save(kept: Kept): void;
}

/** An ordinary object: its fields are its state, its methods change them. */
export interface Actor<In, Out, Kept = null> {
  /** At each start, with what its disk holds; the fields are what they were when it was given to `actor`. */
  onStart?(context: Context<Out, Kept>, kept: Kept): void;
  onMessage(context: Context<Out, Kept>, from: NodeId, message: In): void;
  onTimer?(context: Context<Out, Kept>, timer: string): void;
}

/**
 * A server of an ordinary object. The object itself is never changed, and is frozen: each start takes a copy of it.
 * @param blank what its disk holds before anything was saved; without it, the server keeps nothing
 * @throws TypeError when a field of it cannot be copied
 */
export function actor<A extends object, In, Out, Kept = null>(
  given: A & Actor<In, Out, Kept>, { blank }: { readonly blank?: Kept } = {},
): Server<A, In, Out, Kept> {
  const name = nameOf(given);
  const first = withMethodsApart(given);
  try {
    copyOfState(first, name);
  } catch (error) {
    if (error instanceof NoDataError) throw new TypeError(`actor: ${adviceOn(error)}`, { cause: error });
    throw error;
  }
  freeze(first, given);
  const stepOf = (
    before: A, act: (self: A & Actor<In, Out, Kept>, context: Context<Out, Kept>) => unknown,
  ): ServerStep<A, Out, Kept> => {
    const effects: ServerEffect<Out, Kept>[] = [];
    const state = naming(name, () => copyOfState(before, name)) as A & Actor<In, Out, Kept>;
    const context = new Asking<Out, Kept>(effects);
    const returned = naming(name, () => act(state, context));
    context.close();
    if (typeof returned === 'object' && returned !== null && 'then' in returned)
      throw new ContractError(`${name} returned a Promise: a step is done when it returns, and waits for nothing`);
    // Every field must be data, also those that this step has added.
    naming(name, () => copyOfState(state, name));
    return { state: holdSame(before, state) ? before : state, effects };
  };
  return {
    ...(blank === undefined ? {} : { blank }),
    boot: (kept) => stepOf(first, (self, context) => self.onStart?.(context, plainCopy(kept, 'what its disk holds'))),
    step: (state, event) => stepOf(state, (self, context) => heard(self, context, event)),
  };
}

const heard = <In, Out, Kept>(
  self: Actor<In, Out, Kept>, context: Context<Out, Kept>, event: ServerEvent<In>,
): unknown =>
  event.kind === 'timer'
    ? self.onTimer?.(context, event.timer)
    : self.onMessage(context, event.from, plainCopy(event.message, 'a message'));

const nameOf = (given: object): string => {
  const { name } = given.constructor;
  return name === 'Object' ? 'the actor' : name;
};

/** Of an object that was written down as one, functions stand among the fields: they are taken for its methods. */
function withMethodsApart<A extends object>(given: A): A {
  const fields = Object.entries(given);
  const isPlain = Object.getPrototypeOf(given) === Object.prototype;
  if (!isPlain) return Object.assign(Object.create(Object.getPrototypeOf(given) as object) as A, given);
  const methods = Object.create(Object.prototype) as Record<string, unknown>;
  for (const [name, value] of fields) if (typeof value === 'function') methods[name] = value;
  return Object.assign(
    Object.create(methods) as A, Object.fromEntries(fields.filter(([, value]) => typeof value !== 'function')),
  );
}

/** What a function writes to that is bound to the object itself must be seen: an arrow function in a field is. */
function freeze(...values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) continue;
    Object.freeze(value);
    freeze(...Object.values(value));
  }
}

/** The mistakes that copying brings about, each said as what it is. */
function naming<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof NoDataError) throw new ContractError(adviceOn(error));
    if (error instanceof TypeError && /private (?:member|field|method)/.test(error.message)) {
      throw new ContractError(
        `${name} has a private field, which no copy has (${error.message}): write \`private x\` in the place of \`#x\``,
      );
    }
    if (error instanceof TypeError && /read only property|not extensible/.test(error.message)) {
      throw new ContractError(
        `${name} writes to the object that was given to \`actor\`, or to what it was sent (${error.message}): write methods, which find their object by \`this\`, and no arrow functions`,
      );
    }
    throw error;
  }
}

const adviceOn = ({ message }: NoDataError): string =>
  `${message}: fields, messages and what is saved are numbers, texts, lists, records, maps, sets, and objects of your classes made of these`;

class Asking<Out, Kept> implements Context<Out, Kept> {
  private effects: ServerEffect<Out, Kept>[] | null;

  constructor(effects: ServerEffect<Out, Kept>[]) {
    this.effects = effects;
  }

  close(): void {
    this.effects = null;
  }

  send(to: NodeId, message: Out): void {
    this.ask(send(to, plainCopy(message, 'a message')));
  }

  respond(client: NodeId, sequence: number, reply: ReplyIn<Out>): void {
    this.ask(respond(client, sequence, plainCopy(reply, 'a reply')) as ServerEffect<Out, Kept>);
  }

  redirect(client: NodeId, sequence: number, to: NodeId | null): void {
    this.ask(redirect(client, sequence, to) as ServerEffect<Out, Kept>);
  }

  setTimer(name: string, after: Span): void {
    this.ask(timer(name, after));
  }

  cancelTimer(name: string): void {
    this.ask(cancel(name));
  }

  save(kept: Kept): void {
    this.ask(persist(plainCopy(kept, 'what is saved')));
  }

  private ask(effect: ServerEffect<Out, Kept>): void {
    if (this.effects === null)
      throw new ContractError(
        'the context of a step was asked for something after the step was over: each step has its own',
      );
    this.effects.push(effect);
  }
}
