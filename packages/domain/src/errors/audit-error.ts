import { type ErrorFacts, NetScopeError } from './netscope-error.ts';

export type AuditErrorCode =
  | 'AUDIT_SPOOL_FULL'
  | 'AUDIT_SPOOL_CORRUPT'
  | 'AUDIT_SPOOL_FAILED'
  | 'AUDIT_STORE_UNAVAILABLE'
  | 'AUDIT_STORE_REFUSED'
  | 'DEPENDENCY_UNAVAILABLE';

/** The audit path failed: spool full or corrupt, store unavailable or refusing, disk too slow. */
export class AuditError extends NetScopeError {
  override readonly name = 'AuditError';

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that this family may carry
  constructor(code: AuditErrorCode, message: string, facts: ErrorFacts) {
    super(code, message, facts);
  }
}
