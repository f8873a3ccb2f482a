import { ConfigError, NetScopeError } from '@netscope/domain';

import { EXIT } from './exit-codes.ts';
import { OutputError } from './output-error.ts';
import { UsageError } from './usage-error.ts';

type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Failure {
  readonly exitCode: ExitCode;
  /** For a person; a stack only for a defect. */
  readonly text: string;
  readonly json: unknown;
}

/** Codes that say the configuration, or what it points at, cannot be used. */
const CONFIGURATION_CODES = new Set([
  'CONFIG_INVALID',
  'SOURCE_MISCONFIGURED',
  'STORAGE_LOCKED',
  'STORAGE_REFUSED',
]);

/** Codes that say the store of the trail did not answer, which is no defect of ours. */
const AWAY_CODES = new Set(['STORAGE_UNAVAILABLE', 'STORAGE_TIMEOUT']);

/** What a command that failed tells, and how it ends. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) {
    const text = `${error.message}\nRun "netscope --help" for the commands.`;
    return { exitCode: EXIT.usage, text, json: { code: 'USAGE', message: error.message } };
  }
  if (error instanceof OutputError) {
    const { exitCode, message } = error;
    return { exitCode, text: message, json: { code: 'OUTPUT', message } };
  }
  if (error instanceof NetScopeError) return knownFailure(error);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: EXIT.defect, text, json: { code: 'DEFECT', message: text } };
}

function knownFailure(error: NetScopeError): Failure {
  const { code, message, details } = error;
  const exitCode = exitCodeOf(error);
  if (error instanceof ConfigError) {
    const { faults } = error;
    return { exitCode, text: message, json: { code, message, details, faults } };
  }
  const text = `${code}: ${message}${causeOf(error)}`;
  return { exitCode, text, json: { code, message, details } };
}

function exitCodeOf({ code, kind }: NetScopeError): ExitCode {
  if (code === 'SOURCE_START_TIMEOUT' || code === 'SOURCE_UNAVAILABLE') return EXIT.noCoordinator;
  // Of a running spool it is a fault; of one that cannot be opened, the place that was configured.
  if (code === 'AUDIT_SPOOL_FAILED' && kind === 'permanent') return EXIT.configuration;
  if (AWAY_CODES.has(code)) return EXIT.unchecked;
  return CONFIGURATION_CODES.has(code) ? EXIT.configuration : EXIT.defect;
}

/** Where the sentence does not tell it already. */
function causeOf({ cause, message }: Error): string {
  return cause instanceof Error && !message.includes(cause.message) ? ` (${cause.message})` : '';
}
