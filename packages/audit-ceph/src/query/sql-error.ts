/**
 * A statement that has no answer: it is `wrong` (no SQL, of what is not there, or not allowed), or it
 * needs more room than a `limit` gives it.
 */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly reason: 'wrong' | 'limit';

  constructor(reason: SqlError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
