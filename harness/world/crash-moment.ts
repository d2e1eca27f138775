/** When a node crashes: between two events, or at a write. */
export type CrashMoment = 'now' | 'writeLost' | 'writeKept';

/** What a crash may wait for: a write, an answer to a client, or a step with more than one thing to say. */
export type ArmedMoment = Exclude<CrashMoment, 'now'> | 'answered' | 'sending';
