/** From what happened to the exit code. */
import type { ChunkResult } from '../campaign/campaign.ts';
import { exitCode, type ExitCode } from './command.ts';

/** The worst that happened. A campaign that ran nothing has not passed. */
export function outcome(result: ChunkResult): ExitCode {
  if (result.faults.length > 0) return exitCode.harnessFault;
  if (result.nondeterministic.length > 0) return exitCode.nondeterminism;
  if (result.violations.length > 0) return exitCode.violation;
  return result.unknowns.length > 0 || result.seeds === 0 ? exitCode.unknown : exitCode.pass;
}
