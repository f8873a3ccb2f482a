import { createHash } from 'node:crypto';

import type { RecordStage, RecordStanding, WaitReason } from '@netscope/domain';

import type { Delivery } from './delivery.ts';

const REASONS: Readonly<Record<RecordStage, string>> = {
  behind_key: 'an earlier record of its key is not done',
  ready: 'its turn has not come',
  held: 'its topic or its route is paused',
  backoff: 'its last call failed and it is tried again',
  called: 'its call or its audit event is under way',
  parking: 'its dead letter is being written',
};

/** Why records whose turn it is are not called: what their upstream waits for, or the audit trail. */
export type Hindrance = WaitReason | 'audit_spool_full';

/** Where a record stands; `blockedBy` is what holds up those that are ready. */
export function standingOf(
  delivery: Delivery,
  now: { readonly nowMs: number; readonly blockedBy: Hindrance | undefined },
): RecordStanding {
  const { record, stage, retryAtMs } = delivery;
  const isReady = stage === 'ready';
  return {
    offset: record.offset,
    keySha256: record.keySha256 ?? sha256Of(record.key),
    stage,
    reason: isReady && now.blockedBy !== undefined ? now.blockedBy : REASONS[stage],
    route: delivery.disposition.route?.definition.name,
    upstream: delivery.upstream,
    tries: delivery.tries,
    heldForMs: now.nowMs - delivery.takenAtMs,
    retryInMs:
      stage === 'backoff' && retryAtMs !== undefined
        ? Math.max(0, retryAtMs - now.nowMs)
        : undefined,
  };
}

function sha256Of(key: Uint8Array | null): string | undefined {
  return key === null ? undefined : createHash('sha256').update(key).digest('hex');
}
