import { DirectoryObjectStore } from '@netscope/audit-ceph';
import type { TrailStore } from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';

import { storeOptions } from '../../audit-store-options.ts';

/** The store of a configuration as a reader sees it: nothing is written, no lock is taken. */
export async function trailOfConfig({ audit }: Config): Promise<TrailStore & Disposable> {
  if (audit.store === 'directory') {
    const store = new DirectoryObjectStore(audit.directory.path);
    return Object.assign(store, { [Symbol.dispose]: () => undefined });
  }
  const { S3ObjectStore } = await import('@netscope/audit-ceph/s3');
  const store = new S3ObjectStore(storeOptions({ audit }));
  return Object.assign(store, { [Symbol.dispose]: () => store.close() });
}

/** Where that is, for a sentence. */
export function trailPlace({ audit }: Config): string {
  if (audit.store === 'directory') return `folder ${audit.directory.path}`;
  return `bucket ${audit.rgw.bucket} at ${audit.rgw.endpoint}`;
}
