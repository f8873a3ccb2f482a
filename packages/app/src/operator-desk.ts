import {
  AuditError,
  doneWithin,
  type AuditSink,
  type IntakeControl,
  type IntakeOutcome,
  type MetricsRecorder,
  NetScopeError,
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

/** An operator in an incident is not kept waiting for a spool that has no room, or a slow disk. */
const AUDIT_WAIT_MS = 2000;

/** What it tells by. */
export interface DeskTools extends Pick<Foundation, 'bus' | 'clock' | 'log' | 'random' | 'timers'> {
  readonly metrics: MetricsRecorder;
}

export interface DeskParts {
  readonly foundation: DeskTools;
  readonly sink: AuditSink;
  readonly upstreams: IntakeControl;
  readonly topicsAndRoutes: IntakeControl;
  /** Absent where the source has no offsets to move. */
  readonly partitions: PartitionControl | undefined;
}

type SeekMove = Parameters<Parameters<PartitionControl['seek']>[1]>[0];
/** `late`: on its way, but the disk takes its time. `full`: it waits for room. */
type Audited = 'durable' | 'late' | 'full';
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
    return { ...outcome, audited: (await this.#audit(command, facts)) === 'durable' };
  }

  #tell(command: OperatorCommand, { state }: Done): void {
    const { target, name, action, reason, traceId, requestId } = command;
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
      requestId,
    });
  }

  /**
   * The intent is durable before the offset is committed, since that outlasts a process that ends
   * between the two: the trail then says what was to be done, by whom, and no more.
   */
  async seek(command: SeekCommand): Promise<SeekAnswer> {
    const { partitions } = this.#parts;
    if (partitions === undefined) return { kind: 'unsupported' };
    const note = new SeekNote(command);
    try {
      const outcome = await partitions.seek(command, async (move) => {
        note.move = move;
        const audited = await this.#audit(command, note.facts('intended'));
        if (audited !== 'durable') throw unaudited(audited);
      });
      if (outcome.kind !== 'done') return outcome;
      this.#tellSeek(command, outcome);
      const audited = await this.#audit(command, note.facts('done'));
      return { ...outcome, audited: audited === 'durable' };
    } catch (error) {
      if (note.move !== undefined) await this.#audit(command, note.facts('failed', error));
      throw error;
    }
  }

  #tellSeek(command: SeekCommand, { from, offset }: SeekMove): void {
    const { topic, partition, reason, traceId, requestId } = command;
    const { log, metrics } = this.#parts.foundation;
    metrics.counter('operator_actions_total', { target: 'partition', action: 'seek' }).inc();
    log.warn('operator.seek', 'an operator moved the offset of a partition', {
      topic,
      partition,
      from,
      to: offset,
      reason,
      trace_id: traceId,
      request_id: requestId,
    });
  }

  /** What became of the event by the time that an operator is kept waiting. */
  async #audit(
    { traceId, requestId, clientIp }: OperatorRequest,
    facts: ProcessAuditEvent['facts'],
  ): Promise<Audited> {
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
      if (await doneWithin(durable, AUDIT_WAIT_MS, foundation.timers)) return 'durable';
    } catch (error) {
      foundation.log.error('audit.unwritable', error, { event_type: 'operator.action' });
      return 'full';
    }
    if (!sink.reserve()) return 'full';
    sink.release();
    return 'late';
  }
}

/** The events of one seek: what was to be moved, and what came of it. */
class SeekNote {
  readonly #command: SeekCommand;
  /** Known once the partition is drained. */
  move: SeekMove | undefined;

  constructor(command: SeekCommand) {
    this.#command = command;
  }

  /** `failed`: not moved, as far as is known; a commit whose answer was lost may have been made. */
  facts(state: 'intended' | 'done' | 'failed', error?: unknown): ProcessAuditEvent['facts'] {
    const { topic, partition, reason } = this.#command;
    const name = `${topic}/${partition}`;
    const { move } = this;
    return {
      target: 'partition',
      name,
      action: 'seek',
      state,
      reason,
      topic,
      partition,
      ...(move === undefined ? {} : { from: String(move.from), to: String(move.offset) }),
      ...(error instanceof NetScopeError ? { error_code: error.code } : {}),
    };
  }
}

function unaudited(why: Exclude<Audited, 'durable'>): AuditError {
  if (why === 'full') {
    const message = 'nothing was moved: the spool takes no event that says so before';
    return new AuditError('AUDIT_SPOOL_FULL', message, { kind: 'transient' });
  }
  const message = `nothing was moved: the disk under the spool took over ${AUDIT_WAIT_MS} ms to write the event that says so before; try again`;
  return new AuditError('DEPENDENCY_UNAVAILABLE', message, { kind: 'transient' });
}
