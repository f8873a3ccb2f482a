import { loadNative } from '@netscope/network-probe';
import { ensureNativeBuilt } from '@netscope/network-probe/build';

const build = await ensureNativeBuilt();
if (build.outcome === 'failed') throw new Error(build.reason);

/** The native library, built where there is cargo; undefined where there is none. */
export const { library } = loadNative();
