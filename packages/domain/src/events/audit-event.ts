import type { CallExcerpts } from '../model/audit-excerpt.ts';
import type { CallRecord } from '../model/call-record.ts';
import type { DeadLetterPlace, ParkReason } from '../model/dead-letter.ts';
import type { CircuitStateName } from '../model/outbound-result.ts';
import type { RequestContext } from '../model/request-context.ts';
import type { Severity } from './netscope-event.ts';

/** Version of the audit schema: within a major version fields are only added. */
export const AUDIT_EVENT_VERSION = '1.2';

/** One call: `request.completed` where it delivered, `request.failed` for anything else. */
export interface CallAuditEvent {
  readonly kind: 'call';
  readonly call: CallRecord;
  /** Beside the call, since nobody but the audit trail is told of it. */
  readonly excerpts?: CallExcerpts | undefined;
}

/** A record set aside; written after the broker has acknowledged the dead letter. */
export interface QuarantineAuditEvent {
  readonly kind: 'quarantine';
  readonly timestampMs: number;
  readonly context: RequestContext;
  readonly reason: ParkReason;
  readonly tries: number;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly deadLetter: DeadLetterPlace;
}

interface ProcessAuditBase {
  readonly timestampMs: number;
  /** The process's own. */
  readonly traceId: string;
  readonly spanId: string;
  readonly severity: Severity;
}

export interface CircuitAuditEvent extends ProcessAuditBase {
  readonly kind: 'circuit';
  readonly upstream: string;
  readonly from: CircuitStateName;
  readonly to: CircuitStateName;
  readonly reason: string;
}

/** What the process says of itself; `facts` holds numbers and short strings under wire names. */
export interface ProcessAuditEvent extends ProcessAuditBase {
  readonly kind: 'process';
  readonly eventType:
    | 'system.started'
    | 'system.stopped'
    | 'config.changed'
    | 'operator.action'
    | 'source.offset_lost'
    | 'audit.gap';
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** One immutable fact for the audit trail; `encodeAuditEvent` writes its line. */
export type AuditEvent =
  | CallAuditEvent
  | QuarantineAuditEvent
  | CircuitAuditEvent
  | ProcessAuditEvent;

export const AUDIT_EVENT_TYPES = [
  'request.completed',
  'request.failed',
  'request.quarantined',
  'circuit.changed',
  'operator.action',
  'config.changed',
  'source.offset_lost',
  'system.started',
  'system.stopped',
  'audit.gap',
] as const;

export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number];

/** The wire name of an event's type. */
export function auditEventType(event: AuditEvent): AuditEventType {
  if (event.kind === 'call') return event.call.delivered ? 'request.completed' : 'request.failed';
  if (event.kind === 'quarantine') return 'request.quarantined';
  return event.kind === 'circuit' ? 'circuit.changed' : event.eventType;
}
