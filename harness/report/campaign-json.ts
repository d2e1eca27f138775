/** A campaign as JSON: everything the summary says, and all that merging needs. Read again, it is not believed. */
import * as v from 'valibot';
import { deepest, tooDeepAt } from '../../checkers/porcupine-ts-port/formats/nesting.ts';
import type { ChunkResult } from '../campaign/campaign.ts';
import { rounded } from '../campaign/distribution.ts';
import { askedText, doubledIn, holdsSeed, sizeOf, type Piece } from '../campaign/pieces.ts';
import { Digest } from '../digest.ts';
import type { CampaignFacts } from './summary.ts';
import { jsonText } from '../text/printable.ts';

const campaignFormat = 'whitewater-campaign';
const campaignVersion = 3;

/** Says what is wrong with a file of results, and in which field. */
export class CampaignError extends Error {
  override readonly name = 'CampaignError';
}

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const text = v.pipe(v.string(), v.nonEmpty());
const digits = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits'));
const seedOrNone = v.nullable(size);

const tally = v.strictObject({ total: size, seeds: size, firstSeed: seedOrNone });
const faultTally = v.strictObject({
  seeds: positive, eligible: size, fired: size, mattered: size, firstFired: seedOrNone, firstMattered: seedOrNone,
});

const distribution = v.strictObject({
  count: positive,
  largest: size,
  by: v.record(v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,15})$/, 'expected a whole number')), positive),
});

const fields = {
  format: v.literal(campaignFormat),
  version: v.literal(campaignVersion),
  /** The program that ran it. */
  program: text,
  scenario: text,
  /** The module that it was named by, of a scenario that is not of the registry at hand. */
  module: v.exactOptional(text),
  /** Which seeds it holds. */
  holds: v.pipe(
    v.array(v.strictObject({ from: size, count: v.nullable(positive), shard: positive, of: positive, seeds: size })),
    v.minLength(1),
  ),
  seeds: size,
  passed: size,
  violations: v.array(
    v.strictObject({
      seed: size, property: text, detail: v.string(), step: size, atUs: size, digest: digits,
      isLost: v.optional(v.literal(true)),
    }),
  ),
  unknown: size,
  unknowns: v.array(v.strictObject({ seed: size, detail: v.string() })),
  nondeterministic: v.array(
    v.strictObject({
      seed: size, digests: v.strictTuple([digits, digits]), differs: v.pipe(v.array(text), v.minLength(1)),
      where: v.string(),
    }),
  ),
  faults: v.array(v.strictObject({ seed: size, message: v.string() })),
  undrawn: v.array(v.strictObject({ seed: size, detail: v.string() })),
  operations: size,
  events: size,
  steps: size,
  virtualUs: size,
  trivial: size,
  /** Repeats a tally under the name that scripts look for. */
  snapshotsInstalled: size,
  tallies: v.record(v.string(), tally),
  faultKinds: v.record(v.string(), faultTally),
  pace: v.record(v.string(), distribution),
  doubleChecked: size,
  wallMs: size,
  workers: size,
  endedEarly: v.nullable(text),
  digest: digits,
};

const schema = v.strictObject({ ...fields, /** Over all other fields. */ checksum: digits });
type Written = v.InferOutput<typeof schema>;

/** What a file holds: results, and which seeds they are of. */
export interface Campaign {
  readonly program: string;
  /** The module that its scenario was named by. */
  readonly module?: string;
  readonly holds: readonly Piece[];
  readonly result: ChunkResult;
  readonly wallMs: number;
  readonly workers: number;
  readonly endedEarly: string | null;
}

