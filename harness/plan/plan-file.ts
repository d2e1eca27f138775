/** Plans as files: written in full, and read with an error that names the file, the line and the field. */
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import * as v from 'valibot';
import { nodesNamedBy, strikesServersOnly } from './fault.ts';
import { planSchema, type Plan } from './plan.ts';
import type { System } from '../system.ts';

/** Says what is wrong with a plan, where, and what was expected. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

export const printPlan = (plan: Plan): string => `${JSON.stringify(plan, null, 1)}\n`;

/**
 * @param name of the file, for messages
 * @throws PlanError
 */
export function parsePlan(name: string, text: string, systems: ReadonlyMap<string, System>): Plan {
  const root = parseJson(name, text);
  const at = new Places(name, text, root);
  const plan = checked(at, [], planSchema, valueOf(root)) as Plan;
  const system = systems.get(plan.system);
  if (system === undefined) {
    throw at.error(['system'], `there is no system "${plan.system}"; there are: ${[...systems.keys()].join(', ')}`);
  }
  const settings = checked(at, ['settings'], system.settings, plan.settings);
  mustHaveScript(plan, system, at);
  plan.operations.forEach((operation, i) => {
    checked(at, ['operations', i, 'request'], system.request, operation.request);
    if (operation.client >= plan.clients) throw at.error(['operations', i, 'client'], `there are ${plan.clients} clients, counted from 0`);
  });
  mustNameNodes(plan, at);
  return { ...plan, settings };
}

/** A script is the system's own, and needs a network that it can steer. */
function mustHaveScript({ script, network }: Plan, system: System, at: Places): void {
  if (script === undefined) return;
  if (system.scripts?.has(script) !== true) throw at.error(['script'], `system "${system.name}" has no script "${script}"; \`whitewater scenarios\` lists those of the labs`);
  if (network.lab === undefined) throw at.error(['network'], 'a plan with a script needs `lab`: { reliable, longDelays, longReordering }');
}

/** Faults may name only nodes that the plan has, and some strike only servers: a client has no disk. */
function mustNameNodes(plan: Plan, at: Places): void {
  const nodes = plan.servers + plan.clients;
  plan.faults.forEach((fault, i) => {
    const isForServers = strikesServersOnly(fault);
    const limit = isForServers ? plan.servers : nodes;
    const wrong = nodesNamedBy(fault).find((node) => node >= limit);
    if (wrong === undefined) return;
    throw at.error(['faults', i], `it names node ${wrong}; ${isForServers ? `a fault of kind "${fault.kind}" strikes the ${plan.servers} servers only` : `there are ${nodes}, counted from 0`}`);
  });
  const { healing } = plan;
  const wrong = healing?.kind === 'minorityDown' ? healing.nodes.find((node) => node >= plan.servers) : undefined;
  if (wrong !== undefined) throw at.error(['healing', 'nodes'], `it names node ${wrong}; there are ${plan.servers} servers, counted from 0`);
}

function parseJson(name: string, text: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const first = errors[0];
  if (first !== undefined || root === undefined) {
    const reason = first === undefined ? 'the file is empty' : `not JSON: ${printParseErrorCode(first.error)}`;
    throw new PlanError(`${name}:${lineOf(text, first?.offset ?? 0)}: ${reason}; expected a plan as written by \`whitewater fuzz\``);
  }
  return root;
}

function checked(at: Places, path: readonly (string | number)[], schema: v.GenericSchema, value: unknown): unknown {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const inner = issue.path?.map((part) => part.key as string | number) ?? [];
  throw at.error([...path, ...inner], issue.message);
}

/** Finds the lines of a document's fields. */
class Places {
  private readonly name: string;
  private readonly text: string;
  private readonly root: Node;

  constructor(name: string, text: string, root: Node) {
    this.name = name;
    this.text = text;
    this.root = root;
  }

  error(path: readonly (string | number)[], message: string): PlanError {
    let known = path.length;
    let node = findNodeAtLocation(this.root, [...path]);
    while (node === undefined && known > 0) {
      known -= 1;
      node = findNodeAtLocation(this.root, path.slice(0, known));
    }
    const field = path.length === 0 ? 'the plan' : path.join('.');
    return new PlanError(`${this.name}:${lineOf(this.text, node?.offset ?? 0)}: ${field}: ${message}`);
  }
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries((node.children ?? []).map(({ children }) => [children![0]!.value as string, valueOf(children![1]!)]));
}
