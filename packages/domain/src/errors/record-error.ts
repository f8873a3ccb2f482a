import { type ErrorFacts, NetScopeError } from './netscope-error.ts';

export type RecordErrorCode =
  | 'RECORD_MALFORMED'
  | 'RECORD_UNDECODABLE'
  | 'RECORD_TOO_LARGE'
  | 'RECORD_UNROUTED';

/** A record cannot become a request; the message names what is wrong in it. */
export class RecordError extends NetScopeError {
  override readonly name = 'RecordError';
  declare readonly code: RecordErrorCode;

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that this family may carry
  constructor(code: RecordErrorCode, message: string, facts: ErrorFacts) {
    super(code, message, facts);
  }
}
