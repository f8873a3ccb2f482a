import { NetScopeError } from './netscope-error.ts';

/** One thing that is wrong in the configuration; never holds a secret. */
export interface ConfigFault {
  /** Dotted path of the key (`routes.0.request.path`); empty where it is about the whole. */
  readonly path: string;
  /** File and line (`netscope.yaml:12`), or the variable that said it. */
  readonly where: string;
  /** What was found, as a sentence's part. */
  readonly found: string;
  /** What would be right. */
  readonly expected: string;
}

/** Configuration that cannot be used; the message lists every fault, one a line. */
export class ConfigError extends NetScopeError {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super('CONFIG_INVALID', `configuration is invalid\n${faults.map(line).join('\n')}`, {
      kind: 'permanent',
      details: { faults: faults.length },
    });
    this.faults = faults;
  }
}

function line({ path, where, found, expected }: ConfigFault): string {
  const place = path === '' || path === where ? where : `${where}: ${path}`;
  return `${place}: found ${found}; expected ${expected}`;
}
