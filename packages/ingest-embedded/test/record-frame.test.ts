import {
  array,
  assert,
  double,
  nat,
  option,
  property,
  record,
  string,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeFrame, encodeFrame } from '../src/record-frame.ts';

const bytes = option(uint8Array({ maxLength: 50 }), { nil: null });
const records = record({
  key: bytes,
  value: bytes,
  headers: array(
    record({ name: string({ unit: 'grapheme' }), value: uint8Array({ maxLength: 9 }) }),
  ),
  timestampMs: double({ noNaN: true, noDefaultInfinity: true }),
});

describe('a frame', () => {
  it('gives back what was put into it, at any place', () => {
    const holds = property(records, nat(), nat(20), (given, offset, before) => {
      const frame = encodeFrame(given, { offset, nowMs: 0 });
      const file = Buffer.concat([Buffer.alloc(before), frame, Buffer.alloc(3)]);
      const decoded = decodeFrame(file, before);
      if ('problem' in decoded) throw new Error(decoded.problem);
      expect(decoded.end).toBe(before + frame.length);
      expect(decoded.record).toMatchObject({ offset, timestampMs: given.timestampMs });
      expect(Buffer.from(decoded.record.value ?? [])).toEqual(Buffer.from(given.value ?? []));
      expect(decoded.record.key === null).toBe(given.key === null);
      expect(decoded.record.headers.map(({ name }) => name)).toEqual(
        given.headers.map(({ name }) => name.toWellFormed()),
      );
    });
    expect(() => assert(holds)).not.toThrow();
  });

  it('is incomplete wherever it is cut, and corrupt wherever a bit of its body is turned', () => {
    const holds = property(records, nat(), nat(), (given, cut, turned) => {
      const frame = encodeFrame(given, { offset: 1, nowMs: 0 });
      const short = decodeFrame(frame.subarray(0, cut % frame.length), 0);
      expect(short).toMatchObject({ problem: 'incomplete' });
      const at = 8 + (turned % (frame.length - 8));
      frame[at] = (frame[at] ?? 0) ^ 1;
      expect(decodeFrame(frame, 0)).toMatchObject({ problem: 'corrupt' });
    });
    expect(() => assert(holds)).not.toThrow();
  });
});
