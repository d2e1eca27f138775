/** Plans as files: written in full, and read with an error that names the file, the line and the field. */
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Plan } from './plan.ts';
import { deepest, tooDeepAt } from '../../checkers/porcupine-ts-port/formats/nesting.ts';
import { validPlan, type At, type Path } from './valid-plan.ts';
import type { System } from '../system.ts';
import { jsonText } from '../text/printable.ts';

/** Says what is wrong with a plan, where, and what was expected. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

export const printPlan = (plan: Plan): string => `${jsonText(plan, 1)}\n`;

/**
 * @param name of the file, for messages
 * @throws PlanError
 */
export function parsePlan(name: string, text: string, systems: ReadonlyMap<string, System>): Plan {
  const root = parseJson(name, text);
  const places = new Places(name, text, root);
  const at: At = (path, message) => places.error(path, message);
  const systemOf = (asked: string): System => {
    const system = systems.get(asked);
    if (system === undefined)
      throw at(['system'], `there is no system "${asked}"; there are: ${[...systems.keys()].join(', ')}`);
    return system;
  };
  return validPlan(valueOf(root), systemOf, at);
}

function parseJson(name: string, text: string): Node {
  const deep = tooDeepAt(text);
  if (deep !== null)
    throw new PlanError(
      `${name}:${lineOf(text, deep)}: it is nested more than ${deepest} levels deep, which no plan is`,
    );
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const first = errors[0];
  if (first !== undefined || root === undefined) {
    const reason = first === undefined ? 'the file is empty' : `not JSON: ${printParseErrorCode(first.error)}`;
    throw new PlanError(
      `${name}:${lineOf(text, first?.offset ?? 0)}: ${reason}; expected a plan as written by \`whitewater fuzz\``,
    );
  }
  return root;
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

  error(path: Path, message: string): PlanError {
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
  return Object.fromEntries(
    (node.children ?? []).map(({ children }) => [children![0]!.value as string, valueOf(children![1]!)]),
  );
}
