import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A key with its certificate, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of its own, in a folder. */
export class TestAuthority {
  readonly #folder: string;
  readonly name: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.name = name;
  }

  static async create(folder: string, name: string): Promise<TestAuthority> {
    const authority = new TestAuthority(folder, name);
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      authority.#file('key'),
      '-out',
      authority.caFile,
    ]);
    return authority;
  }

  get caFile(): string {
    return this.#file('pem');
  }

  async ca(): Promise<string> {
    return readFile(this.caFile, 'utf8');
  }

  /** For 127.0.0.1, as server and as client. */
  async issue(subject: string): Promise<Certificate> {
    const base = path.join(this.#folder, subject);
    await writeFile(`${base}.ext`, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    await run('openssl', [
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${subject}`,
      '-keyout',
      `${base}.key`,
      '-out',
      `${base}.csr`,
    ]);
    await run('openssl', [
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      `${base}.csr`,
      '-CA',
      this.caFile,
      '-CAkey',
      this.#file('key'),
      '-CAcreateserial',
      '-extfile',
      `${base}.ext`,
      '-out',
      `${base}.pem`,
    ]);
    return {
      cert: await readFile(`${base}.pem`, 'utf8'),
      key: await readFile(`${base}.key`, 'utf8'),
    };
  }

  #file(extension: string): string {
    return path.join(this.#folder, `${this.name}.${extension}`);
  }
}
