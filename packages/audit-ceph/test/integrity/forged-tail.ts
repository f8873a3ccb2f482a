import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { type EventKey, parseEventKey } from '../../src/reader/trail-keys.ts';
import { lineHash } from '../../src/spool/hash-chain.ts';

export interface ForgedObject {
  readonly key: string;
  readonly body: Buffer;
}

const EVENTS = 2;

/**
 * What anybody who may write to the store can make without a key: an object of events that never
 * happened, chained to the last line of another.
 */
export function forgedBehind(
  [key, body]: readonly [string, Buffer],
  lie: { readonly timestamp: string; readonly epoch?: string },
): ForgedObject {
  const place = placeOf(key);
  const last = zstdDecompressSync(body).toString('utf8').split('\n').at(-2) ?? '';
  const epoch = lie.epoch ?? place.epoch;
  const firstSeq = lie.epoch === undefined ? place.lastSeq + 1 : 1;
  const lines: string[] = [];
  for (let seq = firstSeq; seq < firstSeq + EVENTS; seq += 1) {
    const prev = lineHash(Buffer.from(lines.at(-1) ?? last));
    const integrity = { node: place.node, epoch, seq, prev };
    const { timestamp } = lie;
    lines.push(
      JSON.stringify({ event_version: '1.0', event_type: 'system.started', timestamp, integrity }),
    );
  }
  const hour = `dt=${lie.timestamp.slice(0, 10)}/hour=${lie.timestamp.slice(11, 13)}`;
  const range = [firstSeq, firstSeq + EVENTS - 1].map((seq) => String(seq).padStart(12, '0'));
  const name = `events-${place.node}-${epoch}-${range.join('-')}.jsonl.zst`;
  return {
    key: `audit/v1/${hour}/service=${place.service}/${name}`,
    body: zstdCompressSync(lines.map((line) => `${line}\n`).join('')),
  };
}

/** The last object of each epoch of each node. */
export function lastOfEpochs(
  objects: ReadonlyMap<string, Buffer>,
): readonly (readonly [string, Buffer])[] {
  const lastByEpoch = new Map<string, readonly [string, Buffer]>();
  for (const object of objects) {
    const place = parseEventKey(object[0]);
    if (place === undefined) continue;
    const name = `${place.node} ${place.epoch}`;
    const known = lastByEpoch.get(name)?.[0];
    if (known === undefined || placeOf(known).lastSeq < place.lastSeq)
      lastByEpoch.set(name, object);
  }
  return [...lastByEpoch.values()];
}

/** The epoch of an object's node that is so much later. */
export function epochBehind(key: string, lives: number): string {
  const number = Number(placeOf(key).epoch.slice(0, 12)) + lives;
  return `${String(number).padStart(12, '0')}abcd`;
}

function placeOf(key: string): EventKey {
  const place = parseEventKey(key);
  if (place === undefined) throw new Error(`${key} holds no events`);
  return place;
}
