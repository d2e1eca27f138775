/**
 * Plans as data. A shrinker knows no kind of fault: it goes by the names of fields, which mean the
 * same everywhere in a plan. A field that ends in Us is a time, one that ends in Per1000 a rate.
 */
import * as v from 'valibot';
import { shapeOfFault, type Fault } from '../plan/fault.ts';
import { planSchema, type Healing, type Plan, type PlannedOperation } from '../plan/plan.ts';

export type Data = null | boolean | number | string | readonly Data[] | { readonly [field: string]: Data };
export type Path = readonly (string | number)[];

/** Fields that hold a moment of the run, counted from its beginning; all other times are lengths. */
const moments: ReadonlySet<string> = new Set(['atUs', 'fromUs', 'untilUs', 'restartUs']);

/** Fields that hold the id of a node, lists of ids, or lists of lists of them. */
const nodeFields: ReadonlySet<string> = new Set(['nodes', 'node', 'from', 'to', 'groups', 'release']);

export const isMoment = (field: string | number | undefined): boolean =>
  typeof field === 'string' && moments.has(field);
export const isNodeField = (field: string | number | undefined): boolean =>
  typeof field === 'string' && nodeFields.has(field);

export const isRecord = (value: unknown): value is { readonly [field: string]: Data } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A range of times or sizes, which shrinks as one. */
export const isRange = (value: Data): value is { readonly min: number; readonly max: number } =>
  isRecord(value) &&
  Object.keys(value).length === 2 &&
  typeof value['min'] === 'number' &&
  typeof value['max'] === 'number';

/** The value at a path, with another one in its place; `undefined` takes the field or the element away. */
function withValue(data: Data, path: Path, value: Data | undefined): Data {
  const [first, ...rest] = path;
  if (first === undefined) return value ?? null;
  if (Array.isArray(data)) {
    const list = data as readonly Data[];
    const at = first as number;
    if (rest.length === 0 && value === undefined) return list.filter((_, i) => i !== at);
    return list.map((item, i) => (i === at ? withValue(item, rest, value) : item));
  }
  const fields: Record<string, Data> = { ...(data as Record<string, Data>) };
  if (rest.length === 0 && value === undefined) delete fields[first];
  else fields[first] = withValue(fields[first] ?? null, rest, value);
  return fields;
}

export const planWith = (plan: Plan, path: Path, value: Data | undefined): Plan =>
  withValue(plan as unknown as Data, path, value) as unknown as Plan;

/** Whether a candidate is a plan at all: a shrinker may try what a schema forbids. */
export const isPlan = (plan: Plan): boolean => v.is(planSchema, plan);

/** Everything inside, with its path, outer values before inner ones. */
export function* insides(data: Data, path: Path = []): Generator<readonly [Path, Data], void> {
  yield [path, data];
  if (Array.isArray(data)) {
    for (const [i, item] of (data as readonly Data[]).entries()) yield* insides(item, [...path, i]);
  } else if (isRecord(data)) {
    for (const [field, value] of Object.entries(data)) yield* insides(value, [...path, field]);
  }
}

/** Every moment in the faults and operations of a plan goes through `change`. */
export function withMoments(plan: Plan, change: (us: number) => number): Plan {
  const mapped = (data: Data, field: string | number | undefined): Data => {
    if (typeof data === 'number') return isMoment(field) ? change(data) : data;
    if (Array.isArray(data)) return (data as readonly Data[]).map((item) => mapped(item, undefined));
    if (!isRecord(data)) return data;
    return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, mapped(value, name)]));
  };
  return {
    ...plan,
    faults: mapped(plan.faults as unknown as Data, undefined) as unknown as readonly Fault[],
    operations: plan.operations.map((operation) => ({ ...operation, atUs: change(operation.atUs) })),
    stormUs: change(plan.stormUs),
  };
}

