import { createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type AuditDigest, StorageError } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { publicKeyFiles } from '../../src/integrity/key-files.ts';
import { parseDigest } from '../../src/integrity/parse-digest.ts';
import { isSignedBy } from '../../src/integrity/signed-digest.ts';
import { publicKeys } from '../../src/integrity/signing-key.ts';
import { openSink, TestDirectory, until } from '../sink-fixture.ts';

describe('the digests of a sink', () => {
  it('open an epoch before its first segment, and close it behind the last', async () => {
    using directory = new TestDirectory();
    const { sink } = await openSink({ dataDir: directory.path });
    sink.reserve();
    await sink.append({ kind: 'call', call: sampleCall() });
    await sink.close(10_000);
    const digests = storedDigests(directory.path);
    expect(digests).toMatchObject([
      { number: 1, closing: false, segments: [] },
      { number: 2, closing: true, segments: [{ first_seq: 1, last_seq: 1 }] },
    ]);
    const [listed] = digests[1]?.segments ?? [];
    expect(existsSync(join(directory.path, 'audit', listed?.key ?? ''))).toBe(true);
    expect(sink.status().lastDigest).toMatchObject({ segments: 1, isShipped: true });
  });

  it('are signed by the key of data_dir, which the log names with its public part', async () => {
    using directory = new TestDirectory();
    const { sink, log } = await openSink({ dataDir: directory.path });
    await sink.close(10_000);
    const line = log.lines.find(({ event }) => event === 'audit.signing_key');
    const der = Buffer.from(String(line?.fields['public_key']), 'base64');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const [published] = publicKeyFiles(directory.path);
    expect(publicKeys(readFileSync(published ?? '', 'utf8'), 'test')[0]?.equals(key)).toBe(true);
    for (const file of digestFiles(directory.path)) {
      expect(isSignedBy(readFileSync(file), key)).toBe(true);
    }
    const heads = log.lines.filter(({ event }) => event === 'audit.digest');
    expect(heads).toHaveLength(2);
  });

  it('come at every interval, also when nothing happened', async () => {
    using directory = new TestDirectory();
    const { sink, log } = await openSink({
      dataDir: directory.path,
      digest: { intervalMs: 20, signingKeyFile: undefined },
    });
    await until(() => log.count('audit.digest') >= 4);
    await sink.close(10_000);
    const digests = storedDigests(directory.path);
    expect(digests.map(({ number }) => number)).toEqual(digests.map((_, index) => index + 1));
  });

  it('refuse a signing key that is none, naming file and remedy', async () => {
    using directory = new TestDirectory();
    const signingKeyFile = new URL(import.meta.url).pathname;
    const opened = openSink({
      dataDir: directory.path,
      digest: { intervalMs: 1000, signingKeyFile },
    });
    await expect(opened).rejects.toThrow(StorageError);
    await expect(opened).rejects.toThrow(/signed-trail.*Ed25519 keys in PEM.*openssl genpkey/);
  });
});

function storedDigests(dataDir: string): readonly AuditDigest[] {
  return digestFiles(dataDir).flatMap((file) => parseDigest(readFileSync(file)) ?? []);
}

function digestFiles(dataDir: string): readonly string[] {
  const folder = join(dataDir, 'audit/audit/v1/digests/node=netscope-0');
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name));
}
