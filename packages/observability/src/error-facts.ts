import { NetScopeError } from '@netscope/domain';

import { safeText } from './allowed-fields.ts';

const CAUSES_MAX = 5;

/** One error of a chain as a log line tells it. */
interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** An error with its code and its causes, the nearest first. */
export interface ErrorFactsLogged extends LoggedError {
  readonly kind?: string;
  readonly details?: NetScopeError['details'];
  readonly causes?: readonly LoggedError[];
  /** Only of what is no error of ours, for that is a defect. */
  readonly stack?: string;
}

/** What a log line says of an error, whatever was thrown. */
export function errorFacts(error: unknown): ErrorFactsLogged {
  const causes = causesOf(error);
  const base = { ...loggedError(error), ...(causes.length === 0 ? {} : { causes }) };
  if (error instanceof NetScopeError) {
    return { ...base, kind: error.kind, details: error.details };
  }
  if (error instanceof Error && error.stack !== undefined) {
    return { ...base, stack: safeText(error.stack) };
  }
  return base;
}

function causesOf(error: unknown): readonly LoggedError[] {
  const causes: LoggedError[] = [];
  let cause = causeOf(error);
  while (cause !== undefined && causes.length < CAUSES_MAX) {
    causes.push(loggedError(cause));
    cause = causeOf(cause);
  }
  return causes;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function loggedError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, message: 'no error was thrown' };
  const code: unknown = Reflect.get(error, 'code');
  return {
    name: error.name,
    message: safeText(error.message),
    ...(typeof code === 'string' ? { code } : {}),
  };
}
