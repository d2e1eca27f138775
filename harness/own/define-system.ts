/** `defineSystem`: a user's protocol as a system of the harness. What is not given is made by structure. */
import type { Effect, NodeId, Step, Storage } from '../../core/protocol.ts';
import { explainModelHistory, linearizability } from '../../checkers/linearizability.ts';
import type { Plan } from '../plan/plan.ts';
import type {
  AnyEffect, AnyProcess, AnyStorage, Codec, HistoryCall, HistoryStory, Lanes, Reach, Story, System, ToldStep,
} from '../system.ts';
import { longestUs } from '../plan/plan.ts';
import { SystemError } from '../system.ts';
import type { NodeFields } from './alike.ts';
import { clientProcess, keptClients, type Asked, type ClientStates } from './client-process.ts';
import { readyClient } from './client.ts';
import type {
  Client, Redirect, Request, Response, Server, ServerEffect, ServerEvent, WholeProcess,
} from './contract.ts';
import { fieldsOf, words } from './data.ts';
import type { Cast, Definition, Invariant, Role } from './definition.ts';
import { microsecondsOf, rangeOf, type Span } from './duration.ts';
import { named } from './named.ts';
import { OwnObserver } from './observer.ts';
import type { Service } from './service.ts';
import { anyTimersField, plainOf, schemaOf, type Settings, type ValuesOf } from './settings.ts';
import { fileRole, structuralCodec, structuralStorage, writesOnceMore } from './storage.ts';

/** What a step of a server did. */
export interface StepOf<State, In, Out, Write, Values> {
  readonly node: NodeId;
  readonly before: State;
  readonly after: State;
  readonly event: ServerEvent<In> | null;
  readonly effects: readonly ServerEffect<Out, Write>[];
  readonly settings: Values;
}

/** All servers at one moment; null for one that is down. */
export interface Moment<State, Values> {
  readonly servers: readonly (State | null)[];
  readonly settings: Values;
}

/** What must hold: of every step, or of every moment. The answer is null, or what is wrong. */
export type InvariantOf<State, In, Out, Write, Values> = {
  /** One sentence for reports. */
  readonly says?: string;
} & (
  | { readonly step: (step: StepOf<State, In, Out, Write, Values>) => string | null; readonly always?: never }
  | { readonly always: (moment: Moment<State, Values>) => string | null; readonly step?: never }
);

/** Who is up, who can talk to whom, and what each of them is. */
export interface ReachOf<State> extends Reach {
  stateOf(node: NodeId): State | null;
}

export interface WorldOf<Values> {
  readonly servers: number;
  readonly clients: number;
  readonly settings: Values;
}

/**
 * What the kit makes by structure, or has no word for, as the harness itself takes it: reports that know the protocol,
 * an observer of your own in the place of invariants and situations, aimed faults, calls of the lab's network, scripts,
 * pace.
 */
export type Beyond = Partial<
  Omit<System, 'name' | 'settings' | 'plainSettings' | 'request' | 'processes' | 'storage' | 'codec'>
>;

