/** When a node crashes: between two events, or at a write. */
export type CrashMoment = 'now' | 'writeLost' | 'writeKept';

/** What a crash may wait for: a write, or an answer to a client. */
export type ArmedMoment = Exclude<CrashMoment, 'now'> | 'answered';
