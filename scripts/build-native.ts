/** Builds the native library when its sources changed and cargo is there, and says what came of it. */
import process from 'node:process';

import { ensureNativeBuilt } from '@netscope/network-probe/build';

const build = await ensureNativeBuilt({ onOutput: (text) => process.stderr.write(text) });
if ('reason' in build) {
  console.error(`The native library is not built: ${build.reason}`);
  process.exitCode = 1;
} else
  console.log(build.outcome === 'built' ? `Built ${build.file}` : `${build.file} is up to date`);
