import { type ErrorFacts, NetScopeError } from './netscope-error.ts';

export type AuthErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN';

/** Somebody may not do what they asked. */
export class AuthError extends NetScopeError {
  override readonly name = 'AuthError';

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that this family may carry
  constructor(code: AuthErrorCode, message: string, facts: ErrorFacts) {
    super(code, message, facts);
  }
}
