import { DirectoryObjectStore, S3ObjectStore, SpooledAuditSink } from '@netscope/audit-ceph';
import type { Config } from '@netscope/config';

import type { Foundation } from './foundation.ts';

type Store = S3ObjectStore | DirectoryObjectStore;

/** Opens the spool, what it recovers included, before the store that it ships to. */
export function openAudit(config: Config, foundation: Foundation): Promise<SpooledAuditSink> {
  const { audit, service } = config;
  return SpooledAuditSink.open({
    dataDir: service.dataDir,
    node: service.node,
    service: service.name,
    spool: audit.spool,
    segment: audit.segment,
    store: storeOf(config),
    storeKind: audit.store,
    traceId: foundation.processTraceId,
    ...foundation,
  });
}

function storeOf({ audit }: Config): Store {
  if (audit.store === 'directory') return new DirectoryObjectStore(audit.directory.path);
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = audit.rgw;
  return new S3ObjectStore({ endpoint, region, bucket, accessKeyId, secretAccessKey });
}
