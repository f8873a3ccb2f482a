import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { StorageError } from '@netscope/domain';

import { nodeSpoolFiles } from '../spool/node-spool-files.ts';
import { type SigningKey, signingKeys } from './signing-key.ts';

const OWN_KEY = 'signing-key.pem';
const PUBLIC_ENDING = '.pub.pem';
const FOLDER_MODE = 0o700;

/** PEM of the keys to sign with, the present one first. */
export interface KeyFiles {
  readonly pem: string;
  readonly present: SigningKey;
}

/**
 * The keys of a node: those of `signing_key_file`, else the one in `data_dir`, which is made at
 * first. The public part of each key that was ever used stays in `data_dir/keys`.
 * @throws {StorageError} STORAGE_REFUSED where a key cannot be read or made.
 */
export function openKeyFiles(dataDir: string, signingKeyFile: string | undefined): KeyFiles {
  const folder = keyFolder(dataDir);
  const own = join(folder, OWN_KEY);
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    if (signingKeyFile === undefined && !existsSync(own)) makeKey(own);
    const where = signingKeyFile ?? own;
    const pem = readFileSync(where, 'utf8');
    const [present] = signingKeys(pem, where);
    if (present === undefined) throw new Error(`${where} holds no key`);
    publish(folder, present);
    // The key of `data_dir` hands over to one that is given from outside.
    const isHandedOver = signingKeyFile !== undefined && existsSync(own);
    return { pem: isHandedOver ? `${pem}\n${readFileSync(own, 'utf8')}` : pem, present };
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw unusable(signingKeyFile ?? own, error);
  }
}

/** Gives another folder, laid out as a `data_dir`, the keys that sign in this one. */
export function copyKeys(dataDir: string, to: string): void {
  const [from, folder] = [keyFolder(dataDir), keyFolder(to)];
  if (!existsSync(from)) return;
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  for (const name of readdirSync(from)) {
    nodeSpoolFiles.replace(join(folder, name), readFileSync(join(from, name)));
  }
}

/** Files with the public keys that a `data_dir` knows; none where it has not run yet. */
export function publicKeyFiles(dataDir: string): readonly string[] {
  const folder = keyFolder(dataDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(PUBLIC_ENDING))
    .map((name) => join(folder, name));
}

function keyFolder(dataDir: string): string {
  return join(dataDir, 'keys');
}

function unusable(where: string, cause: unknown): StorageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StorageError('STORAGE_REFUSED', `the signing key ${where} is not usable: ${reason}`, {
    kind: 'permanent',
    cause,
  });
}

function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  nodeSpoolFiles.replace(file, Buffer.from(pem));
}

function publish(folder: string, { id, publicKey }: SigningKey): void {
  const file = join(folder, id + PUBLIC_ENDING);
  if (existsSync(file)) return;
  nodeSpoolFiles.replace(file, Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })));
}
