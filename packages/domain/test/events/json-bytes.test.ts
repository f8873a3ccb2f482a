import { assert, double, integer, maxSafeNat, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FixedText } from '../../src/events/fixed-text.ts';
import { encodeAuditEvent, isoTimestamp, JsonBytes, writeAuditEvent } from '../../src/index.ts';
import { arbitraryAuditEvent } from './arbitrary-audit-event.ts';

const NAME = FixedText.of('"name":');
const UNTOUCHED = 0xee;

describe('JsonBytes', () => {
  it('writes an event whole at any place, or says that it is full, and never past its limit', () => {
    const place = integer({ min: 0, max: 500 });
    assert(
      property(arbitraryAuditEvent, place, integer({ min: 0, max: 9000 }), (event, at, room) => {
        const bytes = Buffer.alloc(at + room + 500, UNTOUCHED);
        const out = new JsonBytes(bytes);
        out.begin(at, at + room);
        writeAuditEvent(event, out);
        const untouched = [...bytes.subarray(0, at), ...bytes.subarray(at + room)];
        expect(untouched.every((byte) => byte === UNTOUCHED)).toBe(true);
        const whole = Buffer.from(encodeAuditEvent(event, Buffer).written());
        const isSame = bytes.subarray(at, out.at).equals(whole);
        expect(out.isFull || isSame).toBe(true);
        expect(out.isFull || room >= whole.length).toBe(true);
        expect(out.isFull && room > whole.length * 6 + 1000).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('writes any number as JSON does', () => {
    assert(
      property(double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(written((out) => out.number(NAME, value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it.each([2 ** 31 - 1, 2 ** 31, 1e9, 1e10 + 1, 37_449_142_856, 2 ** 53 - 1, 2 ** 53])(
    'writes the whole number %s as JSON does',
    (value) => {
      expect(written((out) => out.number(NAME, value))).toBe(JSON.stringify(value));
    },
  );

  it('writes whole numbers of any size as JSON does', () => {
    assert(
      property(maxSafeNat(), (value) => {
        expect(written((out) => out.number(NAME, value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('writes milliseconds as JSON writes them, rounded to three decimals', () => {
    assert(
      property(double({ min: 0, max: 1e7, noNaN: true }), integer({ min: 0 }), (value, micros) => {
        for (const ms of [value, micros / 1000]) {
          const rounded = JSON.stringify(Math.round(ms * 1000) / 1000);
          expect(written((out) => out.ms(NAME, ms))).toBe(rounded);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('writes any instant as an ISO timestamp', () => {
    assert(
      property(double({ noNaN: true }), (value) => {
        expect(written((out) => out.timestamp(NAME, value))).toBe(`"${isoTimestamp(value)}"`);
      }),
    );
  });

  it('writes any text as JSON does', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 60 }), (value) => {
        expect(written((out) => out.text(NAME, value))).toBe(JSON.stringify(value));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses to write %d', (value) => {
    expect(() => written((out) => out.number(NAME, value))).toThrow(RangeError);
    expect(() => written((out) => out.ms(NAME, value))).toThrow(RangeError);
    expect(() => written((out) => out.timestamp(NAME, Number.NaN))).toThrow(RangeError);
  });
});

describe('FixedText', () => {
  it('tells values apart that look alike, and is right past the number that it remembers', () => {
    const text = FixedText.of('[');
    for (const value of ['1', 1, true, 'true', undefined, '', '1']) {
      const behind = value === undefined ? '' : `,${JSON.stringify(value)}`;
      expect(text.and(',', value).plus(']').text).toBe(`[${behind}]`);
    }
    for (let value = 0; value < 300; value += 1) {
      expect(text.and(',', value).text).toBe(`[,${value}`);
    }
    expect(text.and(',', 7)).toBe(text.and(',', 7));
    expect(text.and(';', 7).text).toBe('[;7');
  });

  it('keeps its bytes when those that it was made in are written over', () => {
    const out = new JsonBytes(Buffer.alloc(100));
    const text = FixedText.of('kept');
    out.fixed(text);
    out.bytes.fill(0);
    out.fixed(text);
    expect(out.bytes.toString('utf8', 4, 8)).toBe('kept');
  });
});

function written(write: (out: JsonBytes) => void): string {
  const out = new JsonBytes(Buffer.alloc(1000));
  write(out);
  expect(out.isFull).toBe(false);
  return out.writtenText().replace('"name":', '');
}
