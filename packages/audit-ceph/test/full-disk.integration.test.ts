import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { sampleCall } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DirectoryObjectStore } from '../src/index.ts';
import { openSink, TestDirectory, until } from './sink-fixture.ts';
import { flawIn, storedLines } from './trail.ts';

const MIB = 1024 * 1024;
/** How soon consumption must go on after space came back. */
const RESUME_MS = 5000;
let directory: TestDirectory;

describe.skipIf(process.getuid?.() !== 0)('a sink on a disk that is full', () => {
  beforeEach(() => {
    directory = new TestDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', directory.path]);
  });

  afterEach(() => {
    execFileSync('umount', [directory.path]);
    directory[Symbol.dispose]();
  });

  it('writes what was admitted, admits nothing more, and goes on within 5 s of space', async () => {
    using elsewhere = new TestDirectory();
    const store = new DirectoryObjectStore(join(elsewhere.path, 'audit'));
    const { sink } = await openSink({
      dataDir: directory.path,
      store,
      spool: { bytesMax: 16 * MIB, onFull: 'pause', syncMs: 2 },
    });
    let reserved = 0;
    while (reserved < 50 && sink.reserve()) reserved += 1;
    fillUp(join(directory.path, 'other'));
    // Larger by far than what a full disk has left over.
    for (let index = 0; index < reserved; index += 1) {
      await sink.append({ kind: 'call', call: bulky(String(index)) });
    }
    expect(sink.reserve()).toBe(false);
    expect(sink.status()).toMatchObject({ lastSeq: 50, state: 'degraded' });
    const freedAtMs = performance.now();
    rmSync(join(directory.path, 'other'));
    await until(() => sink.reserve());
    expect(performance.now() - freedAtMs).toBeLessThan(RESUME_MS);
    await sink.append({ kind: 'call', call: bulky('50') });
    await sink.close(10_000);
    const lines = storedLines(join(elsewhere.path, 'audit'));
    expect(lines.map((line) => line.requestId)).toEqual(
      Array.from({ length: 51 }, (_, index) => String(index)),
    );
    expect(flawIn(lines)).toBeUndefined();
  });
});

function fillUp(path: string): void {
  for (const bytes of [MIB, 4096]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
}

function bulky(requestId: string): ReturnType<typeof sampleCall> {
  const call = sampleCall({ requestId });
  const idempotencyKey = randomBytes(6000).toString('base64');
  return { ...call, context: { ...call.context, idempotencyKey } };
}
