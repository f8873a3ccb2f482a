import type { PhasesMs } from '../model/attempt.ts';
import type { OffsetLoss } from '../model/offset-loss.ts';
import type { Verdict } from '../model/verdict.ts';

export function verdictWireForm(verdict: Verdict | undefined): object | undefined {
  if (verdict === undefined) return undefined;
  return {
    party: verdict.party,
    path: verdict.path,
    network_ms: wireMs(verdict.networkMs),
    upstream_ms: wireMs(verdict.upstreamMs),
    local_ms: wireMs(verdict.localMs),
  };
}

export function phasesWireForm(phases: PhasesMs): object {
  return {
    queue: wireMs(phases.queue),
    dns: wireMs(phases.dns),
    tcp: wireMs(phases.tcp),
    tls: wireMs(phases.tls),
    write: wireMs(phases.write),
    wait: wireMs(phases.wait),
    download: wireMs(phases.download),
    unaccounted: wireMs(phases.unaccounted),
  };
}

/**
 * Milliseconds of three decimals.
 * @throws {RangeError} for what is not finite, which JSON would turn into null.
 */
export function wireMs(ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  if (!Number.isFinite(ms)) throw new RangeError('a time of an event is not finite');
  return Math.round(ms * 1000) / 1000;
}

/** Offsets as decimal digits; what the broker did not tell is absent. */
export function offsetLossForm(loss: OffsetLoss): Readonly<Record<string, string | number>> {
  const { topic, partition, committed, position, logStart, logEnd, action } = loss;
  return {
    topic,
    partition,
    committed: String(committed),
    position: String(position),
    ...(logStart === undefined ? {} : { log_start: String(logStart) }),
    ...(logEnd === undefined ? {} : { log_end: String(logEnd) }),
    action,
  };
}
