import { setTimeout as sleep } from 'node:timers/promises';

import { sampleCall } from '@netscope/test-support';

import { S3ObjectStore, type S3ObjectStoreOptions } from '../src/s3.ts';
import { openSink } from './sink-fixture.ts';

/**
 * A process that appends for as long as its spool has room, ships to RGW, and tells on its standard
 * output what was acknowledged. It is made to be killed. Arguments: data directory, name of this
 * life, options of its store as JSON.
 */
const [dataDir = '', life = '', place = '{}'] = process.argv.slice(2);
const options: S3ObjectStoreOptions = JSON.parse(place);
const { sink } = await openSink({
  dataDir,
  store: new S3ObjectStore(options),
  storeKind: 'rgw',
  spool: { bytesMax: 1_000_000, onFull: 'pause', syncMs: 5 },
  excerptsBytesMax: 0,
  segment: { bytesMax: 100_000, ageMaxMs: 100, zstdLevel: 1 },
});

for (let number = 0; ; number += 1) {
  const requestId = `${life}-${number}`;
  while (!sink.reserve()) await sleep(5);
  await sink.append({ kind: 'call', call: sampleCall({ requestId }) });
  process.stdout.write(`ack ${requestId}\n`);
}
