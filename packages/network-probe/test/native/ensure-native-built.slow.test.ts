import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ensureNativeBuilt } from '../../src/native/ensure-native-built.ts';
import { loadNative } from '../../src/native/load-native.ts';

const hasCargo = spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0;

const MANIFEST = `[package]
name = "netscope-native"
version = "0.1.0"
edition = "2024"
[lib]
crate-type = ["cdylib"]
`;

let nativeDir: string;

/** A crate with no dependencies, so that a build takes a second. */
beforeEach(() => {
  nativeDir = mkdtempSync(path.join(tmpdir(), 'netscope-crate-'));
  mkdirSync(path.join(nativeDir, 'src'));
  writeFileSync(path.join(nativeDir, 'Cargo.toml'), MANIFEST);
  const lock = 'version = 4\n\n[[package]]\nname = "netscope-native"\nversion = "0.1.0"\n';
  writeFileSync(path.join(nativeDir, 'Cargo.lock'), lock);
  writeFileSync(path.join(nativeDir, 'build.rs'), 'fn main() {}\n');
  source('pub fn one() -> i32 { 1 }\n');
});

afterEach(() => rmSync(nativeDir, { recursive: true, force: true }));

function source(text: string): void {
  writeFileSync(path.join(nativeDir, 'src', 'lib.rs'), text);
}

function builtNames(): readonly string[] {
  return readdirSync(path.join(nativeDir, 'build'));
}

describe.skipIf(!hasCargo)('a build of the crate', { timeout: 120_000 }, () => {
  test('is made once for the same sources and again for others', async () => {
    const first = await ensureNativeBuilt({ nativeDir });
    expect(first.outcome).toBe('built');
    expect(await ensureNativeBuilt({ nativeDir })).toEqual({ ...first, outcome: 'current' });
    source('pub fn two() -> i32 { 2 }\n');
    const second = await ensureNativeBuilt({ nativeDir });
    expect(second.outcome).toBe('built');
    expect(second).not.toEqual(first);
    expect(builtNames()).toHaveLength(1);
  });

  test('that fails leaves no older library in use and says what cargo said', async () => {
    await ensureNativeBuilt({ nativeDir });
    source('this is not Rust\n');
    const failed = await ensureNativeBuilt({ nativeDir });
    expect(failed).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('error') });
    expect(loadNative(nativeDir)).toMatchObject({
      library: undefined,
      reason: expect.stringContaining('build:native'),
    });
  });

  test('is found wherever the user has cargo put what it builds', async () => {
    const elsewhere = path.join(nativeDir, 'elsewhere');
    const before = process.env['CARGO_TARGET_DIR'];
    process.env['CARGO_TARGET_DIR'] = elsewhere;
    try {
      expect(await ensureNativeBuilt({ nativeDir })).toMatchObject({ outcome: 'built' });
    } finally {
      if (before === undefined) delete process.env['CARGO_TARGET_DIR'];
      else process.env['CARGO_TARGET_DIR'] = before;
    }
  });

  test('that leaves no library says so', async () => {
    const build = await ensureNativeBuilt({ nativeDir, cargo: 'true' });
    expect(build).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('cannot be put in place'),
    });
  });

  test('may be asked for twice at the same time', async () => {
    const both = await Promise.all([
      ensureNativeBuilt({ nativeDir }),
      ensureNativeBuilt({ nativeDir }),
    ]);
    // Who asks when the other is done finds it built.
    for (const { outcome } of both) expect(['built', 'current']).toContain(outcome);
    expect(builtNames()).toHaveLength(1);
  });

  test('shows what cargo says while it says it', async () => {
    let said = '';
    await ensureNativeBuilt({ nativeDir, onOutput: (text) => (said += text) });
    expect(said).toContain('Compiling netscope-native');
  });

  test('whose library is no add-on is refused with the reason', async () => {
    await ensureNativeBuilt({ nativeDir });
    expect(loadNative(nativeDir)).toMatchObject({
      library: undefined,
      reason: expect.stringContaining('does not load'),
    });
  });
});

describe('without what a build needs', () => {
  test('a machine without cargo has no library and no failure', async () => {
    const build = await ensureNativeBuilt({ nativeDir, cargo: 'no-such-cargo' });
    expect(build).toMatchObject({
      outcome: 'unavailable',
      reason: expect.stringContaining('Rust'),
    });
  });

  test('an installation without sources has no library and no failure', async () => {
    const empty = path.join(nativeDir, 'nothing');
    expect(await ensureNativeBuilt({ nativeDir: empty })).toMatchObject({ outcome: 'unavailable' });
    expect(loadNative(empty)).toMatchObject({
      library: undefined,
      reason: expect.stringContaining('@netscope/native-'),
    });
  });
});

test('a build ends with its signal', async () => {
  const cargo = path.join(nativeDir, 'cargo');
  writeFileSync(
    cargo,
    '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho begun >&2\nexec sleep 60\n',
  );
  chmodSync(cargo, 0o755);
  const ended = new AbortController();
  const build = await ensureNativeBuilt({
    nativeDir,
    cargo,
    signal: ended.signal,
    onOutput: () => ended.abort(),
  });
  expect(build).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('AbortError') });
});
