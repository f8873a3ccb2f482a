import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';

import { builtFileOf, NATIVE_DIR } from './native-files.ts';
import { NATIVE_ABI, type NativeLibrary } from './native-library.ts';

/** The library, or one sentence that says why there is none and what would bring it. */
export type NativeLoad =
  | { readonly library: NativeLibrary; readonly file: string }
  | { readonly library: undefined; readonly reason: string };

const require = createRequire(import.meta.url);

/**
 * Loads the native library: the one built from this checkout's sources as they are, else the one
 * that the package `@netscope/native-PLATFORM-ARCH` brings. Never throws and builds nothing; a
 * file that does not load, or of another interface, is not used. Reads a dozen small files.
 */
export function loadNative(nativeDir: string = NATIVE_DIR): NativeLoad {
  const built = builtFileOf(nativeDir);
  if (built !== undefined && existsSync(built)) return open(built);
  const prebuilt = prebuiltFile();
  if (prebuilt !== undefined) return open(prebuilt);
  const reason =
    built === undefined
      ? `no package ${prebuiltName()} is installed, and there are no sources to build from`
      : 'the native library is not built from these sources: "npx -y pnpm@12 build:native" builds it, with Rust 1.88 or later';
  return { library: undefined, reason };
}

function open(file: string): NativeLoad {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its interface is what the version below tells
    const library = require(file) as NativeLibrary;
    const abi = library.abiVersion();
    if (abi === NATIVE_ABI) return { library, file };
    const reason = `${file} has interface ${abi} and this is made for ${NATIVE_ABI}: build it again`;
    return { library: undefined, reason };
  } catch (error) {
    return { library: undefined, reason: `${file} does not load: ${String(error)}` };
  }
}

function prebuiltName(): string {
  return `@netscope/native-${process.platform}-${process.arch}`;
}

function prebuiltFile(): string | undefined {
  try {
    return require.resolve(prebuiltName());
  } catch {
    return undefined;
  }
}
