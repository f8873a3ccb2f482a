import { readFileSync } from 'node:fs';

import { signingKeys } from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';
import { type ConfigFault, StorageError } from '@netscope/domain';

/**
 * What keeps `audit.digest.signing_key_file` from signing; none where a key is made in data_dir. Only
 * who signs asks: whoever reads a trail has no private key.
 */
export function signingKeyFaults({ audit }: Pick<Config, 'audit'>): readonly ConfigFault[] {
  const file = audit.digest.signingKeyFile;
  if (file === undefined) return [];
  try {
    signingKeys(readFileSync(file, 'utf8'), file);
    return [];
  } catch (error) {
    return [
      {
        path: 'audit.digest.signing_key_file',
        where: 'the configuration',
        found: `${file}, which ${reasonOf(error)}`,
        expected: 'an Ed25519 key in PEM, as "openssl genpkey -algorithm ed25519" makes it',
      },
    ];
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof StorageError) return 'holds no such key';
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return `cannot be read (${typeof code === 'string' ? code : 'unknown error'})`;
}
