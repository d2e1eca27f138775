/**
 * Ordinary objects as servers: what a copy takes along, what no copy can, and what keeps something outside of its
 * fields.
 */
import { describe, expect, test } from 'vitest';
import { runChunk } from '../../../harness/campaign/campaign.ts';
import { examine } from '../../../harness/doctor/examine.ts';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { fillIn } from '../../../harness/explore/parameters.ts';
import {
  actor, defineRegistry, defineScenario, defineSystem, faults, register,
  type CasRegisterInput, type Context, type RegisterOutput, type Request, type Response, type Server,
} from '../../../harness/own/index.ts';

type Value = string | number | boolean | null;
type In = Request<CasRegisterInput>;
type Out = Response<RegisterOutput>;
interface Kept { readonly value: Value; readonly done: Readonly<Record<number, number>> }

class Session {
  last = 0;
  isNew(sequence: number): boolean {
    return sequence > this.last;
  }
}

/** A register on one server, as one would write it without a thought of reducers. */
class Keeper {
  value: Value = null;
  readonly sessions = new Map<number, Session>();

  onStart(context: Context<Out, Kept>, { value, done }: Kept): void {
    this.value = value;
    for (const [client, last] of Object.entries(done)) this.session(Number(client)).last = last;
    context.setTimer('idle', '1s');
  }

  onMessage(context: Context<Out, Kept>, from: number, { sequence, operation }: In): void {
    const session = this.session(from);
    if (operation.op !== 'read' && session.isNew(sequence)) {
      this.value = operation.value ?? null;
      session.last = sequence;
      context.save({
        value: this.value, done: Object.fromEntries([...this.sessions].map(([client, { last }]) => [client, last])),
      });
    }
    context.respond(from, sequence, operation.op === 'read' ? { value: this.value } : {});
  }

  private session(client: number): Session {
    const known = this.sessions.get(client) ?? new Session();
    this.sessions.set(client, known);
    return known;
  }
}

const blank: Kept = { value: null, done: {} };
const systemOf = <State,>(name: string, server: () => Server<State, In, Out, Kept>) =>
  defineSystem<State, never, Kept>()({
    name, service: register, servers: ({ servers }) => Array.from({ length: servers }, server),
    client: { asks: () => [0] },
  });
const scenarioOf = <State,>(name: string, server: () => Server<State, In, Out, Kept>) =>
  defineScenario(systemOf(name, server), {
    servers: 1, clients: [1, 3], faults: faults.swarm({ neverLost: [0] }),
    operations: register.mix({ read: 1, write: 1 }, { each: 8 }),
    explore: { servers: 1, clients: 2, operations: 2, crashes: 1 },
  });
const seeds = Array.from({ length: 25 }, (_, i) => i + 1);

describe('a class', () => {
  const scenario = scenarioOf('keeper', () => actor(new Keeper(), { blank }));

  test('runs as a reducer does: every seed passes, is the same again, and frozen', () => {
    const { passed, nondeterministic, doubleChecked } = runChunk(scenario, seeds, 10_000);
    expect([passed, nondeterministic, doubleChecked]).toEqual([25, [], 25]);
  });

  test('is a good citizen', () => {
    expect([1, 2, 3].flatMap((seed) => examine(scenario.system, scenario.draw(seed)))).toEqual([]);
  });

  test('is searched whole', async () => {
    const definition = defineRegistry('file:///keeper.ts', [scenario]).models.get('keeper')!;
    const { end, properties } = await breadthFirst(definition.create(fillIn(definition.parameters, {})), {
      clock: () => 0,
    });
    expect([end, properties.filter(({ verdict }) => verdict !== 'holds')]).toEqual(['closed', []]);
  });
});

/** A server and one message for it, outside of any world. */
function told<State>(
  server: Server<State, { readonly list: number[] }, { readonly list: number[] }, unknown>,
  ...lists: readonly (readonly number[])[]
) {
  const first = server.boot(null);
  return lists.reduce(
    (step, list) => server.step(step.state, { kind: 'message', from: 7, message: { list: [...list] } }),
    first,
  );
}
type Listed = { readonly list: number[] };
type Asking = Context<Listed, unknown>;

