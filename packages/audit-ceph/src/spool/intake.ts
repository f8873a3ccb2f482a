import {
  AuditError,
  type AuditEvent,
  auditEventGroup,
  auditEventTimeMs,
  auditEventType,
  encodeAuditEvent,
} from '@netscope/domain';

import type { FieldEncryption } from '../encryption/field-encryption.ts';
import { frameText } from '../encryption/private-frame.ts';
import type { RingWriter } from '../ring/ring-writer.ts';
import { FRAME_DATA_KEY, FRAME_GROUP } from '../ring/shared-ring.ts';

interface Frame {
  readonly kind: number;
  readonly timeMs: number;
  readonly text: Uint8Array;
}

/** One event on its way to the disk. */
interface Pending {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly bytes: number;
  /** What is told when it is durable. */
  readonly tag: string;
}

const COMPACT_AT = 4096;
/** Some 110 events of 1.8 KB: with 64 calls in flight, fewer than 200 are called again after `kill -9`. */
const UNREAD_BYTES_MAX = 192 * 1024;

/**
 * The way from `append` into the ring: keeps what the ring has no room for, in order, and the
 * promises of what is not durable yet, which are kept in order as well.
 */
export class Intake {
  readonly #ring: RingWriter;
  readonly #onDurable: (tag: string) => void;
  readonly #encryption: FieldEncryption | undefined;
  readonly #groupIds = new Map<string, number>();
  #overflow: Frame[] = [];
  #pending: (Pending | undefined)[] = [];
  /** Entries of `#pending` that are settled: shifting an array one by one costs its length. */
  #settled = 0;
  #durableSeq = 0;
  #unwrittenBytes = 0;

  /** With `encryption` the ring splits events by the same fields. */
  constructor(ring: RingWriter, onDurable: (tag: string) => void, encryption?: FieldEncryption) {
    this.#ring = ring;
    this.#onDurable = onDurable;
    this.#encryption = encryption;
  }

  /** Whether frames of events have a private part. */
  get encrypts(): boolean {
    return this.#encryption !== undefined;
  }

  /** Looks at no key file any more. */
  stop(): void {
    this.#encryption?.stop();
  }

  /** Bytes taken and not known to be on disk; all that the intake holds in memory. */
  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  /** Whether more waits for the writer than one group should have. */
  get isBehind(): boolean {
    return this.#overflow.length > 0 || this.#ring.unreadBytes >= UNREAD_BYTES_MAX;
  }

  /** Sequence number of the last durable event. */
  get durableSeq(): number {
    return this.#durableSeq;
  }

  /** What is larger says more than an event of a call ever should. */
  get #eventBytesMax(): number {
    return Math.floor(this.#ring.textBytesMax / 3);
  }

  /**
   * Takes one event; resolves when it is durable.
   * @throws {AuditError} `AUDIT_SPOOL_FAILED` for an event that can never be written.
   */
  push(event: AuditEvent): Promise<void> {
    const bytes = this.#takeEvent(event);
    this.#unwrittenBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject, bytes, tag: auditEventType(event) });
    });
  }

  /** Nobody is known who would add to what was taken so far: it is not to wait for others. */
  endGroup(): void {
    this.#ring.endGroup();
  }

  /** Gives the writer thread an order, behind everything taken so far. */
  command(kind: number): void {
    this.#send({ kind, timeMs: 0, text: NO_TEXT });
    this.#ring.endGroup();
  }

  /** Everything up to `seq` is on disk. */
  acknowledge(seq: number): void {
    const end = this.#settled + (seq - this.#durableSeq);
    for (let index = this.#settled; index < end; index += 1) {
      const entry = this.#pending[index];
      if (entry === undefined) break;
      this.#unwrittenBytes -= entry.bytes;
      this.#onDurable(entry.tag);
      entry.resolve();
      this.#pending[index] = undefined;
    }
    this.#settled = end;
    this.#durableSeq = seq;
    if (this.#settled >= COMPACT_AT || this.#settled === this.#pending.length) this.#compact();
    this.#pump();
  }

  /** Nothing taken so far, or later, will become durable. */
  fail(reason: unknown): void {
    for (const entry of this.#pending.slice(this.#settled)) entry?.reject(reason);
    this.#pending = [];
    this.#overflow = [];
    this.#settled = 0;
    this.#unwrittenBytes = 0;
  }

  #compact(): void {
    this.#pending = this.#pending.slice(this.#settled);
    this.#settled = 0;
  }

  #takeEvent(event: AuditEvent): number {
    const kind = this.#groupId(auditEventGroup(event));
    const timeMs = auditEventTimeMs(event);
    try {
      const dataKey = this.#encryption?.noteFor(timeMs);
      if (dataKey !== undefined) this.#send({ kind: FRAME_DATA_KEY, timeMs: 0, text: dataKey });
      const bytes =
        this.#overflow.length === 0 ? this.#ring.tryWriteEvent(kind, timeMs, event) : -1;
      return bytes >= 0 ? bytes : this.#takeApart({ kind, timeMs }, event);
    } catch (error) {
      throw failed(error);
    }
  }

  /** For an event that the ring has no room for now: a copy that holds no more than its bytes. */
  #takeApart(facts: Omit<Frame, 'text'>, event: AuditEvent): number {
    const text = frameText(encodeAuditEvent(event, Buffer, this.#encryption?.fields));
    if (text.length > this.#eventBytesMax) throw new RangeError('the event is too large');
    this.#send({ ...facts, text });
    return text.length;
  }

  #groupId(group: string | undefined): number {
    if (group === undefined) return 0;
    const known = this.#groupIds.get(group);
    if (known !== undefined) return known;
    const id = this.#groupIds.size + 1;
    this.#groupIds.set(group, id);
    this.#send({ kind: FRAME_GROUP, timeMs: 0, text: Buffer.from(group) });
    return id;
  }

  #send(frame: Frame): void {
    const isWritten =
      this.#overflow.length === 0 && this.#ring.tryWrite(frame.kind, frame.timeMs, frame.text) >= 0;
    if (!isWritten) this.#overflow.push(frame);
  }

  #pump(): void {
    let sent = 0;
    for (const frame of this.#overflow) {
      if (this.#ring.tryWrite(frame.kind, frame.timeMs, frame.text) < 0) break;
      sent += 1;
    }
    if (sent > 0) this.#overflow = this.#overflow.slice(sent);
  }
}

const NO_TEXT = new Uint8Array();

function failed(error: unknown): AuditError {
  const message = error instanceof Error ? error.message : String(error);
  return new AuditError('AUDIT_SPOOL_FAILED', message, { kind: 'fault', cause: error });
}
