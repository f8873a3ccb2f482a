import { PassThrough, Writable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { LineWriter } from '../../src/cli/line-writer.ts';

const never = new AbortController().signal;
const LONG = 'x'.repeat(70_000);

describe('a line writer', () => {
  test('writes whole lines in batches, and what is left at the end', async () => {
    const stream = new PassThrough({ highWaterMark: 1_000_000 });
    const writer = new LineWriter(stream, never);
    const taken = writer.line('one');
    expect(taken).toBeUndefined();
    expect(stream.read()).toBeNull();
    await writer.line(LONG);
    expect(String(stream.read())).toBe(`one\n${LONG}\n`);
    void writer.line(Buffer.from('two'));
    await writer.flush();
    expect(String(stream.read())).toBe('two\n');
  });

  test('waits for a reader that is slow', async () => {
    let release = (): void => undefined;
    const stream = new Writable({ write: (_chunk, _encoding, done) => (release = done) });
    let isWritten = false;
    const written = new LineWriter(stream, never).line(LONG)?.then(() => (isWritten = true));
    await Promise.resolve();
    expect(isWritten).toBe(false);
    release();
    await written;
    expect(isWritten).toBe(true);
  });

  test('ends its wait at a signal', async () => {
    const controller = new AbortController();
    const stream = new Writable({ write: () => undefined });
    const writer = new LineWriter(stream, controller.signal);
    const written = writer.line(LONG);
    controller.abort();
    await written;
    expect(writer.isClosed).toBe(true);
  });

  test('is closed and throws nothing where its reader has left', async () => {
    const writer = new LineWriter(failing('EPIPE'), never);
    await writer.line(LONG);
    await writer.line(LONG);
    expect(writer.isClosed).toBe(true);
  });

  test('throws where the disk is full', async () => {
    const writer = new LineWriter(failing('ENOSPC'), never);
    void writer.line('one');
    await expect(writer.flush()).rejects.toThrow('ENOSPC');
  });
});

function failing(code: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
  });
}
