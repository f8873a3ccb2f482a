import { writeSync } from 'node:fs';

import { sampleCall } from '@netscope/test-support';

import { openSink } from './sink-fixture.ts';

/**
 * A process that appends for ever and tells, on its standard output, each event that was
 * acknowledged. It is made to be killed. Arguments: data directory, name of this life.
 */
const [dataDir = '', life = ''] = process.argv.slice(2);
const { sink } = await openSink({
  dataDir,
  segment: { bytesMax: 100_000, ageMaxMs: 100, zstdLevel: 1 },
});

say(`epoch ${sink.status().epoch} ${sink.previousEpoch ?? 'first'}\n`);
for (let from = 0; ; from += 20) {
  const batch = Array.from({ length: 20 }, (_, index) => append(`${life}-${from + index}`));
  await Promise.all(batch);
}

async function append(requestId: string): Promise<void> {
  await sink.append({ kind: 'call', call: sampleCall({ requestId }) });
  say(`ack ${requestId}\n`);
}

/** In one piece, and before anything else happens; a full pipe is waited for. */
function say(text: string): void {
  for (;;) {
    try {
      writeSync(1, text);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
