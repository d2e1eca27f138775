/** Replays witnesses, each on its patched core, in threads that they share. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Tinypool } from 'tinypool';
import { temporaryFolder } from '../text/files.ts';
import { buildAside } from './aside.ts';
import type { KnownBug } from './known-bug.ts';
import { witnessPath } from './witness.ts';
import { workerUrl } from './worker-url.ts';
import type { Witnessed, WitnessSpec } from './worker.ts';

export class Replays {
  private readonly folder = temporaryFolder('whitewater-witnesses-');
  private readonly registryUrl: string;
  private readonly pool: Tinypool;

  /** @param registryUrl of the built registry of the house */
  constructor(registryUrl: string, workers: number) {
    this.registryUrl = registryUrl;
    this.pool = new Tinypool({ filename: workerUrl, minThreads: 0, maxThreads: workers, idleTimeout: 10_000 });
  }

  /**
   * What the plan beside the patch shows on the core that has it.
   * @throws AsideError when the core cannot be built, PlanError when the text is no plan
   */
  async witnessed(bug: KnownBug): Promise<Witnessed> {
    const folder = join(this.folder, bug.name);
    const aside = buildAside(bug, folder);
    const path = witnessPath(bug.path);
    const spec: WitnessSpec = { registryUrl: aside.addressOf(this.registryUrl), path, text: readFileSync(path, 'utf8') };
    try {
      return (await this.pool.run(spec, { name: 'replayWitness' })) as Witnessed;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
