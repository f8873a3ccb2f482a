import { type AuditStatus, isoTimestamp } from '@netscope/domain';

import type { AuditStatusBody } from '../contract.ts';

export function auditStatusDto(status: AuditStatus, wallMs: number): AuditStatusBody {
  const { reason, oldestEventMs, capabilities } = status;
  return {
    store: status.store,
    state: status.state,
    ...(reason === undefined ? {} : { reason }),
    node: status.node,
    epoch: status.epoch,
    last_seq: status.lastSeq,
    spool_depth: status.backlogEvents,
    backlog_bytes: status.backlogBytes,
    spool_bytes: status.spoolBytes,
    spool_bytes_max: status.spoolBytesMax,
    reserved_bytes: status.reservedBytes,
    segments_pending: status.segmentsPending,
    ...(oldestEventMs === undefined ? {} : { oldest_event: isoTimestamp(oldestEventMs) }),
    flush_lag_seconds: flushLagSeconds(status, wallMs),
    ...lastOnes(status),
    objects_shipped: status.objectsShipped,
    write_errors: status.writeErrors,
    dropped: { ...status.dropped },
    quarantined_segments: status.quarantinedSegments,
    ...(capabilities === undefined ? {} : { capabilities: { ...capabilities } }),
  };
}

/** Age of the oldest event that is not yet in the store, seconds; 0 where there is none. */
export function flushLagSeconds({ oldestEventMs }: AuditStatus, wallMs: number): number {
  return oldestEventMs === undefined ? 0 : Math.max(0, wallMs - oldestEventMs) / 1000;
}

function lastOnes({
  lastShipped,
  lastDigest,
  lastError,
}: AuditStatus): Pick<AuditStatusBody, 'last_shipped' | 'last_digest' | 'last_error'> {
  return {
    ...(lastShipped === undefined
      ? {}
      : {
          last_shipped: {
            key: lastShipped.key,
            at: isoTimestamp(lastShipped.atMs),
            bytes: lastShipped.bytes,
          },
        }),
    ...(lastDigest === undefined
      ? {}
      : {
          last_digest: {
            key: lastDigest.key,
            sha256: lastDigest.sha256,
            at: isoTimestamp(lastDigest.atMs),
            segments: lastDigest.segments,
            shipped: lastDigest.isShipped,
          },
        }),
    ...(lastError === undefined
      ? {}
      : {
          last_error: {
            code: lastError.code,
            message: lastError.message,
            at: isoTimestamp(lastError.atMs),
          },
        }),
  };
}
