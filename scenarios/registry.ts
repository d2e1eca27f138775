/** Every scenario, system and model by name. */
import type { Registry } from '../harness/campaign/scenario.ts';
import { protocolModels } from './protocols/index.ts';
import { runs } from './runs.ts';

export const registry: Registry = { ...runs, models: protocolModels };
