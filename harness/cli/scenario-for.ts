/** The scenario that a person names. */
import { findScenario, RegistryError, type FoundScenario } from '../campaign/registry.ts';
import { UsageError, type Context } from './command.ts';

/** @throws UsageError when there is no such scenario */
export async function scenarioFor(registry: Context['registry'], name: string): Promise<FoundScenario> {
  try {
    return await findScenario(registry, name);
  } catch (error) {
    if (error instanceof RegistryError) throw new UsageError(error.message);
    throw error;
  }
}