describe('a step', () => {
  class Gatherer {
    all: number[] = [];
    onMessage(context: Asking, from: number, { list }: Listed): void {
      this.all.push(...list);
      context.send(from, { list: this.all });
      this.all.push(0);
    }
  }

  test('changes a copy: the state before is what it was, and so is what was sent', () => {
    const server = actor<Gatherer, Listed, Listed, unknown>(new Gatherer());
    const one = told(server, [1]);
    const two = server.step(one.state, { kind: 'message', from: 7, message: { list: [2] } });
    expect([one.state.all, two.state.all, one.effects, two.effects]).toEqual([
      [1, 0], [1, 0, 2, 0], [{ kind: 'send', to: 7, message: { list: [1] } }],
      [{ kind: 'send', to: 7, message: { list: [1, 0, 2] } }],
    ]);
    expect(two.state).toBeInstanceOf(Gatherer);
  });

  test('keeps no part of a message as its own', () => {
    class Holder {
      held: Listed | null = null;
      onMessage(_: Asking, _from: number, message: Listed): void {
        this.held = message;
        message.list.push(9);
      }
    }
    const message = { list: [1] };
    const server = actor<Holder, Listed, Listed, unknown>(new Holder());
    const { state } = server.step(server.boot(null).state, { kind: 'message', from: 7, message });
    expect([message, state.held]).toEqual([{ list: [1] }, { list: [1, 9] }]);
  });

  test('that changes nothing gives the very state that it was given; another order is a change', () => {
    class Recent {
      seen = new Map<number, true>();
      onMessage(_: Asking, _from: number, { list }: Listed): void {
        for (const one of list) {
          this.seen.delete(one);
          this.seen.set(one, true);
        }
      }
    }
    const server = actor<Recent, Listed, Listed, unknown>(new Recent());
    const both = told(server, [1, 2]);
    const same = server.step(both.state, { kind: 'message', from: 7, message: { list: [2] } });
    const turned = server.step(both.state, { kind: 'message', from: 7, message: { list: [1] } });
    expect([same.state === both.state, [...turned.state.seen.keys()]]).toEqual([true, [2, 1]]);
  });

  test('asks in the order of its calls', () => {
    const server = actor({
      onMessage(context: Context<Listed, string>, from: number, { list }: Listed) {
        context.setTimer('t', '5ms');
        context.save('kept');
        context.cancelTimer('t');
        context.redirect(from, 3, null);
        context.send(from, { list });
      },
    }, { blank: '' });
    expect(
      server
        .step(server.boot('').state, { kind: 'message', from: 7, message: { list: [1] } })
        .effects.map(({ kind }) => kind),
    ).toEqual(['setTimer', 'persist', 'cancelTimer', 'send', 'send']);
  });

  test('of an object that is written down: functions are its methods, and all else its state', () => {
    const server = actor({ sum: 0, onMessage(this: { sum: number }, _: Asking, _from: number, { list }: Listed) {
      for (const one of list) this.sum += one;
    } });
    expect({ ...told(server as never, [1, 2], [3]).state as object }).toEqual({ sum: 6 });
  });
});

describe('what no copy has is said', () => {
  const refused = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing';
  };
  const step = (given: object): string => refused(() => told(actor(given as never) as never, [1]));
  const onMessage = (): void => undefined;

  test('when it is made', () => {
    class Arrow {
      count = 0;
      onMessage = (): void => void (this.count += 1);
    }
    class Dated {
      since = new Date(0);
      onMessage(): void {}
    }
    const ring: { self?: object } = {};
    ring.self = ring;
    expect(refused(() => actor(new Arrow() as never))).toMatch(
      /^actor: Arrow\.onMessage is a function: fields, messages and what is saved are /,
    );
    expect(refused(() => actor(new Dated() as never))).toMatch(
      /^actor: Dated\.since is a Date, which hides what it holds: /,
    );
    expect(refused(() => actor({ ring, onMessage } as never))).toMatch(/^actor: the actor\.ring\.self holds itself: /);
  });

  test('when a step brings it', () => {
    class Private {
      #count = 0;
      onMessage(): void {
        this.#count += 1;
        if (this.#count > 9) throw new RangeError('too many');
      }
    }
    class Later {
      waits: unknown = null;
      onMessage(context: Asking): void {
        this.waits = context.send;
      }
    }
    class Waiting {
      async onMessage(): Promise<void> {}
    }
    class Sender {
      onMessage(context: Context<unknown>): void {
        context.send(1, { when: [new Date(0)] });
      }
    }
    expect(step(new Private())).toMatch(
      /^Private has a private field, which no copy has \(.*\): write `private x` in the place of `#x`$/,
    );
    expect(step(new Later())).toMatch(/^Later\.waits is a function: /);
    expect(step(new Waiting())).toBe(
      'Waiting returned a Promise: a step is done when it returns, and waits for nothing',
    );
    expect(step(new Sender())).toMatch(/^a message\.when\[0\] is a Date, which hides what it holds: /);
  });

  test('when it is a context that is asked after its step', () => {
    let kept: Asking | null = null;
    const server = actor({ onMessage(context: Asking) {
      kept = context;
    } });
    told(server as never, [1]);
    expect(refused(() => kept!.cancelTimer('t'))).toBe(
      'the context of a step was asked for something after the step was over: each step has its own',
    );
  });

  test('when it writes to the object itself', () => {
    const given = { count: 0, onMessage() {
      given.count += 1;
    } };
    expect(step(given)).toMatch(
      /^the actor writes to the object that was given to `actor`, .*: write methods, which find their object by `this`, and no arrow functions$/,
    );
  });
});

describe('a class that keeps something outside of its fields', () => {
  let tosses = 0;
  class Outside extends Keeper {
    override onMessage(context: Context<Out, Kept>, from: number, request: In): void {
      tosses += 1;
      super.onMessage(context, from, request);
      if (request.operation.op !== 'read') this.value = `${tosses}`;
    }
  }
  const scenario = scenarioOf('outside', () => actor(new Outside(), { blank }));

  test('is found by the doctor', () => {
    expect(examine(scenario.system, scenario.draw(1)).map(({ what }) => what)).toContain('a step is not pure');
  });

  test('and by a double-check', () => {
    expect(runChunk(scenario, [1, 2, 3], 10_000).nondeterministic.map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });
});
