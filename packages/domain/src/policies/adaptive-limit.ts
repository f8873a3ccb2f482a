export interface AdaptiveLimitOptions {
  /** The limit never passes this, and is this where nothing was learnt yet and it is below 20. */
  readonly max: number;
}

/** One settled attempt, as the limit hears it. */
export interface AttemptSample {
  /** From admission to the last byte, ms. */
  readonly totalMs: number;
  /** The connection's round trip without load, ms (the kernel's minimum); 0 where unknown. */
  readonly networkMs: number;
  /** Attempts in flight when it settled, itself included. */
  readonly inFlight: number;
  /** It timed out, or the upstream said that it is overloaded. */
  readonly isDropped: boolean;
}

const START = 20;
/** A window is long enough for the answers to speak of the limit that it began with. */
const WINDOW_MIN_MS = 100;
const WINDOW_LATENCIES = 2;
const WINDOW_SAMPLES_MIN = 16;
const WINDOW_TURNS = 2;
/** Where answers are rare a window ends all the same. */
const WINDOW_MAX_MS = 10_000;
/** A no-load time is believed for this long, then measured anew at half the limit. */
const NO_LOAD_AGE_MAX_MS = 30_000;
const PROBE_SHARE = 0.5;
/** Half the load that nearly halves the latency leaves a queue: half of it again. */
const STILL_QUEUED = 0.6;
/** Queued at the upstream, estimated: below the first the limit grows, above the second it shrinks. */
const QUEUE_LOW_SHARE = 0.1;
const QUEUE_HIGH_SHARE = 0.25;
const QUEUE_LOW_MIN = 1;
const QUEUE_HIGH_MIN = 3;
const GROWTH_SHARE = 0.05;
const SHRINK = 0.85;
const SHRINK_ON_DROPS = 0.7;
const DROPPED_SHARE_MAX = 0.1;
/** The limit grows only where it is what holds calls back. */
const USED_SHARE = 0.8;
/** Halving the load without this much of an effect says that it was not the load. */
const RELIEF_MIN = 0.3;
/** A rise counts from so many standard errors on; answers that scatter are not a queue. */
const DOUBT = 1;
/** A lower excess is believed by this share, so that chance alone does not dig a floor. */
const EASE = 0.3;

interface Window {
  readonly startedAtMs: number;
  count: number;
  dropped: number;
  totalMs: number;
  excessMs: number;
  /** Sum of squares of the excess, ms². */
  excessSquares: number;
  inFlight: number;
  inFlightMax: number;
}

/** What a window's answers came to, means over its attempts. */
interface WindowMeans {
  readonly latencyMs: number;
  readonly excessMs: number;
  /** Standard error of `excessMs`. */
  readonly errorMs: number;
  readonly inFlight: number;
  readonly inFlightMax: number;
}

/** The load and the excess before the limit was lowered. */
interface Before {
  readonly fromLimit: number;
  readonly fromLatencyMs: number;
  readonly fromExcessMs: number;
}

type Mode =
  | { readonly kind: 'starting' }
  | { readonly kind: 'steady'; readonly cuts: Before | undefined }
  /** At a share of the limit until the no-load time is measured anew; the first window only drains. */
  | { readonly kind: 'probing'; readonly before: Before; readonly isDrained: boolean };

/**
 * How many attempts may be in flight at an upstream, from what its answers take. What counts is the
 * excess over the connection's own round trip, so a far upstream is not taken for a busy one. The
 * queue at the upstream is estimated by Little's law as in TCP Vegas (Brakmo and Peterson 1995):
 * `in_flight * (excess - excess without load) / latency`; the limit keeps it between a tenth and a
 * quarter of itself. An excess that does not fall when the load is halved is the upstream's new
 * time without load, not a queue: so a step in its service time costs no throughput for long.
 * Instants are monotonic, ms.
 */
export class AdaptiveLimit {
  readonly #max: number;
  #limit: number;
  #mode: Mode = { kind: 'starting' };
  #noLoadMs: number | undefined;
  #noLoadAtMs = 0;
  #latencyMs = 0;
  #window: Window;

  constructor(options: AdaptiveLimitOptions, nowMs: number) {
    this.#max = Math.max(1, options.max);
    this.#limit = Math.min(START, this.#max);
    this.#window = emptyWindow(nowMs);
  }

  /** Attempts that may be in flight now, 1 to `max`. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  /** Mean time above the round trip without load, ms; absent until a window has ended. */
  get noLoadMs(): number | undefined {
    return this.#noLoadMs;
  }

