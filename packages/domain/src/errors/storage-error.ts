import { type ErrorFacts, NetScopeError } from './netscope-error.ts';

export type StorageErrorCode =
  | 'STORAGE_UNAVAILABLE'
  | 'STORAGE_REFUSED'
  | 'STORAGE_TIMEOUT'
  | 'STORAGE_LOCKED';

/** An object store or a local directory failed. */
export class StorageError extends NetScopeError {
  override readonly name = 'StorageError';

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that this family may carry
  constructor(code: StorageErrorCode, message: string, facts: ErrorFacts) {
    super(code, message, facts);
  }
}
