import {
  DirectoryObjectStore,
  type ProbedObjectStore,
  SpooledAuditSink,
  takeUpSpool,
} from '@netscope/audit-ceph';
import type { Config } from '@netscope/config';
import { EXCERPT_BYTES_MAX } from '@netscope/domain';

import { storeOptions } from './audit-store-options.ts';
import type { Foundation } from './foundation.ts';

/** Opens the spool, what it recovers included, before the store that it ships to. */
export async function openAudit(
  config: Config,
  foundation: Omit<Foundation, 'host' | 'keyedHash'> & { readonly instanceId: string },
): Promise<SpooledAuditSink> {
  const { audit, service } = config;
  const former = takeUpSpool(service.dataDir, service.node);
  if (former !== undefined) {
    foundation.log.warn(
      'audit.node_changed',
      'data_dir was of a node by another name, whose trail ends: give service.node a name that stays',
      { from: former, to: service.node },
    );
  }
  return SpooledAuditSink.open({
    dataDir: service.dataDir,
    node: service.node,
    service: service.name,
    spool: audit.spool,
    excerptsBytesMax: excerptsBytesMax(config),
    segment: audit.segment,
    digest: audit.digest,
    encryption: audit.encryption,
    store: await storeOf(config),
    storeKind: audit.store,
    traceId: foundation.processTraceId,
    ...foundation,
  });
}

/** Where they are encrypted, they take a third more, in base64. */
function excerptsBytesMax({ audit, routes }: Config): number {
  if (!routes.some((route) => route.auditExcerpt)) return 0;
  const { event } = EXCERPT_BYTES_MAX;
  return audit.encryption.keyFiles.length > 0 ? Math.ceil((event * 4) / 3) : event;
}

/** The S3 client is a large part of a start and is loaded only where it is used. */
async function storeOf({ audit }: Config): Promise<ProbedObjectStore> {
  if (audit.store === 'directory') return new DirectoryObjectStore(audit.directory.path);
  const { S3ObjectStore } = await import('@netscope/audit-ceph/s3');
  return new S3ObjectStore(storeOptions({ audit }));
}
