import { sampleCall } from '@netscope/test-support';
import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Recovered, recoverSpool } from '../../src/spool/recover-spool.ts';
import { SpoolPaths } from '../../src/spool/segment.ts';
import type { MemoryFiles } from '../memory-files.ts';
import { EPOCH, WriterFixture } from '../writer-fixture.ts';

const paths = new SpoolPaths('/data');

describe('recoverSpool', () => {
  it('keeps every whole line, wherever the last write was cut, and drops at most the torn one', () => {
    const whole = writtenSpool(8);
    const path = paths.lines(`${EPOCH}-0000000001`);
    const bytes = whole.files.get(path)?.bytes ?? Buffer.alloc(0);
    const lineEnds = [...bytes.keys()].filter((index) => bytes[index] === 0x0a);
    assert(
      property(integer({ min: 0, max: bytes.length }), (cut) => {
        const files = writtenSpool(8);
        files.replace(path, bytes.subarray(0, cut));
        const kept = lineEnds.filter((end) => end < cut).length;
        const recovered = recover(files);
        expect(eventsIn(recovered)).toBe(kept);
        expect(recovered.quarantined).toEqual([]);
        const isTorn = cut > 0 && bytes[cut - 1] !== 0x0a;
        expect(recovered.tornLines).toBe(isTorn ? 1 : 0);
        expect(files.size(path) ?? 0).toBe(kept === 0 ? 0 : (lineEnds[kept - 1] ?? 0) + 1);
      }),
      { numRuns: 200 },
    );
  });

  it('takes nothing but whole lines for true when a power loss leaves zeros at the end', () => {
    const files = writtenSpool(3);
    const path = paths.lines(`${EPOCH}-0000000001`);
    const bytes = files.read(path);
    files.replace(path, Buffer.concat([bytes, Buffer.alloc(5000)]));
    expect(eventsIn(recover(files))).toBe(3);
    expect(files.size(path)).toBe(bytes.length);
  });

  it('sets a file aside in which any one bit was flipped, and goes on with the others', () => {
    const path = paths.lines(`${EPOCH}-0000000001`);
    const length = writtenSpool(3, 3).read(path).length;
    assert(
      property(integer({ min: 0, max: length * 8 - 1 }), (bit) => {
        const files = writtenSpool(3, 3);
        const bytes = files.read(path);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const recovered = recover(files);
        expect(recovered.quarantined).toHaveLength(1);
        expect(recovered.unsealed.map((segment) => segment.firstSeq)).toEqual([4]);
        expect(files.list('/data/spool/quarantine')).toEqual([`${EPOCH}-0000000001.jsonl`]);
      }),
      { numRuns: 300 },
    );
  });

  it('notices a flipped bit even in the very last line', () => {
    const files = writtenSpool(3);
    const path = paths.lines(`${EPOCH}-0000000001`);
    const bytes = files.read(path);
    const at = bytes.lastIndexOf('partner.example');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(recover(files).quarantined).toHaveLength(1);
  });

  it('comes to the same on a second pass', () => {
    const files = writtenSpool(4, 4);
    const path = paths.lines(`${EPOCH}-0000000002`);
    files.replace(path, files.read(path).subarray(0, -10));
    const first = recover(files);
    const second = recover(files);
    expect(second.unsealed).toEqual(first.unsealed);
    expect(second.head).toBe(first.head);
    expect(second.tornLines).toBe(0);
  });
});

function recover(files: MemoryFiles): Recovered {
  return recoverSpool({ paths, files, ledger: [], onLine: () => undefined });
}

function eventsIn(recovered: Recovered): number {
  return recovered.unsealed.reduce((sum, segment) => sum + segment.events, 0);
}

/** Files as a killed writer leaves them, with so many events in each. */
function writtenSpool(...counts: readonly number[]): MemoryFiles {
  const fixture = new WriterFixture();
  counts.forEach((count, file) => {
    for (let index = 0; index < count; index += 1) {
      // Another hour makes another file.
      void fixture.append(sampleCall({ timestampMs: file * 3_600_000 + index, offset: index }));
    }
  });
  fixture.writer.turn();
  return fixture.files;
}
