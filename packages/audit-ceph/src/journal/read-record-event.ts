import type { OffsetMapPlace } from '@netscope/domain';

import { timestampMs } from '../spool/timestamp-ms.ts';
import type { RecordEvent } from './journal-entries.ts';

const SOURCE = '"source":';
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
  const quick = readSource(parse(quickSource(line, start + SOURCE.length)));
  if (quick !== undefined && isOver(quick, quick.offset)) return undefined;
  const event = parse(line.toString('utf8'));
  const source = readSource(fieldsOf(event['source']));
  const endedAtMs = timeOf(event['timestamp']);
  if (source === undefined || endedAtMs === undefined) return undefined;
  const isDone = FINAL.has(event['event_type']);
  if (!isDone && event['event_type'] !== 'request.failed') return undefined;
  if (isOver(source, source.offset)) return undefined;
  const latencyMs = numberOf(fieldsOf(event['upstream'])['latency_ms']) ?? 0;
  return { ...source, isDone, spent: spentOf(event), beganAtMs: endedAtMs - latencyMs, endedAtMs };
}

function quickSource(line: Buffer, start: number): string {
  // The object holds texts only, so it ends with its first brace, unless a name has one.
  return line.toString('utf8', start, line.indexOf('}', start) + 1);
}

type Source = OffsetMapPlace & Pick<RecordEvent, 'offset' | 'timestampMs' | 'keySha256'>;

function readSource(fields: Fields): Source | undefined {
  const { cluster, group, topic, partition, offset: digits, key_sha256: keySha256 } = fields;
  if (typeof cluster !== 'string' || typeof group !== 'string') return undefined;
  if (typeof topic !== 'string' || typeof partition !== 'number') return undefined;
  const offset = typeof digits === 'string' ? Number(digits) : Number.NaN;
  const stampedAtMs = timeOf(fields['timestamp']);
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
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? timestampMs(value) : undefined;
}
