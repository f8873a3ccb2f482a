import { type AuditExcerpt, type CallExcerpts, encodeAuditEvent } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { DoneLines } from '../../src/journal/done-lines.ts';
import { readRecordEvent } from '../../src/journal/read-record-event.ts';
import { LineText } from '../../src/spool/line-text.ts';
import { GroupNames, isNextCall, quickFacts } from '../../src/spool/quick-line.ts';

const PLACE = { epoch: '000000000001ab12', seq: 77, prev: 'a'.repeat(64) };

/** A body whose fields, and whose texts, are those of an event. */
const MIMIC = {
  event_type: 'request.quarantined',
  timestamp: '2020-01-01T00:00:00.000Z',
  route_group: 'other',
  source: {
    cluster: 'x',
    topic: 'x',
    partition: 9,
    offset: '999',
    timestamp: '2020-01-01T00:00:00Z',
  },
  outcome: 'aborted',
  attempts: [{}],
  integrity: { node: 'x', epoch: '000000000009ab12', seq: 1, prev: 'b'.repeat(64) },
  text: '","source":{"offset":"999"},"integrity":{"node":"x","epoch":"000000000009ab12","seq":1}}\n',
};

const mimic: AuditExcerpt = {
  json: Buffer.from(JSON.stringify({ a: MIMIC, ...MIMIC })),
  omitted: 0,
  unread: undefined,
};
const side = { body: mimic, headers: mimic };

function lineOf(excerpts: CallExcerpts | undefined): Buffer {
  const event = { kind: 'call', call: sampleCall(), excerpts } as const;
  const { epoch, seq, prev } = PLACE;
  const end = `,"integrity":{"node":"n","epoch":"${epoch}","seq":${seq},"prev":"${prev}"}}`;
  return Buffer.from(`${encodeAuditEvent(event, Buffer).writtenText()}${end}`);
}

function toldBy(line: Buffer) {
  const text = new LineText(Buffer.concat([line, Buffer.from('\n')]));
  expect(text.moveTo(0)).toBe(true);
  const groups = new GroupNames();
  return {
    quick: quickFacts(line),
    isNext: isNextCall(text, PLACE),
    groups: groups.takeFrom(text) && groups.sorted(),
    done: new DoneLines().read(text),
    record: readRecordEvent(line, () => false),
  };
}

test('what a route shows of bodies passes for no field of the event that recovery reads', () => {
  const plain = toldBy(lineOf(undefined));
  expect(plain).toMatchObject({ isNext: true, groups: ['partner'], quick: PLACE });
  expect(plain.done).toBeDefined();
  expect(toldBy(lineOf({ request: side, response: side }))).toEqual(plain);
  expect(toldBy(lineOf({ request: side, response: undefined }))).toEqual(plain);
});
