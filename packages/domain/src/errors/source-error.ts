import { type ErrorFacts, NetScopeError } from './netscope-error.ts';

export type SourceErrorCode =
  | 'SOURCE_UNAVAILABLE'
  | 'SOURCE_START_TIMEOUT'
  | 'SOURCE_MISCONFIGURED'
  | 'SOURCE_CORRUPT'
  | 'SOURCE_FULL'
  | 'DEAD_LETTER_UNWRITABLE';

/** Where records come from, Kafka or embedded, failed. */
export class SourceError extends NetScopeError {
  override readonly name = 'SourceError';

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that this family may carry
  constructor(code: SourceErrorCode, message: string, facts: ErrorFacts) {
    super(code, message, facts);
  }
}
