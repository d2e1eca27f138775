/** `--on-failure COMMAND`: somebody is told of each cause, once over the whole fleet. */
import { spawn } from 'node:child_process';
import type { FleetCampaign } from '../fleet/campaign.ts';
import type { Cause } from '../fleet/causes.ts';
import type { Store, Told } from '../fleet/store.ts';
import { fileNames, writeReport } from '../report/write.ts';
import type { Terminal } from './command.ts';
import { Kept } from './kept.ts';

const folder = 'failures';

/** Where the files of a cause are. */
const stemOf = ({ scenario }: FleetCampaign, { seed }: Cause): string => `${scenario.replaceAll(/[^\w.-]+/g, '-')}-${seed}`;

/** @returns whether all its files are there */
export const writeTold = (campaign: FleetCampaign, cause: Cause, { report }: Told, kept: Kept): boolean =>
  report !== null && kept.write(() => writeReport(folder, stemOf(campaign, cause), report));

export async function tellOfFailures(command: string, store: Store, campaign: FleetCampaign, terminal: Terminal): Promise<void> {
  for (;;) {
    const next = await store.claimUntold(campaign.id, Date.now());
    if (next === null) return;
    const { cause, told } = next;
    const kept = new Kept();
    const names = fileNames(`${folder}/${stemOf(campaign, cause)}`);
    const files = writeTold(campaign, cause, told, kept) ? { WHITEWATER_PLAN: names.plan, WHITEWATER_REPORT: names.text } : {};
    kept.tell(terminal);
    const status = await ran(command, {
      WHITEWATER_CAUSE: cause.key,
      WHITEWATER_SCENARIO: campaign.scenario,
      WHITEWATER_REVISION: campaign.revision,
      WHITEWATER_PROPERTY: cause.property,
      WHITEWATER_DETAIL: cause.detail,
      WHITEWATER_SEED: String(cause.seed),
      ...files,
    }, terminal);
    if (status !== 0) terminal.err(`whitewater: --on-failure ended with ${status} for ${cause.property} (cause ${cause.key}): it is not told again\n`);
    await store.hasTold(campaign.id, cause.key);
  }
}

function ran(command: string, variables: Readonly<Record<string, string>>, terminal: Terminal): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...variables } });
    child.stdout.setEncoding('utf8').on('data', (text: string) => terminal.err(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => terminal.err(text));
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? code ?? 1));
  });
}
