import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { withFileLock } from './file-lock.ts';
import { withProgress } from './progress.ts';
import { runCommand } from './run-command.ts';

/** Apache Kafka's version; 4.4.0 does not resolve. */
const KAFKA_VERSION = '4.3.1';

const cache = path.resolve(import.meta.dirname, '../../../../.cache/kafka');
const folder = path.join(cache, KAFKA_VERSION);
const pom = path.join(import.meta.dirname, 'kafka-broker.pom.xml');

/** The class path of the broker; `undefined` before the jars were fetched. */
export function kafkaClassPath(): string | undefined {
  return existsSync(folder) ? path.join(folder, '*') : undefined;
}

/**
 * Fetches the jars (35 MB) into the checkout's cache, once for all test runs.
 * @throws {Error} with Maven's own words.
 */
export async function fetchKafkaJars(): Promise<void> {
  await withFileLock(path.join(cache, 'fetch.lock'), async () => {
    if (existsSync(folder)) return;
    await withProgress(`fetching Apache Kafka ${KAFKA_VERSION} with Maven (35 MB)`, fetchInto);
  });
}

/** Into a folder beside it that then takes its name, so that half a download is never used. */
async function fetchInto(): Promise<void> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await runCommand('mvn', [
    '-B',
    '-q',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${partial}`,
    `-Dkafka.version=${KAFKA_VERSION}`,
  ]);
  await rename(partial, folder);
}
