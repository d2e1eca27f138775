/** What must hold of a plan, wherever it comes from: its shape, and that it names only what there is. */
import * as v from 'valibot';
import { nodesNamedBy, strikesServersOnly } from './fault.ts';
import { planSchema, type Plan } from './plan.ts';
import type { System } from '../system.ts';

export type Path = readonly (string | number)[];

/** Makes the error that says what is wrong at a field. */
export type At = (path: Path, message: string) => Error;

/**
 * The value as a plan, with the settings as the system's own schema gives them.
 * @param systemOf gives the system by its name, or throws what `at` makes
 * @throws what `at` makes, of the first thing that is wrong
 */
export function validPlan(value: unknown, systemOf: (name: string) => System, at: At): Plan {
  const plan = checked(at, [], planSchema, value) as Plan;
  const system = systemOf(plan.system);
  const settings = checked(at, ['settings'], system.settings, plan.settings);
  const clash = system.settingsProblem?.(settings) ?? null;
  if (clash !== null) throw at(['settings'], clash);
  mustHaveScript(plan, system, at);
  plan.operations.forEach((operation, i) => {
    checked(at, ['operations', i, 'request'], system.request, operation.request);
    const problem = system.requestProblem?.(operation.request, settings) ?? null;
    if (problem !== null) throw at(['operations', i, 'request'], problem);
    if (operation.client >= plan.clients)
      throw at(['operations', i, 'client'], `there are ${plan.clients} clients, counted from 0`);
  });
  mustComeBackAsOthers(plan, at);
  mustNameNodes(plan, at);
  return { ...plan, settings };
}

/** A script is the system's own, and needs a network that it can steer. */
function mustHaveScript({ script, network }: Plan, system: System, at: At): void {
  if (script === undefined) return;
  if (system.scripts?.has(script) !== true)
    throw at(
      ['script'],
      `system "${system.name}" has no script "${script}"; \`whitewater scenarios\` lists those of the labs`,
    );
  if (network.lab === undefined)
    throw at(['network'], 'a plan with a script needs `lab`: { reliable, longDelays, longReordering }');
}

/** A client comes back as one that nobody was before: else its numbers would be taken for those of somebody else. */
function mustComeBackAsOthers({ clients, operations }: Plan, at: At): void {
  const askers = new Set(operations.map(({ client }) => client));
  const taken = new Map<number, number>();
  operations.forEach(({ crash }, i) => {
    if (crash === undefined) return;
    const path = ['operations', i, 'crash', 'as'];
    const { as } = crash;
    if (as >= clients) throw at(path, `there are ${clients} clients, counted from 0`);
    if (askers.has(as))
      throw at(path, `client ${as} has operations of its own; name one that has none, and count it in \`clients\``);
    const earlier = taken.get(as);
    if (earlier !== undefined)
      throw at(path, `operation ${earlier} has a client come back as ${as}, too; nobody comes back as somebody else`);
    taken.set(as, i);
  });
}

/**
 * Faults and fates may name only nodes that the plan has, and some faults strike only servers: a client has no disk.
 */
function mustNameNodes(plan: Plan, at: At): void {
  const nodes = plan.servers + plan.clients;
  plan.faults.forEach((fault, i) => {
    const isForServers = strikesServersOnly(fault);
    const limit = isForServers ? plan.servers : nodes;
    const wrong = nodesNamedBy(fault).find((node) => node >= limit);
    if (wrong === undefined) return;
    throw at(
      ['faults', i],
      `it names node ${wrong}; ${isForServers ? `a fault of kind "${fault.kind}" strikes the ${plan.servers} servers only` : `there are ${nodes}, counted from 0`}`,
    );
  });
  mustHealWhatThereIs(plan, at);
  const mustBeNode = (path: Path, node: number): void => {
    if (node >= nodes) throw at(path, `it names node ${node}; there are ${nodes}, counted from 0`);
  };
  plan.network.fates?.forEach(({ from, to }, i) => {
    mustBeNode(['network', 'fates', i, 'from'], from);
    mustBeNode(['network', 'fates', i, 'to'], to);
  });
  plan.timers?.forEach(({ node }, i) => mustBeNode(['timers', i, 'node'], node));
}

/** Trouble that goes on must leave a majority alone: else nobody owes anything, and a run proves nothing. */
function mustHealWhatThereIs({ healing, servers }: Plan, at: At): void {
  const nodes = healing?.kind === 'minorityDown' || healing?.kind === 'minorityInTrouble' ? healing.nodes : [];
  const wrong = nodes.find((node) => node >= servers);
  if (wrong !== undefined)
    throw at(['healing', 'nodes'], `it names node ${wrong}; there are ${servers} servers, counted from 0`);
  if (healing?.kind !== 'minorityInTrouble') return;
  const many = new Set(nodes).size;
  if (many * 2 >= servers)
    throw at(
      ['healing', 'nodes'], `it names ${many} of ${servers} servers; trouble may go on for fewer than half of them`,
    );
}

function checked(at: At, path: Path, schema: v.GenericSchema, value: unknown): unknown {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const inner = issue.path?.map((part) => part.key as string | number) ?? [];
  throw at([...path, ...inner], issue.message);
}