export interface SystemDefinition<State, Message, Durable, Write, S extends Settings, Operation, Reply> {
  readonly name: string;
  /** By name; see `oneOf`, `flag` and `whole`. */
  readonly settings?: S;
  /** What clients ask: `kv`, `register`, `queue`, `lock`, `listAppend`, or `service<Operation, Reply>()`. */
  readonly service: Service<Operation, Reply>;
  /** One for each server of the plan, from n0 on. */
  readonly servers: (
    world: WorldOf<ValuesOf<S>>,
  ) => readonly (
    | Server<State, Message | Request<Operation>, Message | Response<Reply> | Redirect, Durable, Write>
    | WholeProcess<State, Message, Durable, Write>
  )[];
  /** How the ready client asks, or a client of your own; clients are numbered from 0. */
  readonly client?:
    | ((
        world: WorldOf<ValuesOf<S>>,
        client: number,
      ) =>
        | Client<any, Message | Response<Reply> | Redirect, Message | Request<Operation>, Operation, Reply>
        | WholeProcess<any, Message, any, never>)
    | {
        /** How long it waits for an answer; 200 to 400 ms. */
        readonly retry?: Span;
        /** Whom it asks, the likeliest first; all servers. */
        readonly asks?: (world: WorldOf<ValuesOf<S>>, client: number) => readonly NodeId[];
      };
  /**
   * Of clients that are whole processes: then their states stand in the world as they are. How they are told from
   * servers, and read.
   */
  readonly clientStates?: { readonly is: (state: unknown) => boolean; readonly asked: (state: any) => Asked };
  readonly invariants?: Readonly<
    Record<
      string,
      InvariantOf<State, Message | Request<Operation>, Message | Response<Reply> | Redirect, Write, ValuesOf<S>>
    >
  >;
  /** Interesting things that a step does; `before` is null for a start. */
  readonly situations?: Readonly<
    Record<
      string,
      (
        step: Omit<
          StepOf<State, Message | Request<Operation>, Message | Response<Reply> | Redirect, Write, ValuesOf<S>>,
          'before'
        > & { readonly before: State | null },
      ) => boolean
    >
  >;
  /**
   * After all faults: null when everything is as it should be in the end, or what is missing. `lost`: down for good.
   */
  readonly settled?: (moment: Moment<State, ValuesOf<S>> & { readonly lost: ReadonlySet<NodeId> }) => string | null;
  /** Whether the servers as they are must make progress; without it, while all are up and every two can talk. */
  readonly owesProgress?: (reach: ReachOf<State>) => boolean;
  /** What part a server plays: faults aim at who leads, and reports paint it. */
  readonly role?: (state: State, node: NodeId) => Role;
  /** What an `epoch` is called: term, view or ballot; epoch. */
  readonly epochName?: string;
  /**
   * For `explore --symmetry`: groups of servers that do the same under each other's names, and the fields in which
   * nodes stand. It is held against every step.
   */
  readonly alike?: NodeFields & { readonly servers: (world: WorldOf<ValuesOf<S>>) => readonly (readonly NodeId[])[] };
  /** In the place of words by structure. */
  readonly words?: {
    readonly message?: (message: Message | Request<Operation> | Response<Reply> | Redirect) => string;
    readonly state?: (state: State) => Readonly<Record<string, string | number>>;
  };
  /** In the place of a codec by structure; null: no fault can damage a message. */
  readonly codec?: Codec | null;
  /** In the place of a disk format by structure (with `beyond.fileRole`); null: no fault can damage a disk. */
  readonly storage?: Storage<Write, Durable, any> | null;
  readonly beyond?: Beyond;
}

/** A system that was made with the kit; its types tell what its scenarios may ask and set. */
export interface OwnSystem<Operation = any, Values = any, State = any> extends System {
  readonly own: Definition;
  readonly service: Service<Operation, any>;
  readonly plainSettings: Values;
  /** Never there: it carries the type. */
  readonly stateType?: (state: State) => void;
}

/** Names that a setting cannot have. */
const taken = new Set([anyTimersField, 'servers', 'clients', 'operations', 'network', 'plain']);

/**
 * `defineSystem<State, Message>()({ ... })`, or `<State, Message, Durable>` for servers that keep something.
 * @throws TypeError when names are missing or taken
 */
export const defineSystem = <State, Message, Durable = null, Write = Durable>() =>
  <Operation, Reply, const S extends Settings = Record<never, never>>(
    given: SystemDefinition<State, Message, Durable, Write, S, Operation, Reply>,
  ): OwnSystem<Operation, ValuesOf<S>, State> => {
    const { codec = structuralCodec, storage, beyond = {} } = given;
    return {
      ...systemOf(definitionOf(given as unknown as AnyGiven)), ...(codec === null ? {} : { codec }),
      ...partsOfDisk(storage), ...beyond,
    } as OwnSystem<Operation, ValuesOf<S>, State>;
  };

const partsOfDisk = (storage: Storage<any, any, any> | null | undefined): Pick<System, 'storage' | 'fileRole'> =>
  storage === undefined
    ? { storage: structuralStorage, fileRole }
    : storage === null
      ? {}
      : { storage: storage as AnyStorage };

type AnyGiven = SystemDefinition<any, any, any, any, Settings, any, any>;

