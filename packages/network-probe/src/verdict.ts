import type { NetworkPath, PhasesMs, SocketFacts, TlsFacts, Verdict } from '@netscope/domain';

import type { ConnectionTrace } from './connection-trace.ts';
import { JIFFY_MS, SLOT, type SocketLook } from './native/socket-slots.ts';

const US_PER_MS = 1000;
/** Up to here a request fits the first window: it leaves at once, and its time is its round trip. */
const FIRST_WINDOW_SEGMENTS = 10;
/** A round trip shorter than this is a local link's. */
const ROUTED_RTT_LEAST_US = 300;
/** No receiver holds an acknowledgement back for longer; what takes more was lost on the way. */
const ACKNOWLEDGED_LATEST_MS = 210;

/** `network.path` of an upstream. */
export type PathSetting = 'auto' | 'direct' | 'proxied';

/** One attempt, for the verdict. */
export interface AttemptEvidence {
  /** They and the remainder are `totalMs`. */
  readonly phases: PhasesMs;
  readonly totalMs: number;
  /** The connection it went out on, or that was being opened for it. */
  readonly connection: ConnectionTrace | undefined;
  /** That connection was opened for this attempt. */
  readonly opened: boolean;
  readonly socket: SocketFacts | undefined;
  /** The look that `socket` was read by. */
  readonly after: SocketLook | undefined;
  readonly bytesSent: number;
}

/**
 * Adds up, over the attempts of one call, who held it up. What the kernel does not tell apart is
 * kept apart as `beyond`, and then no party but `local` and `upstream_or_beyond` is named. Waits
 * between attempts are nobody's.
 */
export class CallShares {
  #path: NetworkPath = 'unknown';
  #attempts = 0;
  #totalMs = 0;
  #networkMs = 0;
  #localMs = 0;
  #hasBeyond = false;

