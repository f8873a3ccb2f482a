import { createHash } from 'node:crypto';

import { stringify } from 'yaml';

import type { Config } from './config.ts';

/** The effective configuration as `config print` shows it: every key, secrets redacted. */
export function renderEffective(
  config: Config,
  options: { readonly format: 'yaml' | 'json' },
): string {
  if (options.format === 'json') return `${JSON.stringify(config.effective, undefined, 2)}\n`;
  return stringify(config.effective, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** SHA-256 of the effective configuration, lower-case hex; the values of secrets are not in it. */
export function configSha256(config: Config): string {
  return createHash('sha256').update(JSON.stringify(config.effective)).digest('hex');
}
