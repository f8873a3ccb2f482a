import type {
  AuditSink,
  IntakeControl,
  IntakeOutcome,
  OperatorAnswer,
  OperatorCommand,
  OperatorControl,
} from '@netscope/domain';

import { doneWithin } from './bounded-wait.ts';
import type { Foundation } from './foundation.ts';

const SPAN_BYTES = 8;

/** An operator in an incident is not kept waiting for a spool that has no room. */
const AUDIT_WAIT_MS = 2000;

export interface DeskParts {
  readonly foundation: Foundation;
  readonly sink: AuditSink;
  readonly upstreams: IntakeControl;
  readonly topicsAndRoutes: IntakeControl;
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
    return { ...outcome, audited: await this.#audit(command, outcome) };
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

  async #audit(command: OperatorCommand, { state, changed }: Done): Promise<boolean> {
    const { foundation, sink } = this.#parts;
    const { target, name, action, reason, requestId, clientIp } = command;
    const durable = sink.append({
      kind: 'process',
      eventType: 'operator.action',
      timestampMs: foundation.clock.wallMs(),
      traceId: command.traceId,
      spanId: foundation.random.hex(SPAN_BYTES),
      severity: 'INFO',
      facts: {
        target,
        name,
        action,
        reason,
        state,
        changed,
        request_id: requestId,
        client_ip: clientIp,
      },
    });
    try {
      return await doneWithin(durable, AUDIT_WAIT_MS, foundation.timers);
    } catch (error) {
      foundation.log.error('audit.unwritable', error, { event_type: 'operator.action' });
      return false;
    }
  }
}
