import { type AuditDigest, isoTimestamp } from '@netscope/domain';

import type { EventKey } from '../../reader/trail-keys.ts';
import { timestampMs } from '../../spool/timestamp-ms.ts';

const HOUR_MS = 3_600_000;
/** A clock that was set back may have put events this much before the digest that they came behind. */
const SET_BACK_MAX_MS = 86_400_000;

type End = Pick<AuditDigest, 'timestamp' | 'closing'>;

/** How far each epoch of a node is signed: what can still come of it without a digest. */
export class EpochEnds {
  /** In the order of digests, which is that of epochs. */
  readonly #endByEpoch = new Map<string, End>();

  /** The next digest of the node. */
  note({ epoch, timestamp, closing }: AuditDigest): void {
    this.#endByEpoch.set(epoch, { timestamp, closing });
  }

  /** Whether a digest of the epoch was noted. */
  has(epoch: string): boolean {
    return this.#endByEpoch.has(epoch);
  }

  /**
   * Why an object that no digest lists is none that its node could have sent behind the digests
   * noted; `undefined` where it could. It was sealed behind every digest of its own epoch and of
   * those before, and no clock is believed that tells of a time far before theirs.
   */
  flawOf({ epoch, hourStartMs }: EventKey): string | undefined {
    let before: End | undefined;
    for (const [noted, end] of this.#endByEpoch) {
      if (noted >= epoch && end.closing) return `the last digest of epoch ${noted} closed it`;
      if (noted <= epoch) before = end;
    }
    const signedAtMs = before === undefined ? undefined : timestampMs(before.timestamp);
    if (signedAtMs === undefined || hourStartMs + HOUR_MS + SET_BACK_MAX_MS >= signedAtMs) {
      return undefined;
    }
    const hour = isoTimestamp(hourStartMs).slice(0, 'YYYY-MM-DDTHH'.length);
    return `it is of hour ${hour}, and a digest before it was signed ${before?.timestamp}`;
  }
}
