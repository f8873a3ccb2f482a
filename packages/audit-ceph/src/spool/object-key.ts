import { isoTimestamp } from '@netscope/domain/plain';

import type { SegmentFacts, SpoolIdentity } from './segment.ts';

/** Every object of the trail is below this. */
export const TRAIL_PREFIX = 'audit/v1/';
/** Segments; in the order of their keys they are in the order of their hours. */
export const EVENTS_PREFIX = `${TRAIL_PREFIX}dt=`;
export const DIGESTS_PREFIX = `${TRAIL_PREFIX}digests/`;

/**
 * The key of a segment's object. Day and hour come from its first event and never from the time of
 * upload, so that a repeat writes the same key.
 */
export function objectKey(segment: SegmentFacts, { node, service }: SpoolIdentity): string {
  const time = isoTimestamp(segment.firstTimeMs);
  const dt = time.slice(0, time.indexOf('T'));
  const hour = time.slice(dt.length + 1, dt.length + 3);
  const range = `${seqDigits(segment.firstSeq)}-${seqDigits(segment.lastSeq)}`;
  return `${TRAIL_PREFIX}dt=${dt}/hour=${hour}/service=${keyPart(service)}/events-${keyPart(node)}-${segment.epoch}-${range}.jsonl.zst`;
}

/** The key of a node's digest; `number` counts the digests of an epoch. */
export function digestKey(digest: {
  readonly node: string;
  readonly epoch: string;
  readonly number: number;
}): string {
  const { node, epoch, number } = digest;
  return `${digestsPrefix(node)}${epoch}-${seqDigits(number)}.json`;
}

/** The digests of a node are below it, in the order in which they were made. */
export function digestsPrefix(node: string): string {
  return `${DIGESTS_PREFIX}node=${keyPart(node)}/`;
}

function seqDigits(seq: number): string {
  return String(seq).padStart(12, '0');
}

/** What is not plain in a file name and a URL becomes an underscore. */
export function keyPart(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, '_');
}
