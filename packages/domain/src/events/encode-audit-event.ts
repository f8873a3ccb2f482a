import type { AuditEvent } from './audit-event.ts';
import { JsonBytes, type TextBytes } from './json-bytes.ts';
import { type PrivateField, PrivatePart } from './private-fields.ts';
import { writeAuditEvent } from './write-audit-event.ts';

/** Where bytes come from, as from Node's `Buffer`; they may hold anything. */
export interface ByteAllocator {
  allocUnsafe(bytes: number): TextBytes;
}

const FIRST_BYTES = 4096;

/**
 * The line of one event as `writeAuditEvent` writes it, in bytes of its own; `privately` are fields
 * that go to its private part instead.
 * @throws {RangeError} for a number that is not finite.
 */
export function encodeAuditEvent(
  event: AuditEvent,
  allocator: ByteAllocator,
  privately?: ReadonlySet<PrivateField>,
): JsonBytes {
  for (let bytes = FIRST_BYTES; ; bytes *= 4) {
    const part = privately && new PrivatePart(privately, allocator.allocUnsafe(bytes));
    const out = new JsonBytes(allocator.allocUnsafe(bytes), part);
    writeAuditEvent(event, out);
    if (!out.isFull) return out;
  }
}

/** When it happened, wall clock, ms since the epoch: it decides the object that holds the event. */
export function auditEventTimeMs(event: AuditEvent): number {
  return event.kind === 'call' ? event.call.timestampMs : event.timestampMs;
}

/** The route group, where a route matched. */
export function auditEventGroup(event: AuditEvent): string | undefined {
  if (event.kind === 'call') return event.call.context.routeGroup;
  return event.kind === 'quarantine' ? event.context.routeGroup : undefined;
}
