/** `--on-failure COMMAND`: somebody is told of each cause, once over the whole fleet. */
import { spawn } from 'node:child_process';
import type { FleetCampaign } from '../fleet/campaign.ts';
import type { Cause } from '../fleet/causes.ts';
import { claimMs, type Told } from '../fleet/kept-causes.ts';
import type { Store } from '../fleet/store.ts';
import { fileNames, writeReport } from '../report/write.ts';
import type { Terminal } from './command.ts';
import { Kept } from './kept.ts';

const folder = 'failures';
/** A command that takes longer is ended: before others take whoever called it for dead, and call it again. */
const commandMs = claimMs - 30_000;

/** Where the files of a cause are. */
const stemOf = ({ scenario }: FleetCampaign, { seed }: Cause): string =>
  `${scenario.replaceAll(/[^\w.-]+/g, '-')}-${seed}`;

/** @returns whether all its files are there */
export const writeTold = (campaign: FleetCampaign, cause: Cause, { report }: Told, kept: Kept): boolean =>
  report !== null && kept.write(() => writeReport(folder, stemOf(campaign, cause), report));

/** Tells beside whatever else is done: a command that hangs keeps nobody from work. */
export class Teller {
  private readonly command: string;
  private readonly store: Store;
  private readonly campaign: FleetCampaign;
  private readonly terminal: Terminal;
  private telling: Promise<void> | null = null;
  private error: unknown = null;

  constructor(command: string, store: Store, campaign: FleetCampaign, terminal: Terminal) {
    this.command = command;
    this.store = store;
    this.campaign = campaign;
    this.terminal = terminal;
  }

  /** Tells of what nobody was told of. @throws what went wrong when it did so before */
  look(): void {
    if (this.error !== null) throw this.error;
    this.telling ??= this.tellAll()
      .catch((error: unknown) => void (this.error = error))
      .finally(() => (this.telling = null));
  }

  /** Tells what is left. */
  async ended(): Promise<void> {
    await this.telling;
    this.look();
    await this.telling;
    if (this.error !== null) throw this.error;
  }

  private async tellAll(): Promise<void> {
    for (;;) {
      const next = await this.store.causes.claimUntold(this.campaign, Date.now());
      if (next === null) return;
      await this.tell(next.cause, next.told);
      await this.store.causes.hasTold(this.campaign.id, next.cause.key);
    }
  }

  private async tell(cause: Cause, told: Told): Promise<void> {
    const { campaign, terminal } = this;
    const kept = new Kept();
    const names = fileNames(`${folder}/${stemOf(campaign, cause)}`);
    const files = writeTold(campaign, cause, told, kept)
      ? { WHITEWATER_PLAN: names.plan, WHITEWATER_REPORT: names.text }
      : {};
    kept.tell(terminal);
    const status = await ran(this.command, {
      WHITEWATER_CAUSE: cause.key,
      WHITEWATER_SCENARIO: campaign.scenario,
      WHITEWATER_REVISION: campaign.revision,
      WHITEWATER_PROPERTY: cause.property,
      WHITEWATER_DETAIL: cause.detail,
      WHITEWATER_SEED: String(cause.seed),
      ...files,
    }, terminal);
    if (status !== 0)
      terminal.err(
        `whitewater: --on-failure ended with ${status} for ${cause.property} (cause ${cause.key}): it is not told again\n`,
      );
  }
}

function ran(
  command: string, variables: Readonly<Record<string, string>>, terminal: Terminal,
): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...variables }, timeout: commandMs,
      killSignal: 'SIGKILL',
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => terminal.err(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => terminal.err(text));
    child.once('error', (error) => resolve(error.message));
    // And not when its output is closed: what it left behind may hold it open for ever.
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 1));
  });
}
