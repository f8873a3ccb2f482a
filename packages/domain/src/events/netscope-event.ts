import type { CallRecord } from '../model/call-record.ts';
import type { IntakeAction, IntakeStanding, IntakeTarget } from '../model/intake-hold.ts';
import type { OffsetLoss } from '../model/offset-loss.ts';
import type { CircuitStateName } from '../model/outbound-result.ts';

export const SEVERITIES = ['INFO', 'WARN', 'ERROR'] as const;

export type Severity = (typeof SEVERITIES)[number];

interface EventBase {
  /** Wall clock, ms since the epoch. */
  readonly timestampMs: number;
  /** The call's, else the process's own (invariant I4). */
  readonly traceId: string;
  readonly severity: Severity;
}

/** Sent once for every call, whatever its outcome. */
export interface CallCompletedEvent extends EventBase {
  readonly eventType: 'network.request.completed';
  readonly call: CallRecord;
}

export interface CircuitChangedEvent extends EventBase {
  readonly eventType: 'system.circuit.changed';
  readonly upstream: string;
  readonly from: CircuitStateName;
  readonly to: CircuitStateName;
  /** Which samples, which phase. */
  readonly reason: string;
}

/** Calls come faster than an upstream's rate limit, or were not for 10 s. */
export interface RateLimitChangedEvent extends EventBase {
  readonly eventType: 'system.rate_limit.changed';
  readonly upstream: string;
  /** With `observe` no call is held. */
  readonly mode: 'enforce' | 'observe';
  readonly state: 'within' | 'exceeded';
  readonly reason: string;
}

/** A slow stage began to slow its source, or ceased to. */
export interface BackpressureEvent extends EventBase {
  readonly eventType: 'system.backpressure.applied';
  readonly topic: string;
  readonly partition: number;
  readonly state: 'paused' | 'resumed';
  readonly reason: string;
}

/** The audit store or spool changed its state. */
export interface AuditDegradedEvent extends EventBase {
  readonly eventType: 'system.audit.degraded';
  readonly state: 'up' | 'degraded' | 'down';
  readonly reason: string;
}

/** An operator, or a route's park guard, held intake back or let it go. */
export interface IntakeChangedEvent extends EventBase {
  readonly eventType: 'system.intake.changed';
  readonly target: IntakeTarget;
  readonly name: string;
  readonly action: IntakeAction;
  readonly by: 'operator' | 'park_guard';
  /** How it stands now. */
  readonly state: IntakeStanding;
  readonly reason: string;
  /** Of the operator's request; absent for a park guard. */
  readonly requestId?: string;
}

/** The log does not hold where the group stands; `action` says what becomes of the partition. */
export interface OffsetLostEvent extends EventBase {
  readonly eventType: 'system.source.offset_lost';
  readonly loss: OffsetLoss;
}

/** A topic that is read is not in the cluster, or is there again. */
export interface TopicChangedEvent extends EventBase {
  readonly eventType: 'system.source.topic_changed';
  readonly topic: string;
  readonly state: 'missing' | 'found';
}

/** The host and this process were looked at; nothing of it is kept for those who come back. */
export interface HostSampledEvent extends EventBase {
  readonly eventType: 'system.host.sampled';
  /** As the history of the host names them. */
  readonly values: Readonly<Record<string, number>>;
}

/** What NetScope says about itself as it happens. */
export type NetScopeEvent =
  | CallCompletedEvent
  | CircuitChangedEvent
  | RateLimitChangedEvent
  | BackpressureEvent
  | AuditDegradedEvent
  | IntakeChangedEvent
  | OffsetLostEvent
  | TopicChangedEvent
  | HostSampledEvent;

/** Wire name of the version of every live event. */
export const EVENT_VERSION = '1.0';
