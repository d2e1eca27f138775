/** Finds a definition in a module, by the name it bears. */
import { importModule } from '../campaign/import-module.ts';
import type { Model, ModelDefinition } from './model.ts';
import { fillIn } from './parameters.ts';
import type { ModelSource } from './worker-messages.ts';

function isDefinition(value: unknown): value is ModelDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { name, create, parameters, moduleUrl } = value as Partial<ModelDefinition>;
  return (
    typeof name === 'string' &&
    typeof create === 'function' &&
    Array.isArray(parameters) &&
    typeof moduleUrl === 'string'
  );
}

/** Every definition that a module exports, in the order of the exports' names, and those of its `registry`. */
export async function definitionsIn(moduleUrl: string): Promise<readonly ModelDefinition[]> {
  const module = await importModule(moduleUrl);
  const { models } = (module['registry'] ?? {}) as { readonly models?: unknown };
  return [
    ...Object.values(module), ...(models instanceof Map ? (models as Map<unknown, unknown>).values() : []),
  ].filter(isDefinition);
}

/** @throws Error when the module exports no definition of that name */
export async function makeModel(source: ModelSource): Promise<Model<unknown, unknown>> {
  const definition = (await definitionsIn(source.moduleUrl)).find((candidate) => candidate.name === source.name);
  if (definition === undefined) {
    throw new Error(
      `${source.moduleUrl} exports no model "${source.name}": export its definition from the module that moduleUrl names`,
    );
  }
  return definition.create(fillIn(definition.parameters, source.values));
}
