import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

import { builtFileOf, NATIVE_DIR } from './native-files.ts';

/** Ten times what a build took on two busy cores; a registry that never answers ends here. */
const BUILD_TIMEOUT_MS = 300_000;
const KEPT_OUTPUT = 4000;
const TARGET = 'target';

/** What came of it. Only `failed` is a fault. */
export type NativeBuild =
  | { readonly outcome: 'current' | 'built'; readonly file: string }
  | { readonly outcome: 'unavailable' | 'failed'; readonly reason: string };

export interface NativeBuildOptions {
  /** Told what cargo says as it says it. */
  readonly onOutput?: (text: string) => void;
  /** Ends a build. */
  readonly signal?: AbortSignal;
  readonly nativeDir?: string;
  readonly cargo?: string;
}

/**
 * Builds the native library unless it is built from the sources as they are. Where there is no
 * cargo or no source that is `unavailable`: everything runs without it. A build that fails leaves
 * no file that would be loaded. Callers may run side by side.
 */
export async function ensureNativeBuilt(options: NativeBuildOptions = {}): Promise<NativeBuild> {
  const { nativeDir = NATIVE_DIR, cargo = 'cargo', onOutput = () => undefined } = options;
  const file = builtFileOf(nativeDir);
  if (file === undefined) return { outcome: 'unavailable', reason: `no sources in ${nativeDir}` };
  if (existsSync(file)) return { outcome: 'current', file };
  if (spawnSync(cargo, ['--version'], { stdio: 'ignore' }).status !== 0) {
    return { outcome: 'unavailable', reason: 'there is no cargo: Rust 1.88 or later brings it' };
  }
  const failure =
    (await compile(cargo, nativeDir, { onOutput, signal: options.signal })) ??
    (await putInPlace(nativeDir, file));
  return failure === undefined
    ? { outcome: 'built', file }
    : { outcome: 'failed', reason: failure };
}

/** Undefined when it went well, else how it ended and the end of what cargo said. */
async function compile(
  cargo: string,
  cwd: string,
  {
    onOutput,
    signal,
  }: { readonly onOutput: (text: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  // Wherever this user's cargo puts what it builds by itself, here it is looked for.
  const args = ['build', '--release', '--locked', '--target-dir', path.join(cwd, TARGET)];
  const child = spawn(cargo, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: BUILD_TIMEOUT_MS,
    signal,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-KEPT_OUTPUT);
    onOutput(text);
  });
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(String(error)));
    child.once('close', (code, by) => resolve(code === 0 ? '' : `${code ?? by ?? '?'}`));
  });
  return ended === '' ? undefined : `cargo build ended with ${ended}\n${said}`;
}

/** Undefined when it is there, else why it is not. */
async function putInPlace(nativeDir: string, file: string): Promise<string | undefined> {
  if (builtFileOf(nativeDir) !== file) return 'the sources changed while they were built';
  try {
    await replace(path.join(nativeDir, TARGET, 'release', libraryName()), file);
    return undefined;
  } catch (error) {
    return `what cargo built cannot be put in place: ${String(error)}`;
  }
}

async function replace(built: string, file: string): Promise<void> {
  const dir = path.dirname(file);
  await mkdir(dir, { recursive: true });
  const work = `${file}.${randomUUID()}`;
  await copyFile(built, work);
  await rename(work, file);
  const old = (await readdir(dir)).filter(
    (name) => name.endsWith('.node') && path.join(dir, name) !== file,
  );
  await Promise.all(old.map((name) => rm(path.join(dir, name), { force: true })));
}

function libraryName(): string {
  if (process.platform === 'win32') return 'netscope_native.dll';
  return process.platform === 'darwin' ? 'libnetscope_native.dylib' : 'libnetscope_native.so';
}
