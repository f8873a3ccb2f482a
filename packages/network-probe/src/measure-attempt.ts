import type { PhasesMs, SocketFacts } from '@netscope/domain';

import { type AttemptStamps, phasesOf } from './attempt-phases.ts';
import type { ConnectionTrace } from './connection-trace.ts';
import { SOCKET_FIELDS, type SocketLook } from './native/socket-slots.ts';
import { factsBetween, leftBetween } from './socket-facts.ts';
import { firstByteMs, lastBytesMs } from './socket-watch.ts';
import { type CallShares, latenessMs, type PathSetting } from './verdict.ts';

/** A socket that nothing happened to yet. */
const BEGINNING: SocketLook = new Float64Array(SOCKET_FIELDS.length);

/** An attempt that has just ended. */
export interface EndedAttempt extends AttemptStamps {
  /** What it went out on, or was to. */
  readonly connection: ConnectionTrace | undefined;
  /** The socket as it was when the request began; given back here. */
  readonly mark: SocketLook | undefined;
  /** Its last bytes were the answer's, whether we read them in time or not. */
  readonly isAnswered: boolean;
  /** The request's, as the client wrote them. */
  readonly bytesSent: number;
}

export interface AttemptMeasures {
  readonly phases: PhasesMs;
  readonly totalMs: number;
  readonly socket: SocketFacts | undefined;
  /** Those of the request's bytes that left this host, where the kernel tells; else all of them. */
  readonly bytesLeft: number;
}

/**
 * Looks at the socket once more, cuts the attempt's time into phases, and adds to its call's shares
 * whose time it was. What lay in the kernel before we came to it is no time of the upstream's.
 */
export function measureAttempt(
  ended: EndedAttempt,
  shares: CallShares,
  path: PathSetting,
): AttemptMeasures {
  const { connection, mark } = ended;
  const before = mark ?? beginningOf(ended);
  const after = before === undefined ? undefined : connection?.look();
  const { phases, totalMs } = phasesOf(after === undefined ? ended : asArrived(ended, after));
  const socket =
    before === undefined || after === undefined ? undefined : factsBetween(before, after);
  if (mark !== undefined) connection?.unmark(mark);
  const opened = ended.opened !== undefined;
  const { bytesSent } = ended;
  shares.add({ phases, totalMs, connection, opened, socket, after, bytesSent }, path);
  return { phases, totalMs, socket, bytesLeft: bytesLeftOf(bytesSent, before, after) };
}

/** Not 0 of a request that was written: the kernel may still send what it holds when it is given up. */
function bytesLeftOf(
  bytesSent: number,
  before: SocketLook | undefined,
  after: SocketLook | undefined,
): number {
  if (before === undefined || after === undefined) return bytesSent;
  const left = leftBetween(before, after) ?? bytesSent;
  return Math.min(bytesSent, Math.max(1, left));
}

/** An attempt that opened its connection and never came to send on it has all that happened there. */
function beginningOf({ opened, connection, startedAtMs }: EndedAttempt): SocketLook | undefined {
  const isUnused = opened !== undefined && opened === connection && startedAtMs === undefined;
  return isUnused && opened.connectedAtMs !== undefined ? BEGINNING : undefined;
}

/** By when the kernel had the answer, where it tells: we came to it later. */
function asArrived(ended: EndedAttempt, after: SocketLook): AttemptStamps {
  const arrivedMs = ended.isAnswered ? lastArrivalMs(ended, after) : ended.stoppedAtMs;
  const stampedMs = firstByteMs(after);
  const { firstByteAtMs, stoppedAtMs } = ended;
  if (arrivedMs >= stoppedAtMs && stampedMs === undefined) return ended;
  const stopMs = Math.min(stoppedAtMs, arrivedMs);
  // Without a stamp, it was there when the last one was, if not before.
  const firstMs = Math.min(firstByteAtMs ?? stopMs, stampedMs ?? stopMs);
  return {
    ...ended,
    stoppedAtMs: stopMs,
    firstByteAtMs: firstByteAtMs === undefined ? undefined : Math.min(firstMs, stopMs),
  };
}

/** When the last bytes came: by their stamp, else by their age, which is counted in jiffies. */
function lastArrivalMs(ended: EndedAttempt, after: SocketLook): number {
  const lateMs = latenessMs(ended.mark, after);
  const stampedMs = lastBytesMs(after);
  if (stampedMs !== undefined || lateMs === 0) return stampedMs ?? ended.stoppedAtMs;
  return ended.connection?.beforeNowMs(lateMs) ?? ended.stoppedAtMs;
}
