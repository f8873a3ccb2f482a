import { spawn, spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';

import { SeededRandom, waitUntil } from '@netscope/test-support';
import { isMissing, type RealRgw, sharedRgw } from '@netscope/test-support/services';
import { beforeAll, describe, expect, it } from 'vitest';

import { presentKeyFiles, readKeyFile } from '../../src/encryption/key-file.ts';
import {
  type Finding,
  FieldOpener,
  publicKeyFiles,
  TrailSearch,
  verifyTrail,
} from '../../src/reader.ts';
import { S3ObjectStore } from '../../src/s3-object-store.ts';
import { lackingPython, PYTHON } from '../integrity/python.ts';
import { openSink, TestDirectory } from '../sink-fixture.ts';
import { flawIn, parseLines } from '../trail.ts';
import { MARKER } from './marked-call.ts';

const LIVES = 4;
const VERIFIER = new URL('../../../../docs/verify_trail.py', import.meta.url).pathname;
const OPEN = { fromMs: undefined, toMs: undefined };
const { signal } = new AbortController();
const isRgwMissing = await isMissing('rgw');
const lacking = lackingPython();
if (lacking !== undefined && process.env['CI'] === 'true') throw new Error(lacking);
let rgw: RealRgw;

describe.skipIf(isRgwMissing || lacking !== undefined)(
  `a trail with encrypted fields on a real RGW, whose process is killed${lacking ?? ''}`,
  () => {
    beforeAll(async () => {
      rgw = await sharedRgw();
    }, 180_000);

    it('holds nothing in clear, is sound for both verifiers, and is erased by its key file', async () => {
      using directory = new TestDirectory();
      const dataDir = join(directory.path, 'data');
      const keys = join(directory.path, 'keys');
      mkdirSync(keys);
      const keyFile = join(keys, 'audit-{date}.key');
      const bucket = `netscope-encrypted-${process.pid}`;
      await rgw.createBucket(bucket, { versioned: true });
      const place = { ...rgw.address, region: rgw.region, bucket };
      const acknowledged = await live({ dataDir, keyFile, place });
      const store = new S3ObjectStore(place);
      const { sink } = await openSink({ dataDir, store, storeKind: 'rgw' });
      await sink.close(60_000);
      expect(sink.status()).toMatchObject({ backlogEvents: 0, quarantinedSegments: 0 });

      const copy = join(directory.path, 'copy');
      const lines = await download(bucket, copy);
      expect(filesWithMarker(directory.path)).toEqual([]);
      expect(flawIn(parseLines(lines.join('')))).toBeUndefined();

      const opened = await read(place, keyFile);
      expect(opened.tally).toMatchObject({ locked: 0, refused: 0 });
      const kept = new Set(opened.keys);
      expect(opened.keys.length).toBe(kept.size);
      expect(acknowledged.length).toBeGreaterThan(20);
      expect(acknowledged.filter((id) => !kept.has(`${MARKER}-${id}`))).toEqual([]);
      expect(openedByStranger(lines, keyFile)).toEqual(opened.keys);
      expect(await verify(place, dataDir)).toEqual({ isSound: true, findings: [] });
      expect(verifiedByStranger(copy, dataDir)).toBe('sound\n');

      for (const file of presentKeyFiles(keyFile)) rmSync(file);
      const erased = await read(place, keyFile);
      expect(erased.tally).toMatchObject({ events: opened.keys.length, refused: 0 });
      expect(erased.tally.locked).toBe(opened.keys.length);
      expect(new Set(erased.keys)).toEqual(new Set(['encrypted']));
      expect(await verify(place, dataDir)).toEqual({ isSound: true, findings: [] });
      expect(verifiedByStranger(copy, dataDir)).toBe('sound\n');
    }, 120_000);
  },
);

/** Lives that are killed; after each, no file of the spool holds what is private. */
async function live(facts: {
  readonly dataDir: string;
  readonly keyFile: string;
  readonly place: object;
}): Promise<readonly string[]> {
  const { dataDir, keyFile, place } = facts;
  const random = new SeededRandom(24);
  const acknowledged: string[] = [];
  for (let life = 0; life < LIVES; life += 1) {
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, 'encrypted-crash-child.ts'),
        dataDir,
        `life${life}`,
        JSON.stringify(place),
        keyFile,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const closed = once(child, 'close');
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await waitUntil(() => output.includes('ack'), { what: 'an event to be acknowledged' });
    await sleep(random.float() * 500);
    child.kill('SIGKILL');
    await closed;
    acknowledged.push(...[...output.matchAll(/^ack (\S+)$/gm)].map((match) => match[1] ?? ''));
    expect(filesWithMarker(dataDir)).toEqual([]);
  }
  return acknowledged;
}

