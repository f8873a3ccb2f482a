import { NetScopeError } from './netscope-error.ts';

/** Configuration that cannot be used; the message lists every fault, one a line. */
export class ConfigError extends NetScopeError {
  override readonly name = 'ConfigError';

  constructor(report: string, faults: number) {
    super('CONFIG_INVALID', `configuration is invalid\n${report}`, {
      kind: 'permanent',
      details: { faults },
    });
  }
}
