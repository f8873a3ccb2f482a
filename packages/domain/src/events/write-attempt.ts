import type { Attempt, PhasesMs, SocketFacts, TlsFacts } from '../model/attempt.ts';
import { FixedText } from './fixed-text.ts';
import type { JsonBytes } from './json-bytes.ts';

const BEGIN = FixedText.of(',{"outcome":');
const STARTED_AT = FixedText.of(',"started_at":');
const TOTAL_MS = FixedText.of(',"total_ms":');
const BACKOFF_MS = FixedText.of(',"backoff_ms":');
const CONNECTION = FixedText.of(',"connection":');
const REUSED = FixedText.of('');
const REUSE_COUNT = FixedText.of(',"reuse_count":');
const ADDRESSES = FixedText.of('');
const BYTES_SENT = FixedText.of(',"bytes_sent":');
const BYTES_RECEIVED = FixedText.of(',"bytes_received":');

/** Writes one attempt as the item at `index` of a list, in the order of `audit.md`. */
export function writeAttempt(attempt: Attempt, index: number, out: JsonBytes): void {
  out.fixed(
    BEGIN.and('', attempt.outcome)
      .and(',"status_code":', attempt.status)
      .and(',"timeout_type":', attempt.timeoutType)
      .and(',"error_code":', attempt.errorCode),
  );
  out.timestamp(STARTED_AT, attempt.startedAtMs);
  out.ms(TOTAL_MS, attempt.totalMs);
  out.ms(BACKOFF_MS, attempt.backoffMs);
  out.text(CONNECTION, attempt.connection);
  out.fixed(REUSED.and(',"reused":', attempt.reused));
  out.number(REUSE_COUNT, attempt.reuseCount);
  out.fixed(
    ADDRESSES.and(',"local_address":', attempt.localAddress).and(
      ',"remote_address":',
      remoteAddress(attempt, index, out),
    ),
  );
  out.number(BYTES_SENT, attempt.bytesSent);
  out.number(BYTES_RECEIVED, attempt.bytesReceived);
  writePhases(attempt.phasesMs, out);
  if (attempt.socket !== undefined) writeSocket(attempt.socket, out);
  if (attempt.tls !== undefined) writeTls(attempt.tls, out);
  out.end();
}

/** Private where the upstream's is, which is the same of the last attempt. */
function remoteAddress(attempt: Attempt, index: number, { privatePart }: JsonBytes) {
  if (privatePart === undefined) return attempt.remoteAddress;
  const path = `network.attempts.${index}.remote_address`;
  return privatePart.takeAt('upstream.remote_address', path, attempt.remoteAddress);
}

const PHASES = FixedText.of(',"phases_ms":');
const QUEUE = FixedText.of(',"queue":');
const DNS = FixedText.of(',"dns":');
const TCP = FixedText.of(',"tcp":');
const TLS_PHASE = FixedText.of(',"tls":');
const WRITE = FixedText.of(',"write":');
const WAIT = FixedText.of(',"wait":');
const DOWNLOAD = FixedText.of(',"download":');
const UNACCOUNTED = FixedText.of(',"unaccounted":');

function writePhases(phases: PhasesMs, out: JsonBytes): void {
  out.fixed(PHASES);
  const start = out.at;
  out.ms(QUEUE, phases.queue);
  out.ms(DNS, phases.dns);
  out.ms(TCP, phases.tcp);
  out.ms(TLS_PHASE, phases.tls);
  out.ms(WRITE, phases.write);
  out.ms(WAIT, phases.wait);
  out.ms(DOWNLOAD, phases.download);
  out.ms(UNACCOUNTED, phases.unaccounted);
  out.endObject(start);
}

const SOCKET = FixedText.of(',"socket":');
const RTT_US = FixedText.of(',"rtt_us":');
const MIN_RTT_US = FixedText.of(',"min_rtt_us":');
const RTTVAR_US = FixedText.of(',"rttvar_us":');
const LOSSES = FixedText.of('');
const DELIVERY_RATE_BPS = FixedText.of(',"delivery_rate_bps":');
const BYTES_ACKED = FixedText.of(',"bytes_acked":');
const BUSY_US = FixedText.of(',"busy_us":');
const RECEIVER_LIMITED_US = FixedText.of(',"receiver_limited_us":');
const SENDER_LIMITED_US = FixedText.of(',"sender_limited_us":');

function writeSocket(socket: SocketFacts, out: JsonBytes): void {
  out.fixed(SOCKET);
  const start = out.at;
  out.number(RTT_US, socket.rttUs);
  out.number(MIN_RTT_US, socket.minRttUs);
  out.number(RTTVAR_US, socket.rttvarUs);
  out.fixed(
    LOSSES.and(',"retransmits":', socket.retransmits)
      .and(',"lost":', socket.lost)
      .and(',"cwnd":', socket.cwnd),
  );
  out.number(DELIVERY_RATE_BPS, socket.deliveryRateBps);
  out.number(BYTES_ACKED, socket.bytesAcked);
  out.number(BUSY_US, socket.busyUs);
  out.number(RECEIVER_LIMITED_US, socket.receiverLimitedUs);
  out.number(SENDER_LIMITED_US, socket.senderLimitedUs);
  out.endObject(start);
}

const TLS = FixedText.of(',"tls":');
const HANDSHAKE = FixedText.of('');
const CERTIFICATE_EXPIRES_AT = FixedText.of(',"certificate_expires_at":');

function writeTls(tls: TlsFacts, out: JsonBytes): void {
  out.fixed(TLS);
  const start = out.at;
  out.fixed(
    HANDSHAKE.and(',"version":', tls.version)
      .and(',"cipher":', tls.cipher)
      .and(',"alpn":', tls.alpn)
      .and(',"session_reused":', tls.sessionReused),
  );
  out.timestamp(CERTIFICATE_EXPIRES_AT, tls.certificateExpiresAtMs);
  out.endObject(start);
}