  add(evidence: AttemptEvidence, configured: PathSetting): void {
    const { phases } = evidence;
    this.#attempts += 1;
    this.#localMs += (phases.queue ?? 0) + phases.unaccounted;
    this.#totalMs += evidence.totalMs;
    this.#path = pathOf(configured, evidence);
    if (evidence.opened) this.#addConnecting(evidence);
    if (this.#path !== 'direct') this.#hasBeyond = true;
    else if (evidence.socket !== undefined) this.#addExchange(evidence, evidence.socket);
    else if (phases.write !== undefined) this.#hasBeyond = true;
  }

  /** Undefined where no attempt began. */
  verdict(): Verdict | undefined {
    if (this.#attempts === 0) return undefined;
    const localMs = roundMs(this.#localMs);
    const beyondMs = this.#totalMs - this.#localMs;
    if (this.#hasBeyond) {
      const party = this.#localMs > beyondMs ? 'local' : 'upstream_or_beyond';
      const upstreamMs = Math.max(0, roundMs(beyondMs));
      return { party, path: this.#path, networkMs: undefined, upstreamMs, localMs };
    }
    const networkMs = roundMs(this.#networkMs);
    const upstreamMs = Math.max(0, roundMs(beyondMs - this.#networkMs));
    const party = largestOf(networkMs, upstreamMs, localMs);
    return { party, path: this.#path, networkMs, upstreamMs, localMs };
  }

  /** What of `dns`, `tcp` and `tls` was not the handshakes' own round trips is somebody's doing. */
  #addConnecting({ phases, connection }: AttemptEvidence): void {
    const { dns = 0, tcp = 0, tls = 0 } = phases;
    const poolWaitMs = Math.min(dns, poolWaitOf(connection));
    this.#localMs += poolWaitMs;
    this.#networkMs += dns - poolWaitMs;
    if (connection?.connectRttUs === undefined) {
      if (tcp > 0) this.#hasBeyond = true;
      return;
    }
    const rttMs = connection.connectRttUs / US_PER_MS;
    const handshakeMs = connection.connectRetransmits > 0 ? tcp : Math.min(tcp, rttMs);
    this.#networkMs += handshakeMs;
    // The kernel had the connection then; we came to hear of it later.
    this.#localMs += tcp - handshakeMs;
    const lateMs = Math.min(tls, Math.max(0, connection.securedLateMs - JIFFY_MS));
    this.#localMs += lateMs;
    this.#networkMs += Math.min(tls - lateMs, roundTripsOf(connection.tls) * rttMs);
  }

  /**
   * A download is the upstream's: nothing that the receiving side can measure tells a narrow link
   * from a server that sends slowly. What was sent twice, or never acknowledged, is the network's.
   */
  #addExchange({ phases, after, bytesSent }: AttemptEvidence, socket: SocketFacts): void {
    const exchangeMs = (phases.write ?? 0) + (phases.wait ?? 0);
    const { minRttUs = 0 } = socket;
    const roundTripMs = exchangeMs === 0 ? 0 : minRttUs / US_PER_MS;
    const unheardMs = sendingMsOf(socket);
    const isLost = unheardMs > roundTripMs + ACKNOWLEDGED_LATEST_MS;
    const sendingMs = isLost || isSlowToSend(socket, after, bytesSent) ? unheardMs : 0;
    this.#networkMs += Math.min(exchangeMs, Math.max(roundTripMs, sendingMs));
  }
}

/**
 * How long the last bytes received lay in the kernel before `after` was looked at, ms: our own
 * event loop's lateness. 0 where nothing was received since `before`, and below a jiffy.
 */
export function latenessMs(before: SocketLook | undefined, after: SocketLook | undefined): number {
  if (before === undefined || after === undefined) return 0;
  const received = (after[SLOT.bytesReceived] ?? 0) - (before[SLOT.bytesReceived] ?? 0);
  if (!(received > 0)) return 0;
  return Math.max(0, (after[SLOT.lastDataReceivedMs] ?? 0) - JIFFY_MS);
}

/** A small request's sending is over in a round trip, whatever a delayed acknowledgement adds. */
function isSlowToSend(
  { retransmits = 0 }: SocketFacts,
  after: SocketLook | undefined,
  bytesSent: number,
): boolean {
  return retransmits > 0 || bytesSent > FIRST_WINDOW_SEGMENTS * (after?.[SLOT.sendMss] ?? 0);
}

/** Time with bytes on their way that the peer's window did not hold back. */
function sendingMsOf({ busyUs = 0, receiverLimitedUs = 0 }: SocketFacts): number {
  return Math.max(0, busyUs - receiverLimitedUs) / US_PER_MS;
}

/** A job that has not come back yet still waits. */
function poolWaitOf(connection: ConnectionTrace | undefined): number {
  if (connection?.isPoolTimed !== true) return 0;
  return connection.poolWaitMs ?? Number.POSITIVE_INFINITY;
}

function roundTripsOf(tls: TlsFacts | undefined): number {
  return tls?.version === 'TLSv1.3' || tls?.sessionReused === true ? 1 : 2;
}

/** Where nobody said: direct on a link of ours, and where the round trip is that of a routed peer. */
function pathOf(configured: PathSetting, { connection, socket }: AttemptEvidence): NetworkPath {
  if (configured !== 'auto') return configured;
  const rttUs = socket?.minRttUs ?? connection?.connectRttUs;
  if (connection === undefined || rttUs === undefined) return 'unknown';
  return connection.isOnLink || rttUs >= ROUTED_RTT_LEAST_US ? 'direct' : 'unknown';
}

function largestOf(
  networkMs: number,
  upstreamMs: number,
  localMs: number,
): 'network' | 'upstream' | 'local' {
  if (localMs > networkMs && localMs > upstreamMs) return 'local';
  return networkMs > upstreamMs ? 'network' : 'upstream';
}

function roundMs(ms: number): number {
  return Math.round(ms * US_PER_MS) / US_PER_MS;
}
