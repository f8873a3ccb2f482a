import {
  doneWithin,
  type AuditSink,
  type IntakeControl,
  type IntakeOutcome,
  type OperatorAnswer,
  type OperatorCommand,
  type OperatorControl,
  type OperatorRequest,
  type PartitionControl,
  type ProcessAuditEvent,
  type SeekAnswer,
  type SeekCommand,
} from '@netscope/domain';

import type { Foundation } from './foundation.ts';

const SPAN_BYTES = 8;

/** An operator in an incident is not kept waiting for a spool that has no room. */
const AUDIT_WAIT_MS = 2000;

export interface DeskParts {
  readonly foundation: Foundation;
  readonly sink: AuditSink;
  readonly upstreams: IntakeControl;
  readonly topicsAndRoutes: IntakeControl;
  /** Absent where the source has no offsets to move. */
  readonly partitions: PartitionControl | undefined;
}

type Done = Extract<IntakeOutcome, { readonly kind: 'done' }>;

/** Does what operators ask: first the deed, then its event, count and line in the audit trail. */
export class OperatorDesk implements OperatorControl {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  async act(command: OperatorCommand): Promise<OperatorAnswer> {
    const { upstreams, topicsAndRoutes } = this.#parts;
    const outcome = (command.target === 'upstream' ? upstreams : topicsAndRoutes).control(command);
    if (outcome.kind === 'unknown') return outcome;
    this.#tell(command, outcome);
    const { target, name, action, reason } = command;
    const { state, changed } = outcome;
    const facts = { target, name, action, reason, state, changed };
    return { ...outcome, audited: await this.#audit(command, facts) };
  }

  #tell({ target, name, action, reason, traceId }: OperatorCommand, { state }: Done): void {
    const { bus, clock, metrics } = this.#parts.foundation;
    metrics.counter('operator_actions_total', { target, action }).inc();
    bus.publish({
      eventType: 'system.intake.changed',
      timestampMs: clock.wallMs(),
      traceId,
      severity: state === 'running' ? 'INFO' : 'WARN',
      target,
      name,
      action,
      by: 'operator',
      state,
      reason,
    });
  }

  async seek(command: SeekCommand): Promise<SeekAnswer> {
    const { foundation, partitions } = this.#parts;
    const { topic, partition, to, reason } = command;
    if (partitions === undefined) return { kind: 'unsupported' };
    const outcome = await partitions.seek({ topic, partition, to });
    if (outcome.kind !== 'done') return outcome;
    const { from, offset } = outcome;
    foundation.metrics
      .counter('operator_actions_total', { target: 'partition', action: 'seek' })
      .inc();
    foundation.log.warn('operator.seek', 'an operator moved the offset of a partition', {
      topic,
      partition,
      from,
      to: offset,
      reason,
      trace_id: command.traceId,
    });
    const name = `${topic}/${partition}`;
    const facts = { target: 'partition', name, action: 'seek', reason, topic, partition };
    const moved = { from: String(from), to: String(offset) };
    return { ...outcome, audited: await this.#audit(command, { ...facts, ...moved }) };
  }

  /** True where durable in time. */
  async #audit(
    { traceId, requestId, clientIp }: OperatorRequest,
    facts: ProcessAuditEvent['facts'],
  ): Promise<boolean> {
    const { foundation, sink } = this.#parts;
    const durable = sink.append({
      kind: 'process',
      eventType: 'operator.action',
      timestampMs: foundation.clock.wallMs(),
      traceId,
      spanId: foundation.random.hex(SPAN_BYTES),
      severity: 'INFO',
      facts: { ...facts, request_id: requestId, client_ip: clientIp },
    });
    try {
      return await doneWithin(durable, AUDIT_WAIT_MS, foundation.timers);
    } catch (error) {
      foundation.log.error('audit.unwritable', error, { event_type: 'operator.action' });
      return false;
    }
  }
}
