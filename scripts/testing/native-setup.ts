import { ensureNativeBuilt } from '@netscope/network-probe/build';

/** For vitest's `globalSetup`: no gateway under test has to build the library while it starts. */
export async function setup(): Promise<void> {
  const build = await ensureNativeBuilt();
  if (build.outcome === 'failed') throw new Error(build.reason);
}
