import type { Outcome, TimeoutType } from './outbound-result.ts';

/**
 * Where an attempt's time went, ms. A phase that did not happen is absent, never 0. The phases and
 * `unaccounted` sum to the total.
 */
export interface PhasesMs {
  readonly queue?: number;
  readonly dns?: number;
  readonly tcp?: number;
  readonly tls?: number;
  readonly write?: number;
  readonly wait?: number;
  readonly download?: number;
  readonly unaccounted: number;
}

export const PHASE_NAMES = [
  'queue',
  'dns',
  'tcp',
  'tls',
  'write',
  'wait',
  'download',
  'unaccounted',
] as const;

export type PhaseName = (typeof PHASE_NAMES)[number];

/** What the kernel knows of the socket, as deltas over the attempt; only the native probe has it. */
export interface SocketFacts {
  readonly rttUs?: number | undefined;
  readonly minRttUs?: number | undefined;
  readonly rttvarUs?: number | undefined;
  readonly retransmits?: number | undefined;
  readonly lost?: number | undefined;
  readonly cwnd?: number | undefined;
  readonly deliveryRateBps?: number | undefined;
  readonly bytesAcked?: number | undefined;
  readonly busyUs?: number | undefined;
  readonly receiverLimitedUs?: number | undefined;
  readonly senderLimitedUs?: number | undefined;
}

/** What the TLS handshake of the connection agreed on. */
export interface TlsFacts {
  readonly version?: string;
  readonly cipher?: string;
  readonly alpn?: string;
  readonly sessionReused?: boolean;
  readonly certificateExpiresAtMs?: number;
}

/** One HTTP request inside a call. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly status: number | undefined;
  readonly timeoutType: TimeoutType | undefined;
  /** Code of the error it ended with, where it did. */
  readonly errorCode: string | undefined;
  /** Wall clock, ms since the epoch. */
  readonly startedAtMs: number;
  readonly totalMs: number;
  /** The wait before it, for every attempt but the first. */
  readonly backoffMs: number | undefined;
  /** Identity of the connection it used; absent where there was none. */
  readonly connection: string | undefined;
  readonly reused: boolean | undefined;
  /** Requests that this connection had carried before. */
  readonly reuseCount?: number | undefined;
  readonly localAddress: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly phasesMs: PhasesMs;
  readonly socket: SocketFacts | undefined;
  readonly tls: TlsFacts | undefined;
  /**
   * Of header and body, before TLS. Where the kernel tells, no more than had left this host when the
   * attempt ended; else all that was handed to the socket.
   */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}
