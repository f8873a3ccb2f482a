import type { PhasesMs, SocketFacts } from '@netscope/domain';

import { type AttemptStamps, phasesOf } from './attempt-phases.ts';
import type { ConnectionTrace } from './connection-trace.ts';
import type { SocketLook } from './native/socket-slots.ts';
import { factsBetween } from './socket-facts.ts';
import { type CallShares, latenessMs, type PathSetting } from './verdict.ts';

/** An attempt that has just ended. */
export interface EndedAttempt extends AttemptStamps {
  /** What it went out on, or was to. */
  readonly connection: ConnectionTrace | undefined;
  /** The socket as it was when the request began; given back here. */
  readonly mark: SocketLook | undefined;
  /** Its last bytes were the answer's, whether we read them in time or not. */
  readonly isAnswered: boolean;
  readonly bytesSent: number;
}

export interface AttemptMeasures {
  readonly phases: PhasesMs;
  readonly totalMs: number;
  readonly socket: SocketFacts | undefined;
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
  const after = mark === undefined ? undefined : connection?.look();
  const lateMs = ended.isAnswered ? latenessMs(mark, after) : 0;
  const { phases, totalMs } = phasesOf(lateMs === 0 ? ended : arrivedEarlier(ended, lateMs));
  const socket = mark === undefined || after === undefined ? undefined : factsBetween(mark, after);
  if (mark !== undefined) connection?.unmark(mark);
  const opened = ended.opened !== undefined;
  const { bytesSent } = ended;
  shares.add({ phases, totalMs, connection, opened, socket, after, bytesSent }, path);
  return { phases, totalMs, socket };
}

/** A first byte that we came to late was there when the last one was, if not before. */
function arrivedEarlier(ended: EndedAttempt, lateMs: number): AttemptStamps {
  const { firstByteAtMs } = ended;
  const stoppedAtMs = Math.min(ended.stoppedAtMs, ended.endedAtMs - lateMs);
  return {
    ...ended,
    stoppedAtMs,
    firstByteAtMs: firstByteAtMs === undefined ? undefined : Math.min(firstByteAtMs, stoppedAtMs),
  };
}
