import type { LoadedConfig } from '@netscope/config';
import type { Clock } from '@netscope/domain';

import type { Output } from '../cli/output.ts';
import { keyFileWarnings } from '../key-file-warnings.ts';
import { warningText } from './warning-text.ts';

/**
 * Reports that a configuration is sound, with its warnings.
 * @throws {ConfigError} for key files that cannot be used.
 */
export function configCheck(
  { file, warnings: ofSettings, config }: LoadedConfig,
  output: Output,
  clock: Clock,
): void {
  const warnings = [...ofSettings, ...keyFileWarnings(config, clock)];
  output.result({
    json: { valid: true, file, warnings, routes: config.routes.length },
    text: [
      ...warnings.map((warning) => `warning: ${warningText(warning)}`),
      `${file ?? 'defaults and environment'}: the configuration is valid (routes: ${config.routes.length}, warnings: ${warnings.length})`,
    ].join('\n'),
  });
}
