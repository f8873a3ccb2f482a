import { timestampMs } from '../spool/timestamp-ms.ts';

/** What the key of an event object says. */
export interface EventKey {
  /** UTC, ms since the epoch. */
  readonly hourStartMs: number;
  /** As keys write it: what is not plain is an underscore. */
  readonly service: string;
  readonly node: string;
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What the key of a digest says. */
export interface DigestKey {
  readonly node: string;
  readonly epoch: string;
  readonly number: number;
}

const EVENTS =
  /^audit\/v1\/dt=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/service=([^/]+)\/events-([^/]+)-(\d{12}[0-9a-f]{4})-(\d{12,})-(\d{12,})\.jsonl\.zst$/;
const DIGEST = /^audit\/v1\/digests\/node=([^/]+)\/(\d{12}[0-9a-f]{4})-(\d{12,})\.json$/;

/** `undefined` for a key that no node writes. */
export function parseEventKey(key: string): EventKey | undefined {
  const [, day, hour, service, node, epoch, firstSeq, lastSeq] = EVENTS.exec(key) ?? [];
  if (day === undefined || service === undefined || node === undefined || epoch === undefined) {
    return undefined;
  }
  const hourStartMs = timestampMs(`${day}T${hour}:00:00.000Z`);
  if (hourStartMs === undefined) return undefined;
  return {
    hourStartMs,
    service,
    node,
    epoch,
    firstSeq: Number(firstSeq),
    lastSeq: Number(lastSeq),
  };
}

/** `undefined` for a key that no node writes. */
export function parseDigestKey(key: string): DigestKey | undefined {
  const [, node, epoch, number] = DIGEST.exec(key) ?? [];
  if (node === undefined || epoch === undefined) return undefined;
  return { node, epoch, number: Number(number) };
}