  /** Takes one settled attempt; true where the limit was reckoned anew. */
  hear(sample: AttemptSample, nowMs: number): boolean {
    const window = this.#window;
    window.count += 1;
    window.inFlight += sample.inFlight;
    if (sample.inFlight > window.inFlightMax) window.inFlightMax = sample.inFlight;
    if (sample.isDropped) {
      window.dropped += 1;
    } else {
      window.totalMs += sample.totalMs;
      const excessMs = Math.max(0, sample.totalMs - sample.networkMs);
      window.excessMs += excessMs;
      window.excessSquares += excessMs * excessMs;
    }
    if (!this.#isOver(window, nowMs)) return false;
    this.#window = emptyWindow(nowMs);
    this.#reckon(window, nowMs);
    return true;
  }

  #isOver(window: Window, nowMs: number): boolean {
    const elapsedMs = nowMs - window.startedAtMs;
    if (elapsedMs >= WINDOW_MAX_MS) return true;
    const samples = Math.max(WINDOW_SAMPLES_MIN, WINDOW_TURNS * this.#limit);
    const lengthMs = Math.max(WINDOW_MIN_MS, WINDOW_LATENCIES * this.#latencyMs);
    return window.count >= samples && elapsedMs >= lengthMs;
  }

  #reckon(window: Window, nowMs: number): void {
    const heard = window.count - window.dropped;
    const droppedShare = window.dropped / window.count;
    if (heard === 0 || droppedShare > DROPPED_SHARE_MAX) {
      this.#cutForDrops();
      return;
    }
    const means = meansOf(window, heard);
    this.#latencyMs = means.latencyMs;
    if (this.#mode.kind === 'probing') this.#endProbe(this.#mode, means, nowMs);
    else this.#follow(means, nowMs);
  }

  #cutForDrops(): void {
    this.#set(this.#limit * SHRINK_ON_DROPS);
    this.#mode = { kind: 'steady', cuts: undefined };
  }

  #endProbe(mode: Mode & { kind: 'probing' }, means: WindowMeans, nowMs: number): void {
    if (!mode.isDrained) {
      this.#mode = { ...mode, isDrained: true };
      return;
    }
    this.#learn(means.excessMs, nowMs);
    const speedUp = means.latencyMs / mode.before.fromLatencyMs;
    if (speedUp < STILL_QUEUED && this.#limit > 1) {
      this.#probe(means);
      return;
    }
    this.#set(mode.before.fromLimit * Math.min(1, speedUp * (1 + QUEUE_LOW_SHARE)));
    this.#mode = { kind: 'steady', cuts: undefined };
  }

  /** Half the load, until a window tells what an answer takes then; again while that is a relief. */
  #probe(means: WindowMeans): void {
    this.#mode = { kind: 'probing', before: this.#before(means), isDrained: false };
    this.#set(this.#limit * PROBE_SHARE);
  }

  #follow(means: WindowMeans, nowMs: number): void {
    if (this.#noLoadMs === undefined) {
      this.#learn(means.excessMs, nowMs);
    } else if (means.excessMs <= this.#noLoadMs) {
      this.#learn(this.#noLoadMs + EASE * (means.excessMs - this.#noLoadMs), nowMs);
    } else if (nowMs - this.#noLoadAtMs > NO_LOAD_AGE_MAX_MS) {
      this.#probe(means);
      return;
    }
    const queued = this.#queued(means);
    if (queued > Math.max(QUEUE_HIGH_MIN, this.#limit * QUEUE_HIGH_SHARE)) this.#cut(means, nowMs);
    else this.#growWhereUsed(means, queued);
  }

  /** Attempts that wait at the upstream, by Little's law. */
  #queued(means: WindowMeans): number {
    const riseMs = means.excessMs - (this.#noLoadMs ?? means.excessMs);
    const waitMs = Math.max(0, riseMs - DOUBT * means.errorMs);
    return means.latencyMs <= 0 ? 0 : (means.inFlight * waitMs) / means.latencyMs;
  }

  #cut(means: WindowMeans, nowMs: number): void {
    if (this.#mode.kind === 'starting') {
      this.#probe(means);
      return;
    }
    const running = this.#mode.kind === 'steady' ? this.#mode.cuts : undefined;
    const cuts = running ?? this.#before(means);
    const isHalved = this.#limit <= Math.max(1, cuts.fromLimit * PROBE_SHARE);
    if (isHalved && means.excessMs > cuts.fromExcessMs * (1 - RELIEF_MIN)) {
      this.#learn(means.excessMs, nowMs);
      this.#set(cuts.fromLimit);
      this.#mode = { kind: 'steady', cuts: undefined };
      return;
    }
    this.#set(this.#limit * SHRINK);
    this.#mode = { kind: 'steady', cuts };
  }

  #before(means: WindowMeans): Before {
    return {
      fromLimit: this.#limit,
      fromLatencyMs: means.latencyMs,
      fromExcessMs: means.excessMs,
    };
  }

  #growWhereUsed(means: WindowMeans, queued: number): void {
    const isStarting = this.#mode.kind === 'starting';
    const hasRoom = queued < Math.max(QUEUE_LOW_MIN, this.#limit * QUEUE_LOW_SHARE);
    if (isStarting && !hasRoom) {
      this.#probe(means);
      return;
    }
    if (!isStarting) this.#mode = { kind: 'steady', cuts: undefined };
    if (!hasRoom || means.inFlightMax < this.#limit * USED_SHARE) return;
    this.#set(isStarting ? this.#limit * 2 : this.#limit + Math.max(1, this.#limit * GROWTH_SHARE));
  }

  #learn(excessMs: number, nowMs: number): void {
    this.#noLoadMs = excessMs;
    this.#noLoadAtMs = nowMs;
  }

  #set(limit: number): void {
    this.#limit = Math.min(this.#max, Math.max(1, limit));
  }
}

function emptyWindow(startedAtMs: number): Window {
  return {
    startedAtMs,
    count: 0,
    dropped: 0,
    totalMs: 0,
    excessMs: 0,
    excessSquares: 0,
    inFlight: 0,
    inFlightMax: 0,
  };
}

function meansOf(window: Window, heard: number): WindowMeans {
  const excessMs = window.excessMs / heard;
  const variance = Math.max(0, window.excessSquares / heard - excessMs * excessMs);
  return {
    latencyMs: window.totalMs / heard,
    excessMs,
    errorMs: Math.sqrt(variance / heard),
    inFlight: window.inFlight / window.count,
    inFlightMax: window.inFlightMax,
  };
}
