import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { NetworkProbe } from '@netscope/network-probe';
import { ManualClock } from '@netscope/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ensureNativeBuilt } from '../../src/native/ensure-native-built.ts';
import { loadNative } from '../../src/native/load-native.ts';
import { NATIVE_DIR } from '../../src/native/native-files.ts';

const hasCargo = spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0;
const LINUX = 'target_os = "linux"';
/** Bare metal: what stands behind it is never built here, and what stands behind its absence is. */
const NOWHERE = 'target_os = "none"';
const TIMEOUT_MS = 180_000;

describe.skipIf(!hasCargo)('the crate on a system that it has no files for', () => {
  let nativeDir: string;

  beforeAll(async () => {
    nativeDir = mkdtempSync(path.join(tmpdir(), 'netscope-elsewhere-'));
    for (const name of ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src']) {
      cpSync(path.join(NATIVE_DIR, name), path.join(nativeDir, name), { recursive: true });
    }
    moveFromLinux(nativeDir);
    const build = await ensureNativeBuilt({ nativeDir });
    if ('reason' in build) throw new Error(build.reason);
  }, TIMEOUT_MS);

  afterAll(() => rmSync(nativeDir, { recursive: true, force: true }));

  test('builds and loads', () => {
    const { library } = loadNative(nativeDir);
    expect(library?.HostProbe).toBeUndefined();
    expect(library?.SocketWatcher).toBeUndefined();
    const out = new Float64Array(library?.socketFields().length ?? 0);
    expect(library?.readSocket(0, out)).not.toBe(0);
    expect(library?.identifySocket(0, out)).not.toBe(0);
    expect(library?.unreadBytes(0)).toBeLessThan(0);
  });

  test('has a probe that claims nothing of the kernel, and says why', () => {
    const { library } = loadNative(nativeDir);
    const probe = new NetworkProbe(new ManualClock(), library);
    probe.start();
    expect(probe.capabilities()).toMatchObject({
      phases: true,
      socketFacts: false,
      receiveStamps: false,
      kernelTimeoutCheck: false,
    });
    expect(probe.socketsMissing).toMatch(/reads no sockets of \w+$/u);
    expect(probe.stampsMissing).toBeUndefined();
    expect(probe.connecting().mark()).toBeUndefined();
    probe.close();
  });
});

function moveFromLinux(folder: string): void {
  let moved = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    moved += text.split(LINUX).length - 1;
    writeFileSync(file, text.replaceAll(LINUX, NOWHERE));
  }
  if (moved === 0) throw new Error(`nothing of the crate stands behind ${LINUX}`);
}
