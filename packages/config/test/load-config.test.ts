import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ConfigError, type ConfigFault } from '@netscope/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig, type LoadedConfig, type LoadOptions } from '../src/index.ts';
import { MINIMAL } from './load.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function loadFrom(options: Partial<LoadOptions> = {}): LoadedConfig {
  return loadConfig({ env: {}, cwd: folder, ...options });
}

function faultsOf(options: Partial<LoadOptions> = {}): readonly ConfigFault[] {
  try {
    loadFrom(options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('the file', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'conf'));
  });

  it('is netscope.yaml of the folder unless named', () => {
    const file = write('netscope.yaml', MINIMAL);
    expect(loadFrom().file).toBe(file);
  });

  it('is the one of NETSCOPE_CONFIG, and before that the one of --config', () => {
    write('conf/a.yaml', `${MINIMAL}service: { name: a }`);
    write('conf/b.yaml', `${MINIMAL}service: { name: b }`);
    const env = { NETSCOPE_CONFIG: 'conf/a.yaml' };
    expect(loadFrom({ env }).config.service.name).toBe('a');
    expect(loadFrom({ env, file: 'conf/b.yaml' }).config.service.name).toBe('b');
  });

  it('may be JSON', () => {
    write('c.json', JSON.stringify({ service: { name: 'json' } }));
    expect(loadFrom({ file: 'c.json' }).config.service.name).toBe('json');
  });

  it('may begin with a byte order mark', () => {
    write('netscope.yaml', `\uFEFF${MINIMAL}`);
    expect(loadFrom().config.routes).toHaveLength(1);
  });

  it('gives its folder to relative paths', () => {
    write('conf/a.yaml', `${MINIMAL}service: { data_dir: ../spool }`);
    const { config } = loadFrom({ file: 'conf/a.yaml' });
    expect(config.service.dataDir).toBe(join(folder, 'spool'));
    expect(config.audit.directory.path).toBe(join(folder, 'conf/data/audit'));
  });

  it.each([
    ['is missing', 'none.yaml', 'ENOENT'],
    ['is a folder', 'conf', 'EISDIR'],
    ['is not UTF-8', 'latin.yaml', 'not UTF-8'],
    ['is larger than any configuration', 'large.yaml', 'more than 4 MiB'],
  ])('is a fault where it %s', (_what, file, found) => {
    write('latin.yaml', Uint8Array.from([0x61, 0x3a, 0x20, 0xe9]));
    write('large.yaml', new Uint8Array(5 * 2 ** 20).fill(0x20));
    expect(faultsOf({ file })).toEqual([
      expect.objectContaining({ where: file, found: expect.stringContaining(found) }),
    ]);
  });

  it('is not alone: variables are judged even where it cannot be read', () => {
    const faults = faultsOf({ file: 'none.yaml', env: { NETSCOPE_HTPP_PORT: '1' } });
    expect(faults.map((fault) => fault.where)).toEqual(['none.yaml', 'NETSCOPE_HTPP_PORT']);
  });
});

it('a map that is left empty has its default', () => {
  write('netscope.yaml', MINIMAL.replace('/send }', '/send, headers: }'));
  const { headers } = loadFrom().config.routes[0]?.request ?? {};
  expect(headers).toEqual({ 'content-type': 'application/json' });
});

