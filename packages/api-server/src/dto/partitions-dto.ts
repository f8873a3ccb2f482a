import type { PartitionHoldings, PartitionStatus, RecordStanding } from '@netscope/domain';

import type { PartitionBody } from '../contract-partitions.ts';

export function partitionDto(status: PartitionStatus, holdings: PartitionHoldings): PartitionBody {
  const { topic, partition, position, committed, lagRecords, lagSeconds, paused, lost } = status;
  const { offsetMap } = status;
  const { waiting, inFlight, lowest } = holdings;
  return {
    topic,
    partition,
    position: String(position),
    ...(committed === undefined ? {} : { committed: String(committed) }),
    lag_records: lagRecords ?? null,
    lag_seconds: lagSeconds ?? null,
    paused,
    waiting,
    in_flight: inFlight,
    ...(lowest === undefined ? {} : { blocked_by: blockingDto(lowest) }),
    ...(lost === undefined ? {} : { lost: lossDto(lost) }),
    ...(offsetMap === undefined
      ? {}
      : { offset_map_bytes: offsetMap.bytes, offset_map_bytes_max: offsetMap.bytesMax }),
  };
}

function lossDto(loss: NonNullable<PartitionStatus['lost']>): NonNullable<PartitionBody['lost']> {
  const { committed, logStart, logEnd } = loss;
  return {
    committed: String(committed),
    ...(logStart === undefined ? {} : { log_start: String(logStart) }),
    ...(logEnd === undefined ? {} : { log_end: String(logEnd) }),
  };
}

function blockingDto(standing: RecordStanding): NonNullable<PartitionBody['blocked_by']> {
  const { offset, keySha256, stage, reason, route, upstream, tries } = standing;
  const { heldForMs, retryInMs } = standing;
  return {
    offset: String(offset),
    ...(keySha256 === undefined ? {} : { key_sha256: keySha256 }),
    stage,
    reason,
    ...(route === undefined ? {} : { route }),
    ...(upstream === undefined ? {} : { upstream }),
    tries,
    held_for_ms: Math.round(heldForMs),
    ...(retryInMs === undefined ? {} : { retry_in_ms: retryInMs }),
  };
}
