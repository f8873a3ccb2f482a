import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

import { ConfigError, PRIVATE_FIELDS, type TimerHandle } from '@netscope/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { readKeyFile } from '../../src/encryption/key-file.ts';
import { FieldOpener } from '../../src/encryption/open-fields.ts';
import { openSink, RealTime, TestDirectory, until } from '../sink-fixture.ts';
import { MARKER, markedCall } from './marked-call.ts';

const LOOK_MS = 10_000;
let directory: TestDirectory;
let keyFile: string;

/** What is to come in 10 s comes at once. */
class HastyTime extends RealTime {
  override background(callback: () => void, delayMs: number): TimerHandle {
    return super.background(callback, delayMs === LOOK_MS ? 5 : delayMs);
  }
}

beforeEach(() => {
  directory = new TestDirectory();
  keyFile = join(directory.path, 'audit.key');
  writeFileSync(keyFile, '9f'.repeat(32), { mode: 0o600 });
});

afterEach(() => directory[Symbol.dispose]());

function open() {
  return openSink({
    dataDir: directory.path,
    timers: new HastyTime(),
    encryption: { keyFiles: [keyFile], fields: PRIVATE_FIELDS },
  });
}

test('a key file that is gone degrades the sink, which goes on encrypting, until it is back', async () => {
  const { sink } = await open();
  renameSync(keyFile, `${keyFile}.gone`);
  await until(() => sink.status().state === 'degraded');
  expect(sink.status().reason).toMatch(/audit\.key, which cannot be used \(ENOENT\)/);
  expect(sink.reserve()).toBe(true);
  await sink.append({ kind: 'call', call: markedCall('00000000-0000-4000-8000-000000000001') });
  renameSync(`${keyFile}.gone`, keyFile);
  await until(() => sink.status().state === 'up');
  await sink.close(10_000);
  const [line = ''] = storedText().split('\n');
  expect(line).not.toContain(MARKER);
  const opening = new FieldOpener([readKeyFile(keyFile)]).open(JSON.parse(line));
  expect(opening.state).toBe('opened');
  expect(JSON.stringify(opening.event)).toContain(MARKER);
});

test('a start without the key is refused, and leaves the spool as one that may be opened', async () => {
  renameSync(keyFile, `${keyFile}.gone`);
  await expect(open()).rejects.toThrow(ConfigError);
  renameSync(`${keyFile}.gone`, keyFile);
  const { sink } = await open();
  await sink.close(10_000);
});

function storedText(): string {
  const root = join(directory.path, 'audit');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const objects = names.filter((name) => name.endsWith('.jsonl.zst'));
  return objects
    .map((name) => zstdDecompressSync(readFileSync(join(root, name))).toString('utf8'))
    .join('');
}
