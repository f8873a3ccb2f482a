import { setTimeout as sleep } from 'node:timers/promises';

import { PRIVATE_FIELDS } from '@netscope/domain';

import { S3ObjectStore, type S3ObjectStoreOptions } from '../../src/s3.ts';
import { openSink } from '../sink-fixture.ts';
import { markedCall } from './marked-call.ts';

/**
 * A process that appends calls which tell of a person, encrypted, ships them to RGW, and tells on its
 * standard output what was acknowledged. It is made to be killed. Arguments: data directory, name of
 * this life, options of its store as JSON, key file.
 */
const [dataDir = '', life = '', place = '{}', keyFile = ''] = process.argv.slice(2);
const options: S3ObjectStoreOptions = JSON.parse(place);
const { sink } = await openSink({
  dataDir,
  store: new S3ObjectStore(options),
  storeKind: 'rgw',
  encryption: { keyFiles: [keyFile], fields: PRIVATE_FIELDS },
  segment: { bytesMax: 100_000, ageMaxMs: 100, zstdLevel: 1 },
});

for (let number = 0; ; number += 1) {
  const requestId = `${life}-${number}`;
  while (!sink.reserve()) await sleep(5);
  await sink.append({ kind: 'call', call: markedCall(requestId) });
  process.stdout.write(`ack ${requestId}\n`);
}
