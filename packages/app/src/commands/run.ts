import type { LoadedConfig } from '@netscope/config';
import { ensureDashboardBuilt } from '@netscope/dashboard';
import { ensureNativeBuilt } from '@netscope/network-probe/build';

import { encryptionWarnings } from '../audit-encryption.ts';
import type { Output } from '../cli/output.ts';
import { compose } from '../compose.ts';
import { type Edges } from '../edges/edges.ts';

/** Runs the gateway until `signal` aborts and it is drained. */
export async function run(
  { config, warnings }: LoadedConfig,
  context: { readonly edges: Edges; readonly output: Output; readonly signal: AbortSignal },
): Promise<void> {
  const all = [...warnings, ...encryptionWarnings(config, context.edges.clock)];
  for (const { where, path, message } of all) {
    context.output.note(`netscope: warning: ${where}: ${path}: ${message}`);
  }
  await buildNative(context.output);
  const { dir } = await ensureDashboardBuilt();
  await using app = await compose({ config, edges: context.edges, dashboardDir: dir });
  await app.listen();
  await app.run(context.signal);
}

/** What calls can tell depends on it, but no call: a failed build is told and no more. */
async function buildNative(output: Output): Promise<void> {
  let isTold = false;
  const build = await ensureNativeBuilt({
    onOutput: () => {
      if (!isTold) output.note('building the native library, where its sources changed');
      isTold = true;
    },
  });
  if (build.outcome === 'failed') output.note(`netscope: warning: ${build.reason}`);
}
