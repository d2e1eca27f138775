/** What is asked of a run as a whole. The harness sees it, and asks. */
import { property } from './property.ts';

export const progressAfterHealing = property({
  name: 'Progress After Healing',
  source: 'Raft, 5.6',
  says: 'When all faults are over, a leader is found, operations complete and replicas agree',
  looksAt: 'run',
  /** `missing`: what is not yet as it must be when the time is over; null for nothing. */
  check: ({ settleUs, missing }: { readonly settleUs: number; readonly missing: string | null }) =>
    missing === null ? null : `${settleUs / 1000} ms after all faults ended, ${missing}`,
});

export const progressWhileOwed = property({
  name: 'Progress While Owed',
  source: 'Raft, 5.1; issue 16',
  says: 'While a majority is up and can talk, operations complete, whatever befalls the other servers and a few of the messages',
  looksAt: 'run',
  /** `trouble`: what goes on; `missing`: what is not yet as it must be when the time is over; null for nothing. */
  check: ({
    settleUs, trouble, missing,
  }: {
    readonly settleUs: number;
    readonly trouble: string;
    readonly missing: string | null;
  }) => (missing === null ? null : `${settleUs / 1000} ms after the storm, with ${trouble}, ${missing}`),
});

export const slow = property({
  name: 'Slow',
  source: 'issue 16',
  says: 'When nothing befalls it, a cluster finds a leader and answers in the time that the timing of the plan allows',
  looksAt: 'run',
  /** Times in microseconds; `boundUs` is what the sound system keeps with a margin. */
  check: ({ what, tookUs, boundUs }: { readonly what: string; readonly tookUs: number; readonly boundUs: number }) =>
    tookUs <= boundUs
      ? null
      : `${what} took ${tookUs / 1000} ms without any fault; by the timing of the plan ${boundUs / 1000} ms are enough`,
});

export const timeLimit = property({
  name: 'Time Limit',
  source: 'the labs',
  says: 'A script is done within its time',
  looksAt: 'run',
  check: ({
    script, isDone, stormUs,
  }: {
    readonly script: string;
    readonly isDone: boolean;
    readonly stormUs: number;
  }) => (isDone ? null : `the script "${script}" was not done after ${stormUs / 1000} ms`),
});

/** How much has happened in a run so far, and how much may. */
export interface Work {
  readonly events: number;
  readonly eventsMax: number;
  /** Events at the present moment of virtual time. */
  readonly atThisInstant: number;
  readonly atOneInstantMax: number;
  readonly atUs: number;
  /** For a person. */
  readonly lastStep: string;
}

export const boundedWork = property({
  name: 'Bounded Work',
  source: 'issue 6',
  says: 'A run ends: messages do not beget messages without end, and time goes on',
  looksAt: 'run',
  check({ events, eventsMax, atThisInstant, atOneInstantMax, atUs, lastStep }: Work) {
    if (atThisInstant > atOneInstantMax) {
      return `${atOneInstantMax} events happened at one instant, ${atUs / 1000} ms, and time does not go on; the last step was ${lastStep}`;
    }
    return events <= eventsMax
      ? null
      : `${eventsMax} events happened, and it goes on: messages beget messages; the last step was ${lastStep}`;
  },
});

export const protocolContract = property({
  name: 'Protocol Contract',
  source: 'core/protocol.ts',
  says: 'A reducer returns what the contract allows, and writes to nothing that is not its own',
  looksAt: 'run',
  /** `where`: node, step and occasion; `broken`: the field, and what is wrong with it; null when nothing is. */
  check: ({ where, broken }: { readonly where: string; readonly broken: string | null }) =>
    broken === null ? null : `${where}: ${broken}`,
});

export const timeGoesOn = property({
  name: 'Time Goes On',
  source: "the labs' network",
  says: 'Nodes do not ask each other again and again in one moment',
  looksAt: 'run',
  check: ({
    calls, callsMax, callee,
  }: {
    readonly calls: number;
    readonly callsMax: number;
    readonly callee: number;
  }) =>
    calls <= callsMax
      ? null
      : `more than ${callsMax} calls were answered in one moment, the last one by node ${callee}: nodes ask each other again without end`,
});

export const noException = property({
  name: 'No Exception',
  source: 'core/protocol.ts: total reducers',
  says: 'No server or client throws',
  looksAt: 'run',
  check: ({ node, thrown }: { readonly node: number; readonly thrown: string | null }) =>
    thrown === null ? null : `n${node} threw ${thrown}`,
});

export interface Start {
  readonly node: number;
  /** Whether a fault damaged its disk: then it may refuse to start. */
  readonly isDamaged: boolean;
  /** What it refuses to start with; null when it starts. */
  readonly refusal: { readonly file: string; readonly reason: string } | null;
}

export const startsFromUndamagedDisk = property({
  name: 'Starts From Undamaged Disk',
  source: 'core/protocol.ts: Recovery',
  says: 'A server refuses to start only when its disk was damaged',
  looksAt: 'run',
  check: ({ node, isDamaged, refusal }: Start) =>
    refusal === null || isDamaged
      ? null
      : `n${node} refuses to start, and nothing but crashes befell its disk: ${refusal.file}: ${refusal.reason}`,
});
