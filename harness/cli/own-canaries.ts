/** Known bugs of a project of its own: scenarios with settings that plant one, each of which must be found by seeds. */
import type { CanaryResult } from '../bugs/canary.ts';
import type { ChunkResult } from '../campaign/campaign.ts';
import { runCampaign } from '../campaign/pool.ts';
import type { Registry, Scenario } from '../campaign/scenario.ts';

/** By the order of the registry. Interrupted, those that were not looked for are left out. */
export async function runOwnCanaries(
  { url, scenarios }: Registry, workers: number, stop: AbortSignal,
): Promise<readonly CanaryResult[]> {
  const results: CanaryResult[] = [];
  for (const scenario of scenarios.values()) {
    if (scenario.canary === undefined || stop.aborted) continue;
    results.push(await hunted(url, scenario, scenario.canary, workers, stop));
  }
  return results;
}

/** Ends with the seed that shows it: of those that were run by then, the lowest counts. */
async function hunted(
  registryUrl: string, { name }: Scenario, { within, property }: NonNullable<Scenario['canary']>, workers: number,
  stop: AbortSignal,
): Promise<CanaryResult> {
  const end = new AbortController();
  const forward = (): void => end.abort();
  stop.addEventListener('abort', forward, { once: true });
  const shown = ({ violations }: ChunkResult): number | null =>
    violations.find((one) => property === null || one.property === property)?.seed ?? null;
  try {
    const result = await runCampaign({
      registryUrl,
      scenario: name,
      seeds: Array.from({ length: within }, (_, i) => i + 1),
      workers,
      doubleCheck: 0,
      freeze: false,
      stop: end.signal,
      onProgress: (soFar) => {
        if (shown(soFar) !== null) end.abort();
      },
    });
    const seeds = shown(result);
    return { name, by: 'seeds', seeds, trouble: seeds === null ? troubleOf(result, within, property) : '' };
  } finally {
    stop.removeEventListener('abort', forward);
  }
}

function troubleOf(
  { seeds, violations, faults, undrawn }: ChunkResult, within: number, property: string | null,
): string {
  const [fault] = faults;
  if (fault !== undefined) return `seed ${fault.seed}: a fault of the harness: ${fault.message}`;
  const [lost] = undrawn;
  if (lost !== undefined) return lost.detail;
  const others = [...new Set(violations.map((one) => one.property))];
  const instead = others.length === 0 ? '' : `; what was found is ${others.join(', ')}`;
  return `${property ?? 'a violation'} not found within ${seeds < within ? `${seeds} of ${within}` : within} seeds${instead}: the checks have gone blind to it`;
}