/** @param program version of the program that ran it */
export function campaignJson(
  { result, holds, wallMs, workers, endedEarly, module = null }: CampaignFacts, program: string,
): string {
  const facts = {
    format: campaignFormat,
    version: campaignVersion,
    program,
    scenario: result.scenario,
    ...(module === null ? {} : { module }),
    holds,
    seeds: result.seeds,
    passed: result.passed,
    violations: result.violations,
    unknown: result.unknowns.length,
    unknowns: result.unknowns,
    nondeterministic: result.nondeterministic,
    faults: result.faults.map(({ seed, message }) => ({ seed, message })),
    undrawn: result.undrawn,
    operations: result.operations,
    events: result.events,
    steps: result.steps,
    virtualUs: result.virtualUs,
    trivial: result.trivial,
    snapshotsInstalled: snapshotsInstalledIn(result.tallies),
    tallies: result.tallies,
    faultKinds: result.faultKinds,
    pace: result.pace,
    doubleChecked: result.doubleChecked,
    wallMs: Math.round(wallMs),
    workers,
    endedEarly,
    digest: result.digest,
  };
  return `${jsonText({ ...facts, checksum: checksumOf(facts) }, 1)}\n`;
}

const snapshotsInstalledIn = (tallies: ChunkResult['tallies']): number => tallies['snapshotsInstalled']?.total ?? 0;

function checksumOf(facts: object): string {
  const digest = new Digest();
  digest.value(facts);
  return digest.hex();
}

/**
 * Schema first, then sums that must agree, then the checksum: a file that was damaged is not merged.
 * @param name of the file, for messages
 * @throws CampaignError
 */
export function readCampaign(name: string, json: string): Campaign {
  const expected = 'expected a file that `whitewater fuzz --json` wrote';
  if (tooDeepAt(json) !== null)
    throw new CampaignError(`${name} is nested more than ${deepest} levels deep; ${expected}`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new CampaignError(`${name} is not JSON; ${expected}`);
  }
  const head = v.safeParse(v.object({ format: fields.format, version: fields.version }), value);
  if (!head.success)
    throw new CampaignError(
      `${name} holds no campaign of version ${campaignVersion} (${whereOf(head.issues[0])}); ${expected}`,
    );
  const read = v.safeParse(schema, value, { abortEarly: true });
  if (!read.success) throw new CampaignError(`${name}: ${whereOf(read.issues[0])}: ${read.issues[0].message}`);
  const written = read.output;
  const wrong = wrongWith(written as Written & ChunkResult);
  if (wrong !== null) throw new CampaignError(`${name}: ${wrong}`);
  const { checksum, ...facts } = written;
  if (checksum !== checksumOf(facts))
    throw new CampaignError(
      `${name}: checksum: it is not that of the other fields: the file was changed after it was written`,
    );
  const { program, holds, wallMs, workers, endedEarly, module } = written;
  return {
    program, ...(module === undefined ? {} : { module }), holds, wallMs, workers, endedEarly,
    result: resultOf(written as Written & ChunkResult),
  };
}

/** Such as `holds[0].from`; the file itself when nothing in it is meant. */
function whereOf(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  return path === '' ? 'the file' : path;
}

