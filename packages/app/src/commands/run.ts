import type { LoadedConfig } from '@netscope/config';
import { ensureDashboardBuilt } from '@netscope/dashboard';

import type { Output } from '../cli/output.ts';
import { compose } from '../compose.ts';
import { type Edges } from '../edges/edges.ts';

/** Runs the gateway until `signal` aborts and it is drained. */
export async function run(
  { config, warnings }: LoadedConfig,
  context: { readonly edges: Edges; readonly output: Output; readonly signal: AbortSignal },
): Promise<void> {
  for (const { where, path, message } of warnings) {
    context.output.note(`netscope: warning: ${where}: ${path}: ${message}`);
  }
  const { dir } = await ensureDashboardBuilt();
  await using app = await compose({ config, edges: context.edges, dashboardDir: dir });
  await app.listen();
  await app.run(context.signal);
}
