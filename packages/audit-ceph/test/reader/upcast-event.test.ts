import { describe, expect, it } from 'vitest';

import { eventReader, readEvent, type Upcaster } from '../../src/reader/upcast-event.ts';

describe('a line of the trail', () => {
  it('of a newer minor version is read with its fields', () => {
    expect(readEvent('{"event_version":"1.7","newer":{"a":1}}')).toEqual({
      event: { event_version: '1.7', newer: { a: 1 } },
    });
  });

  it('keeps the numbers that a route shows as they were written', () => {
    const line =
      '{"event_version":"1.1","a":1.5,"b":{"sha256":"x","redacted":{"id":12345678901234567890,"n":[0.10,1e400,7]}}}';
    const reading = readEvent(line);
    expect(JSON.stringify('event' in reading ? reading.event : reading)).toBe(line);
    expect(reading).toMatchObject({ event: { a: 1.5, b: { redacted: { n: { 2: 7 } } } } });
  });

  it.each([
    [
      '{"event_version":"2.0"}',
      'its event_version is 2.0 and this release reads 1.x to 1.x; a newer',
    ],
    ['{"event_version":"0.9"}', 'no netscope wrote that'],
    ['{"event_version":1}', 'it has no event_version of the form 1.0'],
    ['{"a":1}', 'it has no event_version of the form 1.0'],
    ['[]', 'it is not a JSON object'],
    ['{"event_version":"1.0"', 'it is not a JSON object'],
    ['', 'it is not a JSON object'],
  ])('%s is refused and says why', (line, reason) => {
    expect(readEvent(line)).toEqual({ refused: expect.stringContaining(reason) });
  });
});

describe('a reader of a later major version', () => {
  const read = eventReader(
    3,
    new Map<number, Upcaster>([
      [1, ({ colour, ...event }) => ({ ...event, color: colour, event_version: '2.0' })],
      [2, ({ color, ...event }) => ({ ...event, paint: { color }, event_version: '3.0' })],
    ]),
  );

  it('reads the oldest through every step between', () => {
    expect(read('{"event_version":"1.4","colour":"red","kept":1}')).toEqual({
      event: { event_version: '3.0', paint: { color: 'red' }, kept: 1 },
    });
  });

  it('reads its own as it is, and refuses a newer one', () => {
    expect(read('{"event_version":"3.1","x":1}')).toEqual({
      event: { event_version: '3.1', x: 1 },
    });
    expect(read('{"event_version":"4.0"}')).toHaveProperty('refused');
  });
});
