/** A command line that cannot be understood; ends with exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
