import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import { sampleTimeout } from '@netscope/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type EncryptionKey, parseKey } from '../../src/encryption/key-file.ts';
import { DirectoryObjectStore } from '../../src/index.ts';
import { type EventFilter, FieldOpener, TrailSearch } from '../../src/reader.ts';
import { EncryptedSpool } from '../encryption/encrypted-spool.ts';
import { EPOCH } from '../writer-fixture.ts';

const { signal } = new AbortController();
const TRACE = 'c'.repeat(32);
const encrypted = new EncryptedSpool({ fields: ['idempotency_key', 'result.error_message'] });
const root = encrypted.path('store');
let key: EncryptionKey;

beforeAll(() => {
  key = encrypted.key();
  for (const name of ['one', 'two', 'three']) {
    const call = sampleTimeout({ traceId: TRACE });
    void encrypted.spool.append({
      ...call,
      context: { ...call.context, idempotencyKey: `key-${name}` },
    });
  }
  encrypted.spool.close();
  store(encrypted.lines());
});

afterAll(() => encrypted[Symbol.dispose]());

describe('a search of a trail with encrypted fields', () => {
  it('finds by an encrypted field with its key, and gives the line with it in its place', async () => {
    const { found, tally, search } = await look({ idempotencyKey: 'key-two' }, [key]);
    expect(found.map((line) => JSON.parse(line))).toMatchObject([
      {
        idempotency_key: 'key-two',
        result: { error_message: 'no response within 1000 ms' },
        integrity: { seq: 2 },
      },
    ]);
    expect(found[0]).not.toContain('"encrypted"');
    expect(tally).toMatchObject({ events: 1, locked: 0, undecided: 0, refused: 0 });
    expect(search.lockedKeys).toEqual([]);
  });

  it('without the key never says that there is nothing: what could match is counted', async () => {
    for (const idempotencyKey of ['key-two', 'encrypted', 'absent']) {
      const { found, tally, search } = await look({ idempotencyKey }, []);
      expect(found).toEqual([]);
      expect(tally).toMatchObject({ events: 0, locked: 0, undecided: 3 });
      expect(search.lockedKeys).toEqual([
        {
          keyId: key.id,
          events: 3,
          fromDay: '2026-02-20',
          toDay: '2026-02-20',
          fields: ['idempotency_key', 'result.error_message'],
        },
      ]);
    }
  });

  it('without the key decides what needs none, and gives the lines as they were written', async () => {
    const { found, tally } = await look({ traceId: TRACE }, []);
    expect(found).toEqual(encrypted.lines());
    expect(tally).toMatchObject({ events: 3, locked: 3, undecided: 0, refused: 0 });
    const other = await look({ traceId: 'd'.repeat(32), idempotencyKey: 'key-two' }, []);
    expect(other.tally).toMatchObject({ events: 0, undecided: 0 });
  });

  it('names a line whose text does not open by its own key, and takes it for unread', async () => {
    const [first = '', ...others] = encrypted.lines();
    const member = JSON.parse(first).encrypted;
    const swapped = first.replace(member.text, JSON.parse(others[0] ?? '').encrypted.text);
    store([swapped, ...others]);
    const { found, tally, refused } = await look({}, [key]);
    store(encrypted.lines());
    expect(found).toHaveLength(3);
    expect(tally).toMatchObject({ events: 3, refused: 1 });
    expect(refused).toEqual([
      expect.stringMatching(/line 1: its text is damaged, or of another line: key [0-9a-f]{16}/),
    ]);
  });

  it('with another key is as without one', async () => {
    const other = parseKey('11'.repeat(32));
    const { tally } = await look({}, other === undefined ? [] : [other]);
    expect(tally).toMatchObject({ events: 3, locked: 3, refused: 0 });
  });
});

function store(lines: readonly string[]): void {
  const name = `events-netscope-0-${EPOCH}-000000000001-000000000003.jsonl.zst`;
  const file = join(root, 'audit/v1/dt=2026-02-20/hour=09/service=netscope', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zstdCompressSync(lines.map((line) => `${line}\n`).join('')));
}

async function look(filter: EventFilter, keys: readonly EncryptionKey[]) {
  const refused: string[] = [];
  const search = new TrailSearch(
    { range: { fromMs: undefined, toMs: undefined }, service: undefined, filter },
    {
      store: new DirectoryObjectStore(root),
      opener: new FieldOpener(keys),
      onRefused: (place, reason) => void refused.push(`${place}: ${reason}`),
      onProgress: () => undefined,
    },
  );
  const found: string[] = [];
  for await (const { line } of search.events(signal)) found.push(line.toString('utf8'));
  return { found, refused, search, tally: search.tally };
}
