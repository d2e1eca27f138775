/** Replays witnesses, each on its patched core, in threads that they share. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Tinypool } from 'tinypool';
import { temporaryFolder } from '../text/files.ts';
import { buildAside } from './aside.ts';
import type { KnownBug } from './known-bug.ts';
import { witnessPath } from './witness.ts';
import { workerUrl } from './worker-url.ts';
import type { Testified, Witnessed, WitnessSpec } from './worker.ts';

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
  witnessed(bug: KnownBug): Promise<Witnessed> {
    return this.runOn<Witnessed>(bug, 'replayWitness');
  }

  /**
   * What a report on the plan beside the patch points at, on the core that has it.
   * @throws AsideError when the core cannot be built, PlanError when the text is no plan
   */
  testified(bug: KnownBug): Promise<Testified> {
    return this.runOn<Testified>(bug, 'reportWitness');
  }

  private async runOn<T>(bug: KnownBug, name: string): Promise<T> {
    const folder = join(this.folder, bug.name);
    const aside = buildAside(bug, folder);
    const path = witnessPath(bug.path);
    const spec: WitnessSpec = {
      registryUrl: aside.addressOf(this.registryUrl), path, text: readFileSync(path, 'utf8'),
    };
    try {
      return (await this.pool.run(spec, { name })) as T;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