/** Files below a folder that hold what is private, packed ones unpacked. */
function filesWithMarker(root: string): readonly string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(root, name)).filter((file) => statSync(file).isFile());
  expect(files.length).toBeGreaterThan(0);
  return files.filter((file) => {
    const bytes = readFileSync(file);
    return bytes.includes(MARKER) || (file.endsWith('.zst') && unpacked(bytes).includes(MARKER));
  });
}

function unpacked(bytes: Buffer): Buffer {
  try {
    return zstdDecompressSync(bytes);
  } catch {
    // Half written when the process was killed.
    return Buffer.alloc(0);
  }
}

/** Copies every object to a folder; answers the lines. */
async function download(bucket: string, folder: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const key of await rgw.listKeys(bucket, 'audit/v1/')) {
    const object = await rgw.getObject(bucket, key);
    const file = join(folder, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, object);
    if (key.endsWith('.zst')) lines.push(zstdDecompressSync(object).toString('utf8'));
  }
  return lines;
}

async function read(place: ConstructorParameters<typeof S3ObjectStore>[0], keyFile: string) {
  const opener = new FieldOpener(presentKeyFiles(keyFile).map((file) => readKeyFile(file)));
  const search = new TrailSearch(
    { range: OPEN, service: undefined, filter: {} },
    {
      store: new S3ObjectStore(place),
      opener,
      onRefused: () => undefined,
      onProgress: () => undefined,
    },
  );
  const keys: unknown[] = [];
  for await (const { event } of search.events(signal)) keys.push(event['idempotency_key']);
  return { keys, tally: search.tally };
}

async function verify(place: ConstructorParameters<typeof S3ObjectStore>[0], dataDir: string) {
  const findings: Finding[] = [];
  const { isSound } = await verifyTrail(
    {
      store: new S3ObjectStore(place),
      range: OPEN,
      keys: publicKeyFiles(dataDir).map((file) => createPublicKey(readFileSync(file))),
      heads: [],
      nowMs: Date.now(),
      onFinding: (finding) => void findings.push(finding),
      onProgress: () => undefined,
    },
    signal,
  );
  return { isSound, findings };
}

function verifiedByStranger(store: string, dataDir: string): string {
  const keys = publicKeyFiles(dataDir).flatMap((file) => ['--public-key', file]);
  const { stdout, stderr } = spawnSync(PYTHON, [VERIFIER, store, ...keys], { encoding: 'utf8' });
  return stdout + stderr;
}

/** The idempotency keys that another program opens, in the order of the lines. */
function openedByStranger(lines: readonly string[], keyFile: string): readonly unknown[] {
  const [file = ''] = presentKeyFiles(keyFile);
  const script = join(import.meta.dirname, 'open_fields.py');
  const { stdout, stderr } = spawnSync(PYTHON, [script, file], {
    input: lines.join(''),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stderr !== '') throw new Error(stderr);
  const parts = stdout.split('\n').slice(0, -1);
  return parts.map((part): unknown => JSON.parse(part).idempotency_key);
}
