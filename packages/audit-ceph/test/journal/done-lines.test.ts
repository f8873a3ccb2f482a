import { type CallRecord, encodeAuditEvent, recordFingerprint } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { assert, constantFrom, option, property, record, string } from 'fast-check';
import { expect, test } from 'vitest';

import { DoneLines } from '../../src/journal/done-lines.ts';
import { readRecordEvent } from '../../src/journal/read-record-event.ts';
import { LineText } from '../../src/spool/line-text.ts';

const odd = string({ unit: constantFrom('a', '"', '\\', 'é', '}', '{', ',', '"offset":"') });
const noon = 1_771_588_800_000;

test('says of a call that came to its end what parsing its line says, or leaves it to that', () => {
  const lines = new DoneLines();
  let read = 0;
  const facts = record({
    topic: constantFrom('orders', 'a.b'),
    odd: option(odd, { nil: undefined }),
    key: option(constantFrom('0123456789abcdef'.repeat(4)), { nil: undefined }),
    afterMs: constantFrom(0, 1, 59_999, 60_000, 3_600_001, 86_400_000),
  });
  assert(
    property(facts, constantFrom(0, 7, 10, 123_456_789_012_345), (of, offset) => {
      const line = writtenLine(sampleCall({ offset, timestampMs: noon + of.afterMs }), of);
      const done = lines.read(lineText(line));
      const parsed = readRecordEvent(line, () => false);
      if (done === undefined || parsed === undefined) return;
      read += 1;
      const { cluster, group, topic, partition, timestampMs, keySha256 } = parsed;
      expect(done).toMatchObject({
        place: { cluster, group, topic, partition },
        offset,
        endedAtMs: parsed.endedAtMs,
        fingerprint: recordFingerprint(timestampMs, keySha256),
      });
    }),
  );
  expect(read).toBeGreaterThan(20);
});

test('reads what the gateway writes of a record that was delivered', () => {
  expect(new DoneLines().read(lineText(writtenLine(sampleCall())))).toBeDefined();
});

test('leaves a call that failed, a line that is cut, and one with a hole alone', () => {
  const lines = new DoneLines();
  const whole = writtenLine(sampleCall());
  expect(lines.read(lineText(writtenLine(sampleCall({ status: 503 }))))).toBeUndefined();
  expect(lines.read(lineText(whole.subarray(0, 700)))).toBeUndefined();
  expect(lines.read(lineText(Buffer.from(whole).fill(0, 500, 508)))).toBeUndefined();
});

interface Change {
  readonly topic?: string;
  readonly odd?: string | undefined;
  readonly key?: string | undefined;
}

/** Closed, as in a file of the spool. */
function writtenLine(call: CallRecord, change?: Change): Buffer {
  const { source } = call.context;
  const { topic = source.topic, odd: cluster = source.cluster } = change ?? {};
  const keySha256 = change === undefined ? source.keySha256 : change.key;
  const context = { ...call.context, source: { ...source, topic, cluster, keySha256 } };
  const open = encodeAuditEvent({ kind: 'call', call: { ...call, context } }, Buffer);
  return Buffer.from(`${open.writtenText()},"integrity":{"prev":"${'f'.repeat(64)}"}}`);
}

function lineText(line: Buffer): LineText {
  const lines = new LineText(Buffer.concat([line, Buffer.from('\n')]));
  expect(lines.moveTo(0)).toBe(true);
  return lines;
}