describe('.env', () => {
  it('wins over the file, and the environment over it', () => {
    write('netscope.yaml', `${MINIMAL}service: { name: file, node: file }\nhttp: { port: 1 }`);
    write('.env', 'NETSCOPE_SERVICE_NAME="dotenv"\n# x\nNETSCOPE_SERVICE_NODE=dotenv\nOTHER=1\n');
    const { config } = loadFrom({ env: { NETSCOPE_SERVICE_NODE: 'env' } });
    expect(config.service).toMatchObject({ name: 'dotenv', node: 'env' });
    expect(config.http.port).toBe(1);
  });

  it('is the one beside the file', () => {
    mkdirSync(join(folder, 'conf'));
    write('conf/a.yaml', MINIMAL);
    write('conf/.env', 'NETSCOPE_SERVICE_NAME=beside');
    write('.env', 'NETSCOPE_SERVICE_NAME=elsewhere');
    expect(loadFrom({ file: 'conf/a.yaml' }).config.service.name).toBe('beside');
  });

  it('fills references', () => {
    write('netscope.yaml', `${MINIMAL}service: { name: \${NAME}, node: \${NODE} }`);
    write('.env', 'NAME=dotenv\nNODE=dotenv');
    expect(loadFrom({ env: { NODE: 'env' } }).config.service).toMatchObject({
      name: 'dotenv',
      node: 'env',
    });
  });

  it('is named in faults', () => {
    write('netscope.yaml', MINIMAL);
    write('.env', 'NETSCOPE_HTPP_PORT=1\nNETSCOPE_HTTP_PORT=x');
    expect(faultsOf().map((fault) => fault.where)).toEqual([
      '.env: NETSCOPE_HTPP_PORT',
      '.env: NETSCOPE_HTTP_PORT',
    ]);
  });

  it('is told line by line where it sets nothing, after the file', () => {
    write('netscope.yaml', `${MINIMAL}http: { prt: 1 }`);
    write('.env', 'NETSCOPE_HTTP_PORT 9001\nNETSCOPE_HTTP_PORT: 9001\n');
    const places = faultsOf().map((fault) => fault.where);
    expect(places).toEqual(['netscope.yaml:9', '.env:1', '.env:2']);
  });

  it('may begin with a byte order mark, and is a fault where it is not UTF-8', () => {
    write('netscope.yaml', MINIMAL);
    write('.env', '\uFEFFNETSCOPE_SERVICE_NAME=dotenv');
    expect(loadFrom().config.service.name).toBe('dotenv');
    write('.env', Uint8Array.from([0x41, 0x3d, 0xe9]));
    expect(faultsOf()).toMatchObject([{ where: '.env', found: 'bytes that are not UTF-8' }]);
  });

  it('is left alone where it is not wanted', () => {
    write('netscope.yaml', MINIMAL);
    write('.env', 'NETSCOPE_HTPP_PORT=1');
    expect(faultsOf({ dotenv: false })).toEqual([]);
  });
});