/** All moments of a plan, each once, from the earliest. */
export function momentsOf(plan: Plan): readonly number[] {
  const found = new Set<number>([plan.stormUs]);
  for (const { atUs } of plan.operations) found.add(atUs);
  for (const [path, value] of insides(plan.faults as unknown as Data)) {
    if (typeof value === 'number' && isMoment(path.at(-1))) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

export const beginUs = (fault: Fault): number => shapeOfFault(fault).span(fault)[0];

/** Trouble of half of the servers or more is no plan, and nobody would owe anything. */
const mayGoOn = (healing: Healing, servers: number): boolean =>
  healing.kind !== 'minorityInTrouble' || healing.nodes.length * 2 < servers;

/**
 * A plan without one node. Ids above it move down; a fault that names nobody any more, and the fates
 * of the node's messages and timers, go with it.
 * @param gone its id: servers from 0, then clients
 */
export function withoutNode(plan: Plan, gone: number): Plan {
  const moved = (node: number): number => (node > gone ? node - 1 : node);
  const faults: Fault[] = [];
  for (const fault of plan.faults) {
    const kept = withoutNodeIn(fault as unknown as Data, undefined, gone, moved);
    if (kept !== undefined && !namesNobody(kept)) faults.push(kept as unknown as Fault);
  }
  const isServer = gone < plan.servers;
  const client = gone - plan.servers;
  const { fates } = plan.network;
  const healing = withoutNodeIn((plan.healing ?? null) as Data, undefined, gone, moved) as Plan['healing'] | null;
  const servers = isServer ? plan.servers - 1 : plan.servers;
  return {
    ...plan,
    ...(healing == null ? {} : { healing: mayGoOn(healing, servers) ? healing : { kind: 'everyone' } }),
    servers,
    clients: isServer ? plan.clients : plan.clients - 1,
    faults,
    operations: isServer
      ? plan.operations
      : plan.operations
          .filter((operation) => operation.client !== client)
          .map((operation) => withoutClient(operation, client)),
    network:
      fates === undefined
        ? plan.network
        : {
            ...plan.network,
            fates: fates
              .filter(({ from, to }) => from !== gone && to !== gone)
              .map((fate) => ({ ...fate, from: moved(fate.from), to: moved(fate.to) })),
          },
    ...(plan.timers === undefined
      ? {}
      : {
          timers: plan.timers
            .filter(({ node }) => node !== gone)
            .map((timer) => ({ ...timer, node: moved(timer.node) })),
        }),
  };
}

/** Nobody comes back as who is gone. */
function withoutClient({ crash, ...operation }: PlannedOperation, gone: number): PlannedOperation {
  const moved = (client: number): number => (client > gone ? client - 1 : client);
  return {
    ...operation, client: moved(operation.client),
    ...(crash === undefined || crash.as === gone ? {} : { crash: { ...crash, as: moved(crash.as) } }),
  };
}

/** Undefined when the value itself names the node that goes. */
function withoutNodeIn(
  data: Data, field: string | undefined, gone: number, moved: (node: number) => number,
): Data | undefined {
  const isNode = isNodeField(field);
  if (typeof data === 'number') {
    if (!isNode) return data;
    return data === gone ? undefined : moved(data);
  }
  if (Array.isArray(data)) {
    return (data as readonly Data[])
      .map((item) => withoutNodeIn(item, field, gone, moved))
      .filter((item) => item !== undefined);
  }
  if (!isRecord(data)) return data;
  const entries: [string, Data][] = [];
  for (const [name, value] of Object.entries(data)) {
    const kept = withoutNodeIn(value, name, gone, moved);
    // A single node that the fault is about: without it there is no fault.
    if (kept === undefined) return undefined;
    entries.push([name, kept]);
  }
  return Object.fromEntries(entries);
}

const namesNobody = (fault: Data): boolean =>
  isRecord(fault) &&
  Object.entries(fault).some(
    ([name, value]) => isNodeField(name) && Array.isArray(value) && (value as readonly Data[]).flat().length === 0,
  );