/** The first sum or reference that does not agree with the rest, or null. */
function wrongWith(written: Written & ChunkResult): string | null {
  const {
    holds, seeds, passed, violations, unknown, unknowns, nondeterministic, faults, undrawn, trivial, doubleChecked,
    tallies, faultKinds, pace,
  } = written;
  const accounted = passed + violations.length + unknowns.length + faults.length + undrawn.length;
  if (accounted !== seeds)
    return `seeds: there are ${seeds}, and ${accounted} are accounted for: passed, violations, unknowns, faults and undrawn together`;
  if (unknown !== unknowns.length) return `unknown: it is ${unknown}, and ${unknowns.length} are listed`;
  for (const [i, piece] of holds.entries()) {
    const whole = sizeOf(piece);
    if (piece.shard > piece.of) return `holds[${i}].shard: there are ${piece.of} shards`;
    if (whole !== null && piece.seeds > whole) return `holds[${i}].seeds: ${askedText(piece)} are ${whole}`;
  }
  const [doubled] = doubledIn(holds);
  if (doubled !== undefined) return `holds[${doubled[1]}]: it and holds[${doubled[0]}]: ${doubled[2]}`;
  const held = holds.reduce((sum, piece) => sum + piece.seeds, 0);
  if (held !== seeds) return `holds: they are of ${held} seeds, and ${seeds} were run`;
  const isHeld = (seed: number): boolean => holds.some((piece) => holdsSeed(piece, seed));
  for (const [name, list] of Object.entries({ violations, unknowns, nondeterministic, faults, undrawn })) {
    for (const [i, { seed }] of list.entries()) {
      if (!isHeld(seed)) return `${name}[${i}].seed: ${seed} is none of the seeds that it holds`;
      if (i > 0 && list[i - 1]!.seed >= seed) return `${name}[${i}].seed: ${seed} is out of order, or listed twice`;
    }
  }
  const ends = [...violations, ...unknowns, ...faults, ...undrawn].map(({ seed }) => seed);
  const twice = ends.find((seed, i) => ends.indexOf(seed) !== i);
  if (twice !== undefined) return `seeds: seed ${twice} came to two ends`;
  if (trivial > seeds) return `trivial: ${trivial} of ${seeds} seeds`;
  if (doubleChecked > seeds) return `doubleChecked: ${doubleChecked} of ${seeds} seeds`;
  if (written.snapshotsInstalled !== snapshotsInstalledIn(tallies))
    return 'snapshotsInstalled: it is not the total of that tally';
  const isFirst = (seed: number | null, times: number): boolean =>
    seed === null ? times === 0 : times > 0 && isHeld(seed);
  for (const [name, one] of Object.entries(tallies)) {
    if (one.seeds > seeds || one.seeds > one.total)
      return `tallies.${name}.seeds: ${one.seeds}, of ${seeds} seeds and ${one.total} times in all`;
    if ((one.seeds === 0) !== (one.total === 0)) return `tallies.${name}.total: ${one.total} in ${one.seeds} seeds`;
    if (!isFirst(one.firstSeed, one.seeds)) return `tallies.${name}.firstSeed: it does not fit ${one.seeds} seeds`;
  }
  for (const [name, one] of Object.entries(faultKinds)) {
    if (one.seeds > seeds) return `faultKinds.${name}.seeds: ${one.seeds} of ${seeds} seeds`;
    if (!isFirst(one.firstFired, one.fired)) return `faultKinds.${name}.firstFired: it does not fit ${one.fired} times`;
    if (!isFirst(one.firstMattered, one.mattered))
      return `faultKinds.${name}.firstMattered: it does not fit ${one.mattered} times`;
  }
  for (const [name, { count, largest, by }] of Object.entries(pace)) {
    const listed = Object.values(by).reduce((sum, times) => sum + times, 0);
    if (listed !== count) return `pace.${name}.count: it is ${count}, and ${listed} are listed`;
    const odd = Object.keys(by).find((value) => rounded(Number(value)) !== Number(value));
    if (odd !== undefined) return `pace.${name}.by: ${odd} is no rounded value`;
    const highest = Object.keys(by).reduce((most, value) => Math.max(most, Number(value)), 0);
    if (rounded(largest) !== highest)
      return `pace.${name}.largest: it is ${largest}, and the largest that is listed is ${highest}`;
  }
  return null;
}

const resultOf = (written: Written & ChunkResult): ChunkResult => ({
  scenario: written.scenario,
  seeds: written.seeds,
  passed: written.passed,
  violations: written.violations,
  unknowns: written.unknowns,
  nondeterministic: written.nondeterministic,
  faults: written.faults,
  undrawn: written.undrawn,
  operations: written.operations,
  events: written.events,
  steps: written.steps,
  virtualUs: written.virtualUs,
  trivial: written.trivial,
  tallies: written.tallies,
  faultKinds: written.faultKinds,
  pace: written.pace,
  doubleChecked: written.doubleChecked,
  digest: written.digest,
});