function definitionOf(given: AnyGiven): Definition {
  const { name, settings = {}, service, invariants = {}, situations = {} } = given;
  if (typeof name !== 'string' || !/^[\w.-]+$/.test(name))
    throw new TypeError(`a system needs a name of letters, digits, dots and dashes, not "${String(name)}"`);
  const wrong = Object.keys(settings).find((setting) => taken.has(setting));
  if (wrong !== undefined) throw new TypeError(`${name}: a setting cannot be named "${wrong}", which the harness uses`);
  const list = (Object.entries(invariants) as readonly (readonly [string, Invariant])[]).map(
    ([property, invariant]) => [property, namedInvariant(name, property, invariant)] as const,
  );
  return {
    name,
    settings,
    service,
    situations: Object.fromEntries(
      Object.entries(situations).map(([situation, isSeen]) => [
        situation, named(`${name}: the situation "${situation}"`, isSeen),
      ]),
    ),
    invariants: Object.fromEntries(list),
    processes: (cast) => [
      ...serversOf(given, cast).map((server) => serverProcess(server, given.storage === undefined)),
      ...clientsOf(given, cast),
    ],
    hasDisk: (cast) =>
      given.storage !== null &&
      serversOf(given, cast).some((server) => ('process' in server ? server.process : server).blank !== undefined),
    writesOnceMore: given.storage !== null && writesOnceMore(given.storage ?? structuralStorage),
    clients: clientStatesOf(given),
    isObservedElsewhere: given.beyond?.observer !== undefined,
    settled: given.settled === undefined ? () => null : named(`${name}: \`settled\``, given.settled),
    owesProgress:
      given.owesProgress === undefined
        ? null
        : named(`${name}: \`owesProgress\``, given.owesProgress as (reach: Reach) => boolean),
    role: given.role === undefined ? null : named(`${name}: \`role\``, given.role),
    epochName: given.epochName ?? 'epoch',
    alike:
      given.alike === undefined
        ? null
        : (cast) => ({ ...given.alike, groups: given.alike!.servers(cast as WorldOf<any>) }),
    asks: (cast) => askedByAll(given, cast),
    words: {
      message: given.words?.message === undefined ? words : named(`${name}: \`words.message\``, given.words.message),
      state: given.words?.state === undefined ? fieldsOf : named(`${name}: \`words.state\``, given.words.state),
    },
    sees: {
      steps: list.filter(([, { step }]) => step !== undefined),
      moments: list.filter(([, { always }]) => always !== undefined),
    },
  };
}

const namedInvariant = (name: string, property: string, { says, step, always }: Invariant): Invariant => ({
  ...(says === undefined ? {} : { says }),
  ...(step === undefined ? {} : { step: named(`${name}: the invariant "${property}"`, step) }),
  ...(always === undefined ? {} : { always: named(`${name}: the invariant "${property}"`, always) }),
});

type AnyServer = Server<any, any, any, any, any> | WholeProcess<any, any, any, any>;

/** @throws SystemError when there are not as many as the plan has */
function serversOf({ name, servers }: AnyGiven, cast: Cast): readonly AnyServer[] {
  const made = named(`${name}: \`servers\``, servers)(cast as WorldOf<any>);
  if (made.length !== cast.servers)
    throw new SystemError(`${name}: \`servers\` made ${made.length} servers for a plan with ${cast.servers}`);
  return made;
}

/** What a disk holds: null before the first write. Kept apart, because a durable state may be null itself. */
interface Kept {
  readonly kept: unknown;
}

/** @param isKept what a disk holds goes through the format by structure */
function serverProcess(server: AnyServer, isKept: boolean): AnyProcess {
  const process = 'process' in server ? server.process as AnyProcess : processOf(server);
  return isKept ? keptOnDisk(process) : process;
}

const processOf = (server: Exclude<AnyServer, { readonly process: unknown }>): AnyProcess => ({
  blank: server.blank ?? null,
  boot: (disk) => server.boot(disk),
  // A server is never asked directly, and hears of no failed exchange: these are for other networks.
  step: (state, event) =>
    event.kind === 'message' || event.kind === 'timer' ? server.step(state, event) : { state, effects: [] },
  write: (disk, write) => (server.write === undefined ? write : server.write(disk, write)),
});

