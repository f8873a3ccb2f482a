import type { AuditEvent } from '../events/audit-event.ts';

/** Keeps audit events durably. */
export interface AuditSink {
  /** Sets room for one event aside; false when the spool is full, and then nothing is set aside. */
  reserve(): boolean;
  /**
   * True while more than a group of events waits to be written, which a crash would lose and have
   * called again: no call is to be begun then. It ends with the group that is being synced.
   */
  readonly isBehind: boolean;
  /** Gives the room for one event back unused. */
  release(): void;
  /**
   * Takes one event, in the room set aside for it where there is some. Resolves when it is durable,
   * or, with `on_full: drop` or for a change of a circuit, counted as dropped.
   * @throws {AuditError} when it can never become durable, and for what an operator did while there
   * is no room.
   */
  append(event: AuditEvent): Promise<void>;
}
