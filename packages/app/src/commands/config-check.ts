import type { LoadedConfig } from '@netscope/config';

import type { Output } from '../cli/output.ts';

/** Reports that a configuration is sound, with its warnings. */
export function configCheck({ file, warnings, config }: LoadedConfig, output: Output): void {
  output.result({
    json: { valid: true, file, warnings, routes: config.routes.length },
    text: [
      ...warnings.map(({ where, path, message }) => `warning: ${where}: ${path}: ${message}`),
      `${file ?? 'defaults and environment'}: the configuration is valid (routes: ${config.routes.length}, warnings: ${warnings.length})`,
    ].join('\n'),
  });
}
