import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

import { lineHash } from '../src/spool/hash-chain.ts';

/** One line as a test looks at it. */
export interface TrailLine {
  readonly text: string;
  readonly requestId: string | undefined;
  readonly epoch: string;
  readonly seq: number;
  readonly prev: string;
}

interface WireLine {
  readonly request_id?: string;
  readonly integrity: { readonly epoch: string; readonly seq: number; readonly prev: string };
}

/** Every line of the objects below a directory, in the order of their keys. */
export function storedLines(root: string): readonly TrailLine[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl.zst') && !name.startsWith('.'))
    .toSorted();
  return names.flatMap((name) =>
    parseLines(zstdDecompressSync(readFileSync(join(root, name))).toString('utf8')),
  );
}

/** Lines of a text that ends with a newline. */
export function parseLines(text: string): readonly TrailLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const event: WireLine = JSON.parse(line);
      return { text: line, requestId: event.request_id, ...event.integrity };
    });
}

/** The first thing that is wrong with a trail: a gap, a repeat, a broken chain. */
export function flawIn(lines: readonly TrailLine[]): string | undefined {
  let before: TrailLine | undefined;
  for (const line of lines.toSorted(byPlace)) {
    const isFirst = before?.epoch !== line.epoch;
    const expected = isFirst ? 1 : (before?.seq ?? 0) + 1;
    if (line.seq !== expected) return `${line.epoch}: ${line.seq} where ${expected} was due`;
    if (before !== undefined && line.prev !== lineHash(Buffer.from(before.text))) {
      return `${line.epoch}: ${line.seq} does not follow`;
    }
    before = line;
  }
  return undefined;
}

function byPlace(a: TrailLine, b: TrailLine): number {
  return a.epoch === b.epoch ? a.seq - b.seq : a.epoch < b.epoch ? -1 : 1;
}
