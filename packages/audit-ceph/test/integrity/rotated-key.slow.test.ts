import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { sampleCall } from '@netscope/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { DirectoryObjectStore } from '../../src/index.ts';
import { type Finding, publicKeyFiles, verifyTrail } from '../../src/reader.ts';
import { openSink, TestDirectory, until } from '../sink-fixture.ts';
import { testKeyPem } from '../test-key.ts';

const { signal } = new AbortController();
let directory: TestDirectory;
let file: string;

beforeEach(() => {
  directory = new TestDirectory();
  file = join(directory.path, 'signing.pem');
  writeFileSync(file, testKeyPem());
});

afterEach(() => directory[Symbol.dispose]());

test('a signing key that is replaced while the sink lives is taken, and trusted through the one before', async () => {
  const former = createPublicKey(readFileSync(file));
  const { sink, log } = await open();
  const keyId = () => log.lines.findLast(({ event }) => event === 'audit.digest')?.fields.key_id;
  await append(sink);
  const before = keyId();
  writeFileSync(file, testKeyPem());
  await until(() => keyId() !== before);
  await append(sink);
  rmSync(file);
  await until(() => log.count('audit.signing_key_unusable') > 0);
  await append(sink);
  await sink.close(10_000);
  expect(log.count('audit.signing_key')).toBe(2);
  expect(await check([former])).toEqual({ isSound: true, findings: [] });
  const published = publicKeyFiles(directory.path).map((name) =>
    createPublicKey(readFileSync(name)),
  );
  expect(published).toHaveLength(2);
  const present = published.find((key) => !key.equals(former));
  const alone = await check(present === undefined ? [] : [present]);
  expect(alone.isSound).toBe(false);
});

function open() {
  return openSink({
    dataDir: directory.path,
    digest: { intervalMs: 300, signingKeyFile: file },
  });
}

async function append(sink: Awaited<ReturnType<typeof open>>['sink']): Promise<void> {
  sink.reserve();
  await sink.append({ kind: 'call', call: sampleCall() });
  sink.seal();
}

async function check(keys: readonly KeyObject[]) {
  const findings: Finding[] = [];
  const { isSound } = await verifyTrail(
    {
      store: new DirectoryObjectStore(join(directory.path, 'audit')),
      range: { fromMs: undefined, toMs: undefined },
      keys,
      heads: [],
      nowMs: Date.now(),
      onFinding: (finding) => void findings.push(finding),
      onProgress: () => undefined,
    },
    signal,
  );
  return { isSound, findings };
}
