import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, read, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ManualClock } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createLog, type ProcessLog } from '../src/index.ts';

const readChunk = promisify(read);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-log-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function logTo(fd: number): ProcessLog {
  return createLog({
    level: 'info',
    service: 's',
    node: 'n',
    clock: new ManualClock(),
    destination: fd,
  });
}

describe('the destination of a log', () => {
  it('has every line when it is closed', async () => {
    const file = join(folder, 'log');
    const log = logTo(openSync(file, 'w'));
    for (let count = 0; count < 1000; count += 1) log.info('a.b', 'x', { count });
    await log.close();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(1000);
    expect(lines.at(-1)).toContain('"count":999');
  });

  it('takes lines after its end without a word', async () => {
    const log = logTo(openSync(join(folder, 'log'), 'w'));
    await log.close();
    expect(() => log.info('a.b', 'late')).not.toThrow();
    await log.close();
  });

  it('holds up nobody while its sink is stalled, and tells what it dropped', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const sink = openSync(fifo, constants.O_RDWR);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = logTo(sink);
    const reason = 'r'.repeat(900);
    const startedAtMs = performance.now();
    // 10 MB into a pipe of 64 KiB that nobody reads.
    for (let count = 0; count < 10_000; count += 1) log.info('a.b', 'x', { reason });
    expect(performance.now() - startedAtMs).toBeLessThan(2000);

    const told = await readUntil(reader, '"event":"log.dropped"');
    expect(told).toMatch(/"event":"log.dropped","count":\d{4},/);
    await log.close();
    closeSync(reader);
  }, 20_000);

  it('ends a close whose sink takes nothing', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const sink = openSync(fifo, constants.O_RDWR);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = logTo(sink);
    for (let count = 0; count < 500; count += 1) log.info('a.b', 'x', { reason: 'r'.repeat(900) });
    const startedAtMs = performance.now();
    await log.close();
    expect(performance.now() - startedAtMs).toBeLessThan(3000);
    // Frees the thread that the write still holds.
    await readUntil(reader, undefined);
    closeSync(reader);
  }, 20_000);
});

/** Reads a pipe until a text came, or until it is empty. */
async function readUntil(fd: number, wanted: string | undefined): Promise<string> {
  const chunk = Buffer.alloc(262_144);
  let tail = '';
  let idle = 0;
  const isDone = (): boolean => wanted !== undefined && tail.includes(wanted);
  while (idle < 20 && !isDone()) {
    const bytes = await readChunk(fd, chunk, 0, chunk.length, null).then(
      ({ bytesRead }) => bytesRead,
      () => 0,
    );
    if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    idle = bytes === 0 ? idle + 1 : 0;
    tail = tail.slice(-4096) + chunk.toString('utf8', 0, bytes);
  }
  return tail;
}
