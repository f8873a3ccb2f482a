import { type CallRecord, encodeAuditEvent } from '@netscope/domain';
import { sampleCall, sampleTimeout } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { readRecordEvent } from '../../src/journal/read-record-event.ts';

const none = (): boolean => false;

function writtenLine(call: CallRecord): string {
  return `${encodeAuditEvent({ kind: 'call', call }, Buffer).writtenText()}}`;
}

/** The same event, written so that no shortcut fits it. */
function readWhole(line: string) {
  return readRecordEvent(Buffer.from(JSON.stringify(JSON.parse(line), undefined, 1)), none);
}

test('an event of a call says the same, read in its parts and as a whole', () => {
  for (const record of [sampleCall({ offset: 7 }), sampleCall({ status: 503 }), sampleTimeout()]) {
    const line = writtenLine(record);
    const read = readRecordEvent(Buffer.from(line), none);
    expect(read).toBeDefined();
    expect(read).toEqual(readWhole(line));
  }
});

test('a record without a timestamp has none in the trail, and is the same when read back', () => {
  const record = sampleCall({ offset: 7 });
  const { context } = record;
  const source = { ...context.source, timestampMs: -1 };
  const line = writtenLine({ ...record, context: { ...context, source } });
  expect(JSON.parse(line)).not.toHaveProperty(['source', 'timestamp']);
  const read = readRecordEvent(Buffer.from(line), none);
  expect(read).toMatchObject({ offset: 7, timestampMs: -1 });
  expect(read).toEqual(readWhole(line));
});

test('a call that failed, was cut off, or has names with braces and quotes says the same', () => {
  const line = writtenLine(sampleCall());
  const changes: readonly (readonly [string | RegExp, string])[] = [
    ['request.completed', 'request.failed'],
    ['request.completed', 'request.quarantined'],
    ['"outcome":"responded"', '"outcome":"aborted"'],
    [/,"status_code":\d+,"latency_ms"/u, ',"latency_ms"'],
    [/"topic":"[^"]*"/u, '"topic":"a}b,\\"attempts\\":["'],
    [/"route":"[^"]*"/u, '"route":"a\\",\\"timestamp\\":\\"2020-01-01T00:00:00.000Z"'],
    [/"name":"[^"]*"/u, '"name":"x}{,\\"attempts\\":["'],
    [/,"attempts":\[\{.*?\}\],/u, ',"attempts":[],'],
  ];
  for (const [from, to] of changes) {
    const changed = line.replace(from, to);
    expect(changed).not.toBe(line);
    const read = readRecordEvent(Buffer.from(changed), none);
    expect(read).toBeDefined();
    expect(read).toEqual(readWhole(changed));
  }
});
