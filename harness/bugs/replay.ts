/** Replays a witness on a patched core, in a thread that knows no other core. */
import { Tinypool } from 'tinypool';
import type { Aside } from './aside.ts';
import type { Witnessed, WitnessSpec } from './worker.ts';

/** @throws whatever the replay throws: PlanError when the text is no plan */
export async function replayedOn(aside: Aside, registryUrl: string, path: string, text: string): Promise<Witnessed> {
  const pool = new Tinypool({ filename: aside.workerUrl, minThreads: 0, maxThreads: 1 });
  const spec: WitnessSpec = { registryUrl: aside.addressOf(registryUrl), path, text };
  try {
    return (await pool.run(spec, { name: 'replayWitness' })) as Witnessed;
  } finally {
    await pool.destroy();
  }
}