function keptOnDisk(process: AnyProcess): AnyProcess {
  const heldIn = (disk: unknown): unknown => (disk === null ? process.blank : (disk as Kept).kept);
  return {
    ...process,
    blank: null,
    boot: (disk) => process.boot(heldIn(disk)),
    write: (disk, write): Kept => ({ kept: process.write(heldIn(disk), write) }),
  };
}

/** Nobody's states are a client's by themselves: `clientStates` says which are. */
function clientStatesOf({ clientStates }: AnyGiven): ClientStates {
  return clientStates === undefined
    ? keptClients
    : { is: clientStates.is, asked: clientStates.asked, kept: (state) => state };
}

/** Whom all clients ask; null when they ask in ways of their own. */
function askedByAll(given: AnyGiven, cast: Cast): readonly NodeId[] | null {
  if (typeof given.client === 'function') return null;
  const [first = asksOf(given, cast, 0), ...rest] = Array.from({ length: cast.clients }, (_, number) =>
    asksOf(given, cast, number),
  );
  return rest.every((one) => one.join(' ') === first.join(' ')) ? first : null;
}

function asksOf({ client }: AnyGiven, cast: Cast, number: number): readonly NodeId[] {
  const asks = typeof client === 'object' ? client.asks?.(cast as WorldOf<any>, number) : undefined;
  return asks ?? Array.from({ length: cast.servers }, (_, node) => node);
}

function clientsOf(given: AnyGiven, cast: Cast): readonly AnyProcess[] {
  const { client = {} } = given;
  return Array.from({ length: cast.clients }, (_, number) => {
    const made = typeof client === 'function' ? client(cast as WorldOf<any>, number) : readyClient({
      retryUs: rangeOf(client.retry ?? ['200ms', '400ms']),
      asks: asksOf(given, cast, number),
    });
    if (given.clientStates === undefined) return clientProcess(made);
    if ('process' in made) return made.process as AnyProcess;
    throw new SystemError(
      `${given.name}: \`clientStates\` is for clients that are whole processes, { process }, and c${number} is none`,
    );
  });
}

/** Less than what lies between two actions of a plan of the explorer; not nothing, or a server could spin. */
const anyTime = { min: microsecondsOf('5ms'), max: longestUs };

const withAnyTimers = (process: AnyProcess): AnyProcess => {
  const freed = ({ state, effects }: Step<unknown, AnyEffect>): Step<unknown, AnyEffect> => ({
    state,
    effects: effects.map((effect: Effect<unknown, unknown, unknown>) =>
      effect.kind === 'setTimer' ? { ...effect, afterUs: anyTime } : effect,
    ),
  });
  return {
    ...process, boot: (disk) => freed(process.boot(disk)), step: (state, event) => freed(process.step(state, event)),
  };
};

const castOf = ({ servers, clients, settings }: Plan): Cast => ({ servers, clients, settings });

function systemOf(definition: Definition): OwnSystem {
  const { name, settings, service, role, owesProgress, invariants } = definition;
  const told = Object.entries(invariants).map(([property, { says }]) => [
    property, says === undefined ? `${property}: an invariant of ${name}.` : `${says}.`,
  ]);
  const { linearizable } = service;
  return {
    name,
    service,
    own: definition,
    settings: schemaOf(settings),
    plainSettings: plainOf(settings),
    request: service.schema,
    processes(plan) {
      const processes = definition.processes(castOf(plan));
      return (plan.settings as { readonly [anyTimersField]?: true })[anyTimersField] === true
        ? processes.map(withAnyTimers)
        : processes;
    },
    observer: (plan) => new OwnObserver(definition, plan),
    leader: (states) => leaderOf(definition, states),
    mayLackLeader: true,
    ...(role === null
      ? {}
      : {
          moments: {
            epoch: (states: readonly unknown[]) =>
              states.reduce<number>((newest, state, node) => Math.max(newest, ...epochsOf(definition, state, node)), 0),
            forgottenUpTo: () => 0,
            heldUpTo: () => 0,
            carriesState: () => false,
          },
        }),
    ...(owesProgress === null ? {} : { owesProgress }),
    digestMessage: (digest, message) => digest.value(message),
    digestState: (digest, state) => digest.value(state),
    describeMessage: (message) => definition.words.message(message),
    describeState: (state, node) => stateInWords(definition, state, node),
    ...(role === null ? {} : { lanes: lanesOf(definition, role) }),
    describeRequest: (request) => service.describe(request),
    tellStep: (step) => storyOf(definition, step),
    properties: Object.fromEntries([
      ...told, [linearizability.name, `${linearizability.says} (Herlihy and Wing 1990).`],
    ]),
    ...(linearizable === null
      ? {}
      : {
          explainHistory: (calls: readonly HistoryCall[]): HistoryStory | null =>
            explainModelHistory(
              linearizable,
              calls.map(({ request, reply, ...call }) => ({
                ...call, input: request, output: reply === null ? undefined : reply.value,
              })),
            ),
        }),
  };
}

