import { array, assert, constantFrom, integer, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RingReader } from '../../src/ring/ring-reader.ts';
import { RingWriter } from '../../src/ring/ring-writer.ts';
import { createSharedRing } from '../../src/ring/shared-ring.ts';

describe('the ring', () => {
  it('gives back every frame, whole, once and in order, however often it goes round', () => {
    const text = string({ unit: 'binary', maxLength: 900 });
    const step = tuple(constantFrom('write', 'read'), text, integer({ min: 0, max: 5 }));
    assert(
      property(array(step, { maxLength: 300 }), (steps) => {
        const ring = createSharedRing(4096);
        const writer = new RingWriter(ring, 1000);
        const reader = new RingReader(ring);
        const written: string[] = [];
        const read: string[] = [];
        for (const [action, body, kind] of steps) {
          const line = `${kind}:${body.toWellFormed()}`;
          if (action === 'write' && writer.tryWrite(kind, kind, Buffer.from(line)) >= 0)
            written.push(line);
          if (action === 'read') takeInto(read, reader);
        }
        while (takeInto(read, reader)) continue;
        expect(read).toEqual(written);
      }),
      { numRuns: 300 },
    );
  });

  it('says so when there is no room, and has room again when a frame is released', () => {
    const ring = createSharedRing(4096);
    const writer = new RingWriter(ring, 1000);
    const reader = new RingReader(ring);
    const text = Buffer.alloc(900, 'a');
    let frames = 0;
    while (writer.tryWrite(0, 0, text) >= 0) frames += 1;
    expect(frames).toBe(4);
    takeInto([], reader);
    expect(writer.tryWrite(0, 0, text)).toBe(900);
    expect(writer.tryWrite(0, 0, text)).toBe(-1);
  });

  it('does not sleep for others to come when the group is whole, until the next frame', () => {
    const ring = createSharedRing(4096);
    const writer = new RingWriter(ring, 1000);
    const reader = new RingReader(ring);
    writer.tryWrite(0, 0, Buffer.from('a'));
    expect(reader.isWhole).toBe(false);
    writer.endGroup();
    expect(reader.isWhole).toBe(true);
    // It would sleep for longer than a test may take.
    reader.gather(600_000);
    writer.tryWrite(0, 0, Buffer.from('b'));
    expect(reader.isWhole).toBe(false);
  });
});

function takeInto(read: string[], reader: RingReader): boolean {
  if (!reader.next()) return false;
  const text = reader.text();
  expect(text.startsWith(`${reader.kind}:`) || reader.kind === 0).toBe(true);
  read.push(text);
  reader.release();
  return true;
}
