import { AuditError, type AuditEvent } from '@netscope/domain';

import type { DropReason } from './drop-counter.ts';
import type { SpoolAccount } from './spool-account.ts';

/** Past this, ring included, nothing is taken that nobody reserved room for. */
const UNWRITTEN_BYTES_MAX = 40 * 1024 * 1024;

interface RoomParts {
  readonly account: SpoolAccount;
  readonly onFull: 'pause' | 'drop';
  /** Bytes taken and not known to be on disk. */
  readonly unwrittenBytes: () => number;
}

/** Which events the spool has room for; it answers, and the sink acts. */
export class EventRoom {
  readonly #parts: RoomParts;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** Why an event that nobody reserved room for is not to be taken; `undefined` where it may be. */
  get shortage(): DropReason | undefined {
    return this.#memoryShortage ?? this.#spoolShortage;
  }

  /** The same of this event. */
  shortageFor(event: AuditEvent): DropReason | undefined {
    if (isOfRecord(event) && this.#parts.onFull === 'pause') return undefined;
    return isOfReserve(event) ? this.#memoryShortage : this.shortage;
  }

  get #memoryShortage(): DropReason | undefined {
    return this.#parts.unwrittenBytes() > UNWRITTEN_BYTES_MAX ? 'disk_failing' : undefined;
  }

  /** What was promised to calls is theirs, unless their events are dropped as well. */
  get #spoolShortage(): DropReason | undefined {
    const { account, onFull, unwrittenBytes } = this.#parts;
    const promisedBytes = onFull === 'pause' ? account.reservedBytes : 0;
    return account.isOver(unwrittenBytes() + promisedBytes) ? 'spool_full' : undefined;
  }
}

/** What who asked for an event is told that is not taken. */
export function noRoom(shortage: DropReason): AuditError {
  return new AuditError('AUDIT_SPOOL_FULL', SHORTAGES[shortage], { kind: 'transient' });
}

/** Room is reserved for it before its call starts. */
export function isOfRecord(event: AuditEvent): boolean {
  return event.kind === 'call' || event.kind === 'quarantine';
}

/** A handful in a life, and a start or a lost offset waits for them; operators may ask for ever. */
function isOfReserve(event: AuditEvent): boolean {
  return event.kind === 'process' && event.eventType !== 'operator.action';
}

const SHORTAGES: Readonly<Record<DropReason, string>> = {
  spool_full: 'the spool is full; what is left is for what the process says of itself',
  disk_failing: 'the disk takes nothing and memory is at its bound',
};
