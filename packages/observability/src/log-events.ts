import type {
  AuditDegradedEvent,
  BackpressureEvent,
  CallCompletedEvent,
  CircuitChangedEvent,
  EventBus,
  IntakeChangedEvent,
  NetScopeEvent,
  RateLimitChangedEvent,
} from '@netscope/domain';

import type { ProcessLog } from './create-log.ts';

/**
 * Writes a line for each event: calls at `debug` alone, a circuit that opens and an audit path that
 * is not up as warnings, the rest as information. Answers what ends it.
 */
export function logEvents(bus: EventBus, log: ProcessLog): () => void {
  return bus.subscribe((event) => logEvent(event, log));
}

function logEvent(event: NetScopeEvent, log: ProcessLog): void {
  switch (event.eventType) {
    case 'network.request.completed':
      logCall(event, log);
      return;
    case 'system.circuit.changed':
      logCircuit(event, log);
      return;
    case 'system.rate_limit.changed':
      logRateLimit(event, log);
      return;
    case 'system.backpressure.applied':
      logBackpressure(event, log);
      return;
    case 'system.audit.degraded':
      logAudit(event, log);
      return;
    case 'system.intake.changed':
      logIntake(event, log);
      return;
    case 'system.source.offset_lost':
    case 'system.source.topic_changed':
    // The source logs it itself, with what it knows besides.
    case 'system.host.sampled':
    // Its place is the history.
  }
}

function logCall({ call, traceId }: CallCompletedEvent, log: ProcessLog): void {
  if (!log.isDebug) return;
  const { context, request, result } = call;
  log.debug('call.completed', 'a call ended', {
    trace_id: traceId,
    span_id: context.spanId,
    request_id: context.requestId,
    route_group: context.routeGroup,
    upstream: request.upstream,
    method: request.method,
    outcome: result.outcome,
    status: result.outcome === 'responded' ? result.status : undefined,
    timeout_type: result.outcome === 'timed_out' ? result.timeoutType : undefined,
    error_code: result.outcome === 'responded' ? undefined : result.error.code,
    delivered: call.delivered,
    latency_ms: result.latencyMs,
    attempts: result.attempts.length,
    tries: call.tries,
    party: result.verdict?.party,
    topic: context.source.topic,
    partition: context.source.partition,
    offset: context.source.offset,
  });
}

function logCircuit(event: CircuitChangedEvent, log: ProcessLog): void {
  const { upstream, from, to, reason, traceId } = event;
  const fields = { upstream, from, to, reason, trace_id: traceId };
  if (to === 'open' || to === 'isolated') {
    log.warn('circuit.changed', `the circuit of ${upstream} is ${to}`, fields);
  } else {
    log.info('circuit.changed', `the circuit of ${upstream} is ${to}`, fields);
  }
}

function logRateLimit(event: RateLimitChangedEvent, log: ProcessLog): void {
  const { upstream, mode, state, reason, traceId } = event;
  const fields = { upstream, mode, state, reason, trace_id: traceId };
  const text = state === 'exceeded' ? 'is exceeded' : 'is kept again';
  log.info('rate_limit.changed', `the rate limit of ${upstream} ${text}`, fields);
}

function logBackpressure(event: BackpressureEvent, log: ProcessLog): void {
  const { topic, partition, state, reason, traceId } = event;
  const fields = { topic, partition, state, reason, trace_id: traceId };
  log.info('backpressure.applied', `the partition is ${state}`, fields);
}

function logAudit({ state, reason, traceId }: AuditDegradedEvent, log: ProcessLog): void {
  const fields = { state, reason, trace_id: traceId };
  if (state === 'up') log.info('audit.recovered', 'the audit path is up', fields);
  else log.warn('audit.degraded', `the audit path is ${state}`, fields);
}

function logIntake(event: IntakeChangedEvent, log: ProcessLog): void {
  const { target, name, action, by, state, reason, traceId, requestId } = event;
  const ids = { trace_id: traceId, request_id: requestId };
  const fields = { target, name, action, by, state, reason, ...ids };
  const text = `${target} ${name}: ${action}, by ${by}`;
  if (state === 'running') log.info('intake.changed', text, fields);
  else log.warn('intake.changed', text, fields);
}