describe('a file that a key names', () => {
  it('wins over the literal, without its last line break', () => {
    write('password', 'from file\n');
    write(
      'netscope.yaml',
      `${MINIMAL}source: { kafka: { sasl: { mechanism: plain, username: u, password: literal, password_file: password } } }`,
    );
    expect(loadFrom().config.source.kafka.sasl.password).toBe('from file');
  });

  it('is the key of keyed hashes, refused where it could be guessed', () => {
    const hashed = `${MINIMAL}audit: { hash: { kind: hmac, key_file: hash.key } }`;
    write('hash.key', `${'k'.repeat(32)}\n`);
    write('netscope.yaml', hashed);
    expect(loadFrom().config.audit.hash.key).toBe('k'.repeat(32));
    write('hash.key', 'k'.repeat(31));
    expect(faultsOf()).toMatchObject([
      { path: 'audit.hash.key_file', expected: expect.stringContaining('32 characters') },
    ]);
    write('netscope.yaml', hashed.replace('hmac', 'sha256'));
    expect(loadFrom().config.audit.hash.key).toBeUndefined();
  });

  it('may be named by a variable', () => {
    write('key', 'hunter2');
    write('netscope.yaml', MINIMAL);
    const env = { NETSCOPE_AUDIT_RGW_SECRET_ACCESS_KEY_FILE: 'key' };
    expect(loadFrom({ env }).config.audit.rgw.secretAccessKey).toBe('hunter2');
  });

  it('is read as PEM where it is a certificate', () => {
    const pem = fixture('certificate.pem');
    write('ca.pem', pem);
    write(
      'netscope.yaml',
      `${MINIMAL.replace('.net }', '.net, tls: { ca_file: ca.pem, server_name: x } }')}source: { kafka: { tls: { enabled: true, ca_file: ca.pem } } }`,
    );
    const { config } = loadFrom();
    expect(config.upstreams[0]?.tls).toEqual({
      ca: pem,
      cert: undefined,
      key: undefined,
      serverName: 'x',
      minVersion: 'TLSv1.2',
    });
    expect(config.source.kafka.tls).toMatchObject({ enabled: true, ca: pem });
    expect(JSON.stringify(config.effective)).toContain('ca.pem');
  });

  it.each([
    ['is missing', 'none', 'ENOENT'],
    ['is empty', 'empty', 'an empty file'],
  ])('is a fault that names it where a secret %s', (_what, name, found) => {
    write('empty', '\n');
    write('netscope.yaml', `${MINIMAL}audit: { rgw: { secret_access_key_file: ${name} } }`);
    expect(faultsOf()).toEqual([
      expect.objectContaining({
        path: 'audit.rgw.secret_access_key_file',
        where: 'netscope.yaml:9',
        found: expect.stringMatching(new RegExp(`${found}|${name}`)),
      }),
    ]);
    expect(faultsOf()[0]?.found).toContain(join(folder, name));
  });

  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'hunter2' };
  const { privateKey: stranger } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = { cert: fixture('certificate.pem'), key: fixture('certificate-key.pem') };
  const of = (more: object): string =>
    String(stranger.export({ type: 'pkcs8', format: 'pem', ...more }));

  it.each([
    ['a certificate of nothing', { cert: mangled(own.cert) }, ['cert_file', 'cannot be read']],
    ['a key in its place', { cert: own.key }, ['cert_file', 'no certificate']],
    ['a key of nothing', { key: mangled(own.key) }, ['key_file', 'cannot be read']],
    ['a certificate in its place', { key: own.cert }, ['key_file', 'cannot be read']],
    ['a key with a passphrase', { key: of(passphrase) }, ['key_file', 'with a passphrase']],
    ['the key of another', { key: of({}) }, ['key_file', 'not the key of the certificate']],
  ])('is a fault where TLS cannot use it: %s', (_what, changes, [path, found]) => {
    const { cert, key } = { ...own, ...changes };
    write('cert.pem', cert);
    write('key.pem', key);
    const tls = 'tls: { cert_file: cert.pem, key_file: key.pem }';
    write(
      'netscope.yaml',
      `${MINIMAL.replace('.net }', `.net, ${tls} }`)}source: { kafka: { ${tls} } }`,
    );
    const told: unknown = expect.stringContaining(found ?? '');
    expect(faultsOf()).toMatchObject([
      { path: `upstreams.partner.tls.${path}`, found: told },
      { path: `source.kafka.tls.${path}`, found: told },
    ]);
  });

  it('is no fault where key and certificate are a pair, in one file or two', () => {
    write('both.pem', own.cert + own.key);
    const tls = 'tls: { ca_file: both.pem, cert_file: both.pem, key_file: both.pem }';
    write('netscope.yaml', MINIMAL.replace('.net }', `.net, ${tls} }`));
    expect(loadFrom().config.upstreams[0]?.tls.key).toBe(own.cert + own.key);
  });

  it('is a fault where it is no PEM', () => {
    write('ca.pem', 'hunter2');
    write('netscope.yaml', MINIMAL.replace('.net }', '.net, tls: { ca_file: ca.pem } }'));
    expect(faultsOf()).toEqual([
      expect.objectContaining({ path: 'upstreams.partner.tls.ca_file' }),
    ]);
    expect(JSON.stringify(faultsOf())).not.toContain('hunter2');
  });
});

function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

/** The same with a line of its content gone. */
function mangled(pem: string): string {
  return pem.split('\n').toSpliced(1, 1).join('\n');
}
