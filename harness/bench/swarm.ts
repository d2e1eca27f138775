/**
 * How fast the swarm runs on one core, beside the bare loop: for each event a binary heap pop and
 * push, one random draw and one small object. The two are measured in turns in one process, so that
 * their ratio holds on any machine; absolute rates do not.
 *
 *     node dist/harness/bench/swarm.js [REGISTRY_MODULE] [SEEDS]
 */
import { EventQueue, type Scheduled } from '../world/queue.ts';
import { count, short, table } from '../text/format.ts';
import { RandomStream } from '../world/random.ts';
import { loadRegistry } from '../campaign/registry.ts';
import { run } from '../run.ts';
import type { Scenario } from '../campaign/scenario.ts';

interface Rate {
  readonly events: number;
  readonly seeds: number;
  readonly ms: number;
}

const rounds = 5;
/** As many events as wait at once in a middling run. */
const pendingEvents = 64;

function bareLoop(events: number): Rate {
  const random = new RandomStream('bare');
  const queue = new EventQueue<Scheduled>();
  for (let sequence = 0; sequence < pendingEvents; sequence++) queue.push({ atUs: random.below(1000), sequence });
  const startedMs = performance.now();
  for (let sequence = pendingEvents; sequence < events; sequence++) {
    queue.push({ atUs: queue.pop().atUs + random.below(1000), sequence });
  }
  return { events, seeds: 0, ms: performance.now() - startedMs };
}

function swarm(scenario: Scenario, first: number, seeds: number): Rate {
  let events = 0;
  const startedMs = performance.now();
  for (let seed = first; seed < first + seeds; seed++) {
    const record = run(scenario.system, scenario.draw(seed));
    if (record.verdict.kind !== 'ok') throw new Error(`seed ${seed} did not pass: its time proves nothing`);
    events += record.events;
  }
  return { events, seeds, ms: performance.now() - startedMs };
}

function drawing(scenario: Scenario, first: number, seeds: number): Rate {
  const startedMs = performance.now();
  for (let seed = first; seed < first + seeds; seed++) scenario.draw(seed);
  return { events: 0, seeds, ms: performance.now() - startedMs };
}

const total = (rates: readonly Rate[]): Rate => ({
  events: rates.reduce((sum, { events }) => sum + events, 0),
  seeds: rates.reduce((sum, { seeds }) => sum + seeds, 0),
  ms: rates.reduce((sum, { ms }) => sum + ms, 0),
});

const perSecond = (value: number, { ms }: Rate): number => (value / ms) * 1000;

const registryUrl = process.argv[2] ?? new URL('../../scenarios/registry.js', import.meta.url).href;
const seedsPerRound = Number(process.argv[3] ?? 300);
const scenario = (await loadRegistry(registryUrl)).scenarios.get('swarm')!;

// The first round only warms the compiler up.
const bare: Rate[] = [];
const full: Rate[] = [];
const drawn: Rate[] = [];
for (let round = 0; round <= rounds; round++) {
  const first = 1 + round * seedsPerRound;
  const rates = [
    bareLoop(1_000_000), swarm(scenario, first, seedsPerRound), drawing(scenario, first, seedsPerRound),
  ] as const;
  if (round === 0) continue;
  bare.push(rates[0]);
  full.push(rates[1]);
  drawn.push(rates[2]);
}
const [bareTotal, fullTotal, drawnTotal] = [total(bare), total(full), total(drawn)];
const eventRate = perSecond(fullTotal.events, fullTotal);
const bareRate = perSecond(bareTotal.events, bareTotal);
process.stdout.write(`${table(
  [
    ['one core', 'seeds/s', 'events/s', 'of the bare loop'],
    ['bare loop', '', short(bareRate), '1'],
    [
      'swarm, all checks on', count(perSecond(fullTotal.seeds, fullTotal)), short(eventRate),
      `1/${(bareRate / eventRate).toFixed(1)}`,
    ],
  ],
  [1, 2, 3],
)}

${count(fullTotal.events / fullTotal.seeds)} events a seed; drawing the plans takes ${((drawnTotal.ms / fullTotal.ms) * 100).toFixed(0)} % of the time.
10,000 seeds take ${(10_000 / perSecond(fullTotal.seeds, fullTotal)).toFixed(0)} s on one core.
`);
