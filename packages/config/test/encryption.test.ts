import { describe, expect, it } from 'vitest';

import { faultsOf, load, MINIMAL } from './load.ts';

const CHOSEN = `${MINIMAL}delivery: { ambiguous: retry }\n`;

function withEncryption(text: string): string {
  return `${CHOSEN}audit: { encryption: { ${text} } }\n`;
}

describe('audit.encryption', () => {
  it('takes key files from the folder of the file, and from a variable', () => {
    const { config, warnings } = load(withEncryption('key_files: [a.key, "keys/{date}.key"]'));
    expect(config.audit.encryption.keyFiles).toEqual(['/srv/a.key', '/srv/keys/{date}.key']);
    expect(config.audit.encryption.fields).toContain('payload.request.redacted');
    expect(warnings).toEqual([]);
    const { config: other } = load(CHOSEN, { NETSCOPE_AUDIT_ENCRYPTION_KEY_FILES: '/b.key,c.key' });
    expect(other.audit.encryption.keyFiles).toEqual(['/b.key', '/srv/c.key']);
  });

  it('does not ask whether the files are there: a destroyed one must not keep the rest from being read', () => {
    expect(faultsOf(withEncryption('key_files: [/nowhere/destroyed.key]'))).toEqual([]);
  });

  it.each(['"{date}/audit.key"', '"a-{date}-{date}.key"'])('refuses a date as in %s', (file) => {
    expect(faultsOf(withEncryption(`key_files: [${file}]`))).toMatchObject([
      {
        path: 'audit.encryption.key_files.0',
        expected: '{date} at most once, and in the name of the file',
      },
    ]);
  });

  it('takes fields from a closed list', () => {
    expect(faultsOf(withEncryption('key_files: [k], fields: [source.offset]'))).toMatchObject([
      {
        path: 'audit.encryption.fields.0',
        expected: expect.stringContaining('one of idempotency_key, upstream.remote_address'),
      },
    ]);
  });

  it.each([
    ['fields: [idempotency_key]', 'key_files names no key'],
    ['key_files: [k], fields: []', 'fields is empty'],
  ])('warns that nothing is encrypted with %s', (text, why) => {
    expect(load(withEncryption(text)).warnings).toMatchObject([
      { path: 'audit.encryption.fields', message: `NOTHING IS ENCRYPTED: ${why}` },
    ]);
  });
});
