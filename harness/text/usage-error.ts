/** Bad input or wrong usage: printed as one clear line, never with a stack trace; exit code 4. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
