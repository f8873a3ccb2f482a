import {
  type AuditSink,
  type OffsetLoss,
  offsetLossForm,
  type ProcessAuditEvent,
} from '@netscope/domain';

import type { Foundation } from './foundation.ts';

const SPAN_BYTES = 8;

type Needed = Pick<Foundation, 'bus' | 'clock' | 'log' | 'processTraceId' | 'random'>;

/** Writes what the process says of itself, and the changes of circuits, to the audit trail. */
export class ProcessAudit {
  readonly #foundation: Needed;
  readonly #sink: AuditSink;

  constructor(foundation: Needed, sink: AuditSink) {
    this.#foundation = foundation;
    this.#sink = sink;
  }

  /** Resolves when durable. */
  write(
    eventType: ProcessAuditEvent['eventType'],
    facts: ProcessAuditEvent['facts'],
  ): Promise<void> {
    return this.#sink.append({ kind: 'process', eventType, facts, ...this.#base('INFO') });
  }

  /** Writes every change of a circuit until the answer is called. */
  followCircuits(): () => void {
    return this.#foundation.bus.subscribe((event) => {
      if (event.eventType !== 'system.circuit.changed') return;
      const { upstream, from, to, reason, severity } = event;
      const base = this.#base(severity);
      this.#sink
        .append({ kind: 'circuit', upstream, from, to, reason, ...base })
        .catch((error: unknown) => this.#foundation.log.error('audit.unwritable', error));
    });
  }

  /** Tells the live feed and the audit trail of a lost offset; resolves when durable. */
  offsetLost(loss: OffsetLoss): Promise<void> {
    const base = this.#base('ERROR');
    this.#foundation.bus.publish({ eventType: 'system.source.offset_lost', loss, ...base });
    const facts = offsetLossForm(loss);
    return this.#sink.append({ kind: 'process', eventType: 'source.offset_lost', facts, ...base });
  }

  /** Tells the live feed that a topic is gone, or there again. */
  topicChanged(topic: string, state: 'missing' | 'found'): void {
    const base = this.#base(state === 'missing' ? 'ERROR' : 'INFO');
    this.#foundation.bus.publish({
      eventType: 'system.source.topic_changed',
      topic,
      state,
      ...base,
    });
  }

  #base(severity: ProcessAuditEvent['severity']) {
    const { clock, random, processTraceId } = this.#foundation;
    return {
      timestampMs: clock.wallMs(),
      traceId: processTraceId,
      spanId: random.hex(SPAN_BYTES),
      severity,
    };
  }
}
