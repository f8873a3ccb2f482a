import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import { callLine } from '@netscope/test-support';

const EPOCH = '000000000001ab12';
/** As many as a segment of 8 MiB holds of events of 1.8 KB. */
const EVENTS_EACH = 4600;
const FIRST_MS = Date.UTC(2026, 10, 1);
const SEQ_DIGITS = 12;

/**
 * Writes a trail of events of 1.8 KB, one each 50 ms, over as many days as that takes; every 20th
 * call failed. Answers with the bytes of its lines.
 */
export function writeLargeTrail(root: string, events: number): number {
  let bytes = 0;
  for (let first = 1, ms = FIRST_MS; first <= events;) {
    const hourEndMs = ms + 3_600_000 - (ms % 3_600_000);
    const many = Math.min(EVENTS_EACH, events - first + 1, Math.ceil((hourEndMs - ms) / 50));
    const lines = Buffer.from(textOf(first, { ms, many }));
    const [day, time = ''] = new Date(ms).toISOString().split('T');
    const [from, to] = [first, first + many - 1].map((seq) =>
      String(seq).padStart(SEQ_DIGITS, '0'),
    );
    const folder = join(root, `audit/v1/dt=${day}/hour=${time.slice(0, 2)}/service=shop`);
    mkdirSync(folder, { recursive: true });
    const name = `events-n-${EPOCH}-${from}-${to}.jsonl.zst`;
    writeFileSync(join(folder, name), zstdCompressSync(lines));
    bytes += lines.length;
    first += many;
    ms += many * 50;
  }
  return bytes;
}

function textOf(first: number, { ms, many }: { readonly ms: number; readonly many: number }) {
  let text = '';
  for (let index = 0; index < many; index += 1) {
    const seq = first + index;
    const line = callLine({
      at: new Date(ms + index * 50).toISOString(),
      request: seq,
      status: seq % 20 === 0 ? 503 : 200,
      latencyMs: 5 + (seq % 1000),
      upstream: `upstream-${seq % 7}`,
      attempts: seq % 20 === 0 ? 2 : 1,
    });
    const integrity = { node: 'n', epoch: EPOCH, seq, prev: PREV };
    text += `${JSON.stringify({ event_version: '1.0', ...line, padding: PADDING, integrity })}\n`;
  }
  return text;
}

const PREV = '0'.repeat(64);
/** Brings an event to the size of a real one. */
const PADDING = 'x'.repeat(430);