const roleOf = ({ role, clients }: Definition, state: unknown, node: NodeId): Role | null =>
  role === null || state === null || clients.is(state) ? null : role(state, node);

const epochsOf = (definition: Definition, state: unknown, node: NodeId): readonly number[] => {
  const epoch = roleOf(definition, state, node)?.epoch;
  return epoch === undefined ? [] : [epoch];
};

const lanesOf = ({ epochName }: Definition, role: NonNullable<Definition['role']>): Lanes => ({
  role: 'role', epoch: 'epoch', epochName, epochMark: `${epochName} `, commit: null,
  lookOf: (state, node) => (role(state, node).leads === true ? 'leads' : 'follows'),
});

/** The server that leads in the newest epoch. */
function leaderOf(definition: Definition, states: readonly unknown[]): NodeId | null {
  let [leader, epoch]: [NodeId | null, number] = [null, -1];
  states.forEach((state, node) => {
    const role = roleOf(definition, state, node);
    if (role?.leads !== true || (role.epoch ?? 0) <= epoch) return;
    [leader, epoch] = [node, role.epoch ?? 0];
  });
  return leader;
}

function stateInWords(definition: Definition, state: unknown, node: NodeId): Readonly<Record<string, string | number>> {
  if (definition.clients.is(state)) return fieldsOf(definition.clients.kept(state));
  const role = roleOf(definition, state, node);
  if (role === null) return definition.words.state(state);
  const told = { role: role.name, ...(role.epoch === undefined ? {} : { epoch: role.epoch }) };
  // First in every table, and in the place of fields of the same names.
  return { ...told, ...definition.words.state(state), ...told };
}

/** A step in which a server takes another role, or shows a situation, is a turn of events. */
function storyOf(definition: Definition, step: ToldStep): Story | null {
  const { node, before, after, event, effects } = step;
  if (definition.clients.is(after)) return clientStory(definition, step);
  const [was, is] = [roleOf(definition, before, node), roleOf(definition, after, node)];
  const seen =
    before === null
      ? []
      : Object.entries(definition.situations)
          .filter(([, isSeen]) =>
            isSeen({ node, before, after, event, effects, settings: plainOf(definition.settings) }),
          )
          .map(([name]) => name);
  const turns = is !== null && before !== null && (was?.name !== is.name || was.epoch !== is.epoch);
  const texts = [
    ...(turns ? [`is ${is.name}${is.epoch === undefined ? '' : ` in ${definition.epochName} ${is.epoch}`} now`] : []),
    ...seen,
  ];
  return texts.length === 0 ? null : { text: texts.join('; '), weight: turns && is?.leads === true ? 5 : 3 };
}

/** What a client asks, and what it is told; that it asks again is routine. */
function clientStory({ service }: Definition, { event, effects }: ToldStep): Story | null {
  if (event?.kind === 'request') return { text: `asks for ${service.describe(event.request)}`, weight: 1 };
  const answer = effects.find((effect) => effect.kind === 'reply');
  if (answer === undefined) return null;
  const by = event?.kind === 'message' ? ` by n${event.from}` : '';
  const told = answer.reply === null ? '' : words(answer.reply);
  return { text: `is told ${told === '' ? 'that it is done' : told}${by}`, weight: 1 };
}
