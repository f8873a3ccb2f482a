import type { OffsetMapPlace } from '@netscope/domain';

import { timestampMs } from '../spool/timestamp-ms.ts';
import type { RecordEvent } from './journal-entries.ts';

const SOURCE = '"source":';
/** What of an event follows here is the larger part, and says nothing that is asked. */
const ATTEMPTS = ',"attempts":[';
/** As Kafka writes that a record has none. */
const NO_TIMESTAMP_MS = -1;
const FINAL: ReadonlySet<unknown> = new Set(['request.completed', 'request.quarantined']);

type Fields = Readonly<Record<string, unknown>>;

/**
 * What one line of the audit trail says of a record; `undefined` for a line about something else, and
 * for a record that `isOver` says is committed, which is found out without reading the whole line.
 */
export function readRecordEvent(
  line: Buffer,
  isOver: (place: OffsetMapPlace, offset: number) => boolean,
): RecordEvent | undefined {
  const start = line.indexOf(SOURCE);
  if (start < 0) return undefined;
  // No object is in it, so it ends with its first brace, unless a name has one.
  const end = line.indexOf('}', start) + 1;
  const quick = readSource(parse(line.toString('utf8', start + SOURCE.length, end)));
  if (quick !== undefined && isOver(quick, quick.offset)) return undefined;
  const event = (quick && quickEvent(line, start, end)) ?? parse(line.toString('utf8'));
  const source = quick ?? readSource(fieldsOf(event['source']));
  const isUnread = source === undefined || (quick === undefined && isOver(source, source.offset));
  return isUnread ? undefined : ended(source, event);
}

function ended(source: Source, event: Fields): RecordEvent | undefined {
  const endedAtMs = timeOf(event['timestamp']);
  const isDone = FINAL.has(event['event_type']);
  const isCall = isDone || event['event_type'] === 'request.failed';
  if (endedAtMs === undefined || !isCall) return undefined;
  const latencyMs = numberOf(fieldsOf(event['upstream'])['latency_ms']) ?? 0;
  return { ...source, isDone, spent: spentOf(event), beganAtMs: endedAtMs - latencyMs, endedAtMs };
}

/**
 * What is asked of an event of a call besides its source, which stands from `start` to `end`: a third
 * of the line is read. No text can hold the patterns, since its quotes would be escaped.
 */
function quickEvent(line: Buffer, start: number, end: number): Fields | undefined {
  const attempts = line.indexOf(ATTEMPTS, end);
  if (attempts < 0) return undefined;
  const before = line.toString('latin1', 0, start);
  return {
    ...parse(`{${line.toString('utf8', end + 1, attempts)}}}`),
    event_type: textIn(before, '"event_type":"'),
    timestamp: textIn(before, '"timestamp":"'),
    outcome: textIn(before, '"outcome":"'),
  };
}

function textIn(json: string, name: string): string | undefined {
  const start = json.indexOf(name) + name.length;
  return start < name.length ? undefined : json.slice(start, json.indexOf('"', start));
}

type Source = OffsetMapPlace & Pick<RecordEvent, 'offset' | 'timestampMs' | 'keySha256'>;

function readSource(fields: Fields): Source | undefined {
  const { cluster, group, topic, partition, offset: digits, key_sha256: keySha256 } = fields;
  if (typeof cluster !== 'string' || typeof group !== 'string') return undefined;
  if (typeof topic !== 'string' || typeof partition !== 'number') return undefined;
  const offset = typeof digits === 'string' ? Number(digits) : Number.NaN;
  const { timestamp } = fields;
  const stampedAtMs = timestamp === undefined ? NO_TIMESTAMP_MS : timeOf(timestamp);
  if (!Number.isSafeInteger(offset) || stampedAtMs === undefined) return undefined;
  return {
    cluster,
    group,
    topic,
    partition,
    offset,
    timestampMs: stampedAtMs,
    keySha256: typeof keySha256 === 'string' ? keySha256 : undefined,
  };
}

function spentOf(event: Fields): RecordEvent['spent'] {
  const status = numberOf(fieldsOf(event['upstream'])['status_code']);
  const sent = numberOf(fieldsOf(event['network'])['bytes_sent']) ?? 0;
  // A call that a drain cut off decides nothing: the record is called again.
  const isAnswerOpen = status === undefined && event['outcome'] !== 'aborted';
  return {
    tries: numberOf(fieldsOf(event['resilience'])['tries']) ?? 0,
    status,
    bytesLeft: isAnswerOpen && sent > 0,
  };
}

function parse(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Fields {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object has unknown fields
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? timestampMs(value) : undefined;
}
