/** One thread of the pool: imports the model once, then checks one partition after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkOperations } from './check.ts';
import type { Model } from './model.ts';
import type { ModelReference, PoolTask } from './pool.ts';

const { module, name } = workerData as ModelReference;
const imported = (await import(module)) as Record<string, unknown>;
const model = imported[name] as Model<unknown, unknown, unknown> | undefined;
if (model === undefined) throw new Error(`${module} exports no model named ${name}`);

parentPort!.on('message', ({ operations, options }: PoolTask<unknown, unknown>) => {
  parentPort!.postMessage(checkOperations(model, operations, options), []);
});
