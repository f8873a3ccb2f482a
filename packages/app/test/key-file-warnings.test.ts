import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type Config, loadConfig } from '@netscope/config';
import { ConfigError } from '@netscope/domain';
import { ManualClock, realClock, realTimers, SeededRandom } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { AuditContext } from '../src/commands/audit/audit-context.ts';
import { fieldOpener, lockedNotes } from '../src/commands/audit/field-opener.ts';
import { keyFileWarnings } from '../src/key-file-warnings.ts';

const ROUTES = `
upstreams: { partner: { origin: "https://partner.example.net" } }
routes: [{ name: a, topics: [t], upstream: partner, request: { path: / } }]
`;
const KEY = '9f'.repeat(32);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'netscope-keys-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('key files of a configuration that is to encrypt', () => {
  test('are all there, or each that is missing or wrong is a fault with its path', () => {
    write('good.key', KEY);
    write('short.key', 'abc');
    const clock = new ManualClock();
    expect(keyFileWarnings(configWith('good.key, "day-{date}.key"'), clock)).toMatchObject([
      { path: 'audit.encryption.key_files.1', message: expect.stringContaining('stays encrypted') },
    ]);
    const check = () => keyFileWarnings(configWith('absent.key, short.key'), clock);
    expect(check).toThrow(ConfigError);
    expect(check).toThrow(/key_files\.0: found no file \S+absent\.key; expected a file with 32/);
    expect(check).toThrow(/key_files\.1: found \S+short\.key holds 3 characters/);
    expect(keyFileWarnings(configWith(''), clock)).toEqual([]);
  });
});

describe('the key of a configuration that is to sign', () => {
  test.each([
    ['is missing', 'absent.pem', 'cannot be read (ENOENT)'],
    ['is no key', 'good.key', 'holds no such key'],
    ['is of another kind', 'rsa.pem', 'holds no such key'],
  ])('is a fault beside the others where it %s', (_what, name, found) => {
    write('good.key', KEY);
    write('rsa.pem', pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey));
    const check = () =>
      keyFileWarnings(configWith('absent.key', `digest: { signing_key_file: ${name} }`), realClock);
    expect(check).toThrow(`audit.digest.signing_key_file: found ${path.join(folder, name)}, which`);
    expect(check).toThrow(found);
    expect(check).toThrow('audit.encryption.key_files.0: found no file');
  });

  test('is none where it can sign', () => {
    write('ours.pem', pemOf(generateKeyPairSync('ed25519').privateKey));
    const config = configWith('', 'digest: { signing_key_file: ours.pem }');
    expect(keyFileWarnings(config, realClock)).toEqual([]);
  });
});

describe('key files of a command that reads', () => {
  test('are those of the command line, else those of the configuration that can be read', () => {
    write('good.key', KEY);
    write('short.key', 'abc');
    const notes: string[] = [];
    fieldOpener(configWith('good.key, absent.key, short.key'), context({}, notes));
    expect(notes).toEqual([expect.stringContaining('this key file is passed over: ')]);
    const given = { 'key-file': ['good.key'] };
    notes.length = 0;
    fieldOpener(configWith('short.key'), context(given, notes));
    expect(notes).toEqual([]);
  });

  test.each([
    ['absent.key', /there is no file \S+absent\.key/],
    ['short.key', /short\.key holds 3 characters/],
  ])('end the command where one that was given is none: %s', (name, says) => {
    write('short.key', 'abc');
    const open = () => fieldOpener(configWith(''), context({ 'key-file': [name] }, []));
    expect(open).toThrow(says);
  });

  test('that are not at hand are named, with days and fields', () => {
    const key = { keyId: 'f75c9149a55b3067', events: 3, fields: ['idempotency_key'] };
    const days = { fromDay: '2026-11-20', toDay: '2026-11-21' };
    expect(lockedNotes([{ ...key, ...days }])).toEqual([
      '3 events of 2026-11-20 to 2026-11-21 keep idempotency_key encrypted: none of the key files at hand is key f75c9149a55b3067 (--key-file FILE)',
    ]);
  });
});

function write(name: string, text: string): void {
  writeFileSync(path.join(folder, name), text, { mode: 0o600 });
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function configWith(keyFiles: string, more = 'store: rgw'): Config {
  const text = `${ROUTES}audit: { encryption: { key_files: [${keyFiles}] }, ${more} }\n`;
  return loadConfig({ text, env: {}, cwd: folder, dotenv: false }).config;
}

function context(options: AuditContext['options'], notes: string[]): AuditContext {
  return {
    command: 'audit cat',
    operand: undefined,
    options,
    cwd: folder,
    edges: { clock: realClock, timers: realTimers, random: new SeededRandom(1) },
    output: {
      result: () => undefined,
      note: (line) => void notes.push(line),
      summary: () => undefined,
    },
    stdout: () => {
      throw new Error('nothing is written');
    },
    signal: new AbortController().signal,
  };
}
