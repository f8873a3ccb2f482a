import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src'] as const;
const HASH_LENGTH = 16;

/** The crate, where a checkout has it. */
export const NATIVE_DIR = path.resolve(import.meta.dirname, '../../../../native');

/**
 * Where the library built from the sources of `nativeDir` as they are now lies, whether it was
 * built or not. The name holds the sources' hash, so a build of other sources is never taken for
 * it. Undefined where there are no sources. A dozen small files are read.
 */
export function builtFileOf(nativeDir: string): string | undefined {
  const hash = sourceHash(nativeDir);
  if (hash === undefined) return undefined;
  const name = `netscope-native-${hash}-${process.platform}-${process.arch}.node`;
  return path.join(nativeDir, 'build', name);
}

function sourceHash(nativeDir: string): string | undefined {
  try {
    const hash = createHash('sha256');
    for (const file of SOURCES.flatMap((source) => filesOf(nativeDir, source))) {
      const body = readFileSync(path.join(nativeDir, file));
      hash.update(`${file}\0${body.length}\0`).update(body);
    }
    return hash.digest('hex').slice(0, HASH_LENGTH);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function filesOf(dir: string, source: string): string[] {
  if (path.extname(source) !== '') return [source];
  return readdirSync(path.join(dir, source), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .toSorted();
}
