import { readFile } from 'node:fs/promises';

import type { CredentialsSource, S3ObjectStoreOptions } from '@netscope/audit-ceph/s3';
import type { Config } from '@netscope/config';

type Rgw = Config['audit']['rgw'];

/** How the bucket of a configuration is reached; keys that stand in files are read anew. */
export function storeOptions({ audit }: Pick<Config, 'audit'>): S3ObjectStoreOptions {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = audit.rgw;
  const credentials = fileCredentials(audit.rgw);
  return { endpoint, region, bucket, accessKeyId, secretAccessKey, credentials };
}

/**
 * Keys as their files hold them now, so that a rotation needs no restart. A file that cannot be read
 * in the middle of one counts as unchanged. `undefined` where no key stands in a file.
 */
function fileCredentials(rgw: Rgw): CredentialsSource | undefined {
  const { accessKeyIdFile, secretAccessKeyFile } = rgw;
  if (accessKeyIdFile === undefined && secretAccessKeyFile === undefined) return undefined;
  let { accessKeyId, secretAccessKey } = rgw;
  return async () => {
    accessKeyId = await textOf(accessKeyIdFile, accessKeyId);
    secretAccessKey = await textOf(secretAccessKeyFile, secretAccessKey);
    return { accessKeyId, secretAccessKey };
  };
}

async function textOf(file: string | undefined, known: string): Promise<string> {
  if (file === undefined) return known;
  try {
    return (await readFile(file, 'utf8')).trim() || known;
  } catch {
    return known;
  }
}
