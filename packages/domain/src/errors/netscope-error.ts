import type { ErrorCode } from './error-code.ts';

/** `transient`: try again; `permanent`: park it; `fault`: our own defect. */
export type ErrorKind = 'transient' | 'permanent' | 'fault';

/** Numbers and short strings that help; never a payload, never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

export interface ErrorFacts {
  readonly kind: ErrorKind;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/** Root of every error that crosses a package's edge. */
export abstract class NetScopeError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.kind = facts.kind;
    this.details = facts.details ?? {};
  }
}
