import { mkdirSync, readdirSync, rmSync } from 'node:fs';

import { ConfigError } from '@netscope/domain';
import { ManualClock, RecordingLog, sampleTimeout, waitUntil } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { FieldEncryption } from '../../src/encryption/field-encryption.ts';
import { EncryptedSpool } from './encrypted-spool.ts';

const DAY_MS = 86_400_000;
const LOOK_MS = 10_000;

describe('the key of encryption', () => {
  it('makes one data key for each day, also where days are written in turn', () => {
    using encrypted = new EncryptedSpool();
    const startMs = encrypted.clock.wallMs();
    for (const day of [0, 0, 1, 0, 1, 2]) append(encrypted, startMs + day * DAY_MS);
    encrypted.spool.close();
    const members = encrypted.lines().map((line) => JSON.parse(line).encrypted);
    expect(members.map(({ day }) => day)).toEqual([
      '2026-02-20',
      '2026-02-20',
      '2026-02-21',
      '2026-02-20',
      '2026-02-21',
      '2026-02-22',
    ]);
    expect(new Set(members.map(({ data_key: key }) => key)).size).toBe(3);
    expect(states(encrypted)).toEqual(['opened']);
  });

  it('is taken anew without a restart, and what was written before opens with the old one', async () => {
    using encrypted = new EncryptedSpool();
    const before = encrypted.key();
    append(encrypted);
    const after = encrypted.writeKey('key', '77');
    await look(encrypted);
    append(encrypted);
    encrypted.spool.close();
    expect(encrypted.read(before).map(({ state }) => state)).toEqual(['opened', 'locked']);
    expect(encrypted.read(after).map(({ state }) => state)).toEqual(['locked', 'opened']);
    expect(encrypted.read(after, before).map(({ state }) => state)).toEqual(['opened', 'opened']);
    const ids = encrypted.log.lines.map(({ fields }) => fields?.key_id);
    expect(ids).toEqual([before.id, after.id]);
  });

  it('that vanishes goes on in memory and is told, until it is back', async () => {
    using encrypted = new EncryptedSpool();
    const key = encrypted.key();
    rmSync(encrypted.path('key'));
    await look(encrypted);
    expect(encrypted.troubles.at(-1)).toMatch(
      /key, which cannot be used \(ENOENT\); the key in memory/,
    );
    append(encrypted);
    encrypted.writeKey('key', '9f');
    await look(encrypted);
    expect(encrypted.troubles.at(-1)).toBeUndefined();
    encrypted.spool.close();
    expect(encrypted.read(key).map(({ state }) => state)).toEqual(['opened']);
  });

  it('is refused at the start where there is none, by path, with what would be right', () => {
    const edges = {
      node: 'n',
      epoch: 'e',
      clock: new ManualClock(),
      timers: new ManualClock(),
      log: new RecordingLog(),
      onTrouble: () => undefined,
    };
    const keyFiles = ['/nowhere/key'];
    const open = () => FieldEncryption.open({ keyFiles, fields: ['idempotency_key'] }, edges);
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(/\/nowhere\/key, which cannot be used \(ENOENT\).*openssl rand -hex 32/);
    expect(FieldEncryption.open({ keyFiles, fields: [] }, edges)).toBeUndefined();
    expect(FieldEncryption.open({ keyFiles: [], fields: [] }, edges)).toBeUndefined();
  });
});

describe('a key file for each day', () => {
  const name = 'day-{date}.key';

  it('is made when its day comes, and erases that day alone when it is destroyed', () => {
    using encrypted = new EncryptedSpool({ name });
    const startMs = encrypted.clock.wallMs();
    for (const day of [0, 1, 2]) append(encrypted, startMs + day * DAY_MS);
    encrypted.spool.close();
    const files = readdirSync(encrypted.folder.path).toSorted();
    expect(files).toEqual(['day-2026-02-20.key', 'day-2026-02-21.key', 'day-2026-02-22.key']);
    rmSync(encrypted.path('day-2026-02-21.key'));
    const left = files.filter((file) => !file.includes('-21')).map((file) => encrypted.key(file));
    expect(encrypted.read(...left)).toMatchObject([
      { state: 'opened' },
      { state: 'locked', day: '2026-02-21' },
      { state: 'opened' },
    ]);
  });

  it('that is destroyed while its day lasts is made anew for the rest of the day', async () => {
    using encrypted = new EncryptedSpool({ name });
    append(encrypted);
    rmSync(encrypted.path('day-2026-02-20.key'));
    await look(encrypted);
    append(encrypted);
    encrypted.spool.close();
    const key = encrypted.key('day-2026-02-20.key');
    expect(encrypted.read(key).map(({ state }) => state)).toEqual(['locked', 'opened']);
  });

  it('that cannot be used leaves the key of the day before in use, and is told', () => {
    using encrypted = new EncryptedSpool({ name });
    append(encrypted);
    mkdirSync(encrypted.path('day-2026-02-21.key'));
    append(encrypted, encrypted.clock.wallMs() + DAY_MS);
    encrypted.spool.close();
    expect(encrypted.troubles).toEqual([
      undefined,
      expect.stringMatching(/day-2026-02-21\.key, which cannot be used \(EISDIR\)/),
    ]);
    const key = encrypted.key('day-2026-02-20.key');
    expect(encrypted.read(key).map(({ state }) => state)).toEqual(['opened', 'opened']);
  });
});

function append({ spool, clock }: EncryptedSpool, timestampMs = clock.wallMs()): void {
  void spool.append(sampleTimeout({ timestampMs }));
}

function states(encrypted: EncryptedSpool): readonly string[] {
  return [...new Set(encrypted.read(encrypted.key()).map(({ state }) => state))];
}

/** The next look at the key file, to its end: that sets the timer of the one after. */
async function look(encrypted: EncryptedSpool): Promise<void> {
  encrypted.clock.advance(LOOK_MS);
  await waitUntil(() => encrypted.clock.pendingTimers === 1, { what: 'the look to end' });
}
