import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadConfig } from '@netscope/config';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { storeOptions } from '../src/audit-store-options.ts';

const ROUTES = `
upstreams: { partner: { origin: "https://partner.example.net" } }
routes: [{ name: a, topics: [t], upstream: partner, request: { path: / } }]
`;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'netscope-keys-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the keys of the audit store', () => {
  test('are read from their files anew each time, and last where a file is away', async () => {
    write('id', 'first');
    write('secret', 'one\n');
    const { credentials } = optionsOf('access_key_id_file: id, secret_access_key_file: secret');
    expect(await credentials?.()).toEqual({ accessKeyId: 'first', secretAccessKey: 'one' });
    write('id', 'second\n');
    rmSync(path.join(folder, 'secret'));
    expect(await credentials?.()).toEqual({ accessKeyId: 'second', secretAccessKey: 'one' });
    write('secret', '');
    expect((await credentials?.())?.secretAccessKey).toBe('one');
    write('secret', 'two');
    expect((await credentials?.())?.secretAccessKey).toBe('two');
  });

  test('are as they were where they stand in the configuration', () => {
    const options = optionsOf('access_key_id: id, secret_access_key: secret');
    expect(options).toMatchObject({ accessKeyId: 'id', secretAccessKey: 'secret' });
    expect(options.credentials).toBeUndefined();
  });
});

function optionsOf(keys: string): ReturnType<typeof storeOptions> {
  const text = `${ROUTES}audit: { rgw: { ${keys} } }`;
  return storeOptions(loadConfig({ text, env: {}, cwd: folder, dotenv: false }).config);
}

function write(name: string, text: string): void {
  writeFileSync(path.join(folder, name), text);
}
