import type { LoadedConfig } from '@netscope/config';

import type { Output } from '../cli/output.ts';
import { tellIfSlow } from '../cli/tell-if-slow.ts';
import { compose } from '../compose.ts';
import { type Edges } from '../edges/edges.ts';
import { keyFileWarnings } from '../key-file-warnings.ts';
import { buildNative, buildPage } from './build-parts.ts';
import { warningText } from './warning-text.ts';

const BUILDING = 'building the page, where its sources changed';

/**
 * Runs the gateway until `signal` aborts and it is drained; at once where that is before anything was
 * opened.
 */
export async function run(
  { config, warnings }: LoadedConfig,
  context: { readonly edges: Edges; readonly output: Output; readonly signal: AbortSignal },
): Promise<void> {
  const all = [...warnings, ...keyFileWarnings(config, context.edges.clock)];
  for (const warning of all) context.output.note(`netscope: warning: ${warningText(warning)}`);
  await buildNative(context.output, context.signal);
  const teller = { timers: context.edges.timers, output: context.output };
  const dashboardDir = await tellIfSlow(teller, BUILDING, async () => buildPage(context.signal));
  if (dashboardDir === undefined) return;
  await using app = await compose({ config, edges: context.edges, dashboardDir });
  await app.listen();
  await app.run(context.signal);
}
