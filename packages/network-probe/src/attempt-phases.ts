import type { PhasesMs } from '@netscope/domain';

import type { ConnectionTrace } from './connection-trace.ts';

/** When an attempt passed each point, monotonic ms; a point not reached is undefined. */
export interface AttemptStamps {
  /** Before the pool, not when the pool let go. */
  readonly dispatchedAtMs: number;
  /** The request began to be written on its connection. */
  readonly startedAtMs: number | undefined;
  readonly writtenAtMs: number | undefined;
  readonly firstByteAtMs: number | undefined;
  /**
   * The last thing that happened on the wire, or the instant a timeout was due. What lies between
   * it and `endedAtMs` is our own lateness and stays unaccounted.
   */
  readonly stoppedAtMs: number;
  readonly endedAtMs: number;
  /** The connection that was opened for this attempt; undefined for a reused one. */
  readonly opened: ConnectionTrace | undefined;
}

const US_PER_MS = 1000;

type MutablePhases = { -readonly [Name in keyof PhasesMs]: PhasesMs[Name] };

/**
 * Cuts an attempt's time into phases, in whole microseconds, so that they and `unaccounted` sum to
 * the total. Each phase begins where the one before ended; an instant before that, or after the
 * end, is clamped to it in this order: queue, dns, tcp, tls, write, wait, download. What belongs to
 * `dns`, `tcp` and `tls` is not in `queue`, and a step that was over before the attempt is absent.
 */
export function phasesOf(stamps: AttemptStamps): {
  readonly phases: PhasesMs;
  readonly totalMs: number;
} {
  const { opened, writtenAtMs, firstByteAtMs } = stamps;
  const isAnswered = writtenAtMs !== undefined && firstByteAtMs !== undefined;
  if (opened === undefined && isAnswered) return plainPhases(stamps);
  const cutter = new Cutter(stamps);
  const isCarriedByOwn = opened !== undefined && !isReadyBefore(opened, stamps.dispatchedAtMs);
  if (isCarriedByOwn) cutConnecting(cutter, opened, stamps);
  else cutter.cut('queue', stamps.startedAtMs ?? stamps.stoppedAtMs);
  if (stamps.startedAtMs !== undefined) cutExchange(cutter, stamps);
  return cutter.finish();
}

/** The common case, an answer on a reused connection, by plain arithmetic and the same rules. */
function plainPhases(stamps: AttemptStamps): { phases: PhasesMs; totalMs: number } {
  const { dispatchedAtMs: originMs, firstByteAtMs, stoppedAtMs } = stamps;
  const totalUs = wholeUs(originMs, stamps.endedAtMs);
  const startedUs = Math.min(totalUs, wholeUs(originMs, stamps.startedAtMs));
  const firstByteUs = within(wholeUs(originMs, firstByteAtMs), startedUs, totalUs);
  const writtenUs = within(wholeUs(originMs, stamps.writtenAtMs), startedUs, firstByteUs);
  const stoppedUs = within(wholeUs(originMs, stoppedAtMs), firstByteUs, totalUs);
  const phases = {
    unaccounted: (totalUs - stoppedUs) / US_PER_MS,
    queue: startedUs / US_PER_MS,
    write: (writtenUs - startedUs) / US_PER_MS,
    wait: (firstByteUs - writtenUs) / US_PER_MS,
    download: (stoppedUs - firstByteUs) / US_PER_MS,
  };
  return { phases, totalMs: totalUs / US_PER_MS };
}

function wholeUs(originMs: number, atMs: number | undefined): number {
  return atMs === undefined ? 0 : Math.max(0, Math.round((atMs - originMs) * US_PER_MS));
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function isReadyBefore(connection: ConnectionTrace, atMs: number): boolean {
  return connection.readyAtMs !== undefined && connection.readyAtMs <= atMs;
}

function cutConnecting(cutter: Cutter, opened: ConnectionTrace, stamps: AttemptStamps): void {
  if (opened.startedAtMs > stamps.dispatchedAtMs) cutter.cut('queue', opened.startedAtMs);
  const { resolvedAtMs, connectedAtMs, securedAtMs } = opened;
  if (resolvedAtMs !== undefined) cutter.cutStep('dns', resolvedAtMs);
  if (connectedAtMs !== undefined) cutter.cutStep('tcp', connectedAtMs);
  if (securedAtMs !== undefined) cutter.cutStep('tls', securedAtMs);
  if (opened.readyAtMs === undefined) cutter.cutStep(stepUnderWay(opened), stamps.stoppedAtMs);
  else cutter.skipTo(stamps.startedAtMs ?? stamps.stoppedAtMs);
}

/** Without a lookup so far, a connection that failed may still have been resolving its name. */
function stepUnderWay(opened: ConnectionTrace): 'dns' | 'tcp' | 'tls' {
  if (opened.connectedAtMs !== undefined) return 'tls';
  return opened.resolvedAtMs === undefined && opened.remoteAddress === undefined ? 'dns' : 'tcp';
}

function cutExchange(cutter: Cutter, stamps: AttemptStamps): void {
  const { writtenAtMs, firstByteAtMs, stoppedAtMs } = stamps;
  cutter.cut('write', writtenAtMs ?? firstByteAtMs ?? stoppedAtMs);
  // Answered, or given up, before the request was all written, it never came to wait.
  const isWritten = writtenAtMs !== undefined;
  if (firstByteAtMs === undefined) {
    if (isWritten) cutter.cutStep('wait', stoppedAtMs);
    return;
  }
  if (isWritten) cutter.cut('wait', firstByteAtMs);
  cutter.cut('download', stoppedAtMs);
}

/** Moves one cursor, in whole microseconds since the dispatch, from start to end. */
class Cutter {
  readonly #originMs: number;
  readonly #totalUs: number;
  readonly #phases: MutablePhases = { unaccounted: 0 };
  #cursorUs = 0;
  #accountedUs = 0;

  constructor(stamps: AttemptStamps) {
    this.#originMs = stamps.dispatchedAtMs;
    this.#totalUs = Math.max(0, Math.round((stamps.endedAtMs - this.#originMs) * US_PER_MS));
  }

  cut(name: Exclude<keyof PhasesMs, 'unaccounted'>, untilMs: number): void {
    const fromUs = this.#cursorUs;
    this.skipTo(untilMs);
    const tookUs = this.#cursorUs - fromUs;
    this.#phases[name] = tookUs / US_PER_MS;
    this.#accountedUs += tookUs;
  }

  /** As `cut`, but leaves out a step that was over before the cursor. */
  cutStep(name: 'dns' | 'tcp' | 'tls' | 'wait', untilMs: number): void {
    if ((untilMs - this.#originMs) * US_PER_MS > this.#cursorUs) this.cut(name, untilMs);
  }

  skipTo(untilMs: number): void {
    const untilUs = Math.round((untilMs - this.#originMs) * US_PER_MS);
    this.#cursorUs = Math.min(this.#totalUs, Math.max(this.#cursorUs, untilUs));
  }

  finish(): { readonly phases: PhasesMs; readonly totalMs: number } {
    this.#phases.unaccounted = (this.#totalUs - this.#accountedUs) / US_PER_MS;
    return { phases: this.#phases, totalMs: this.#totalUs / US_PER_MS };
  }
}
