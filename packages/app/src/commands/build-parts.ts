import { ensureDashboardBuilt } from '@netscope/dashboard';
import { ensureNativeBuilt } from '@netscope/network-probe/build';

import type { Output } from '../cli/output.ts';

/**
 * The folder of the built page; `undefined` where the signal came first, which ends the build.
 * @throws {Error} with the bundler's words when the page cannot be built.
 */
export async function buildPage(signal: AbortSignal): Promise<string | undefined> {
  try {
    const { dir } = await ensureDashboardBuilt(signal);
    return signal.aborted ? undefined : dir;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/**
 * Builds the native library where its sources changed, until the signal ends it. What calls can tell
 * depends on it, but no call: a failed build is told and no more.
 */
export async function buildNative(output: Output, signal: AbortSignal): Promise<void> {
  let isTold = false;
  const build = await ensureNativeBuilt({
    signal,
    onOutput: () => {
      if (!isTold) output.note('building the native library, where its sources changed');
      isTold = true;
    },
  });
  if (build.outcome === 'failed' && !signal.aborted) {
    output.note(`netscope: warning: ${build.reason}`);
  }
}
