import type { Clock, Random, RetryBudget, Timers, UpstreamDefinition } from '@netscope/domain';

import type { Bulkhead } from './bulkhead.ts';
import type { CallMetrics } from './call-metrics.ts';
import type { Circuit } from './circuit.ts';
import { type Inward, layered, type Outward } from './layer.ts';
import { attemptLayer } from './layers/attempt-layer.ts';
import { bulkheadLayer } from './layers/bulkhead-layer.ts';
import { circuitLayer } from './layers/circuit-layer.ts';
import { deadlineLayer } from './layers/deadline-layer.ts';
import { type Intake, rateLimitLayer } from './layers/rate-limit-layer.ts';
import { retryLayer } from './layers/retry-layer.ts';
import { telemetryLayer } from './layers/telemetry-layer.ts';
import type { AttemptListener, Transport } from './transport.ts';

export interface PipelineParts {
  readonly definition: UpstreamDefinition;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: CallMetrics;
  readonly intake: Intake;
  readonly budget: RetryBudget;
  readonly bulkhead: Bulkhead;
  readonly circuit: Circuit;
  readonly transport: Transport;
  readonly onAttempt: AttemptListener;
  /** Takes the call's end. */
  readonly onEnd: Outward;
}

/** One upstream's policies, outermost first. Their order is written here and nowhere else. */
export function buildPipeline(parts: PipelineParts): Inward {
  const { definition, clock, timers, random, metrics, circuit } = parts;
  const { retries, exhausted } = metrics;
  const retry = { policy: definition.retry, budget: parts.budget, clock, timers, random };
  const layers = [
    // Sees the call as its caller does: every attempt, every wait.
    telemetryLayer(metrics, definition.network.path, clock),
    // One budget for all that follows; nothing further in extends it.
    deadlineLayer(definition.timeouts.globalMs, clock),
    // A call is one token, however often it is attempted.
    rateLimitLayer(parts.intake, clock, timers),
    // Outside the bulkhead and the circuit, so that each repetition asks the circuit anew.
    retryLayer({ ...retry, retries, exhausted }),
    // Outside the circuit, so that a queue for a permit is no sample of the upstream.
    bulkheadLayer(parts.bulkhead, clock),
    // Next to the attempt: it hears the upstream and nothing of our own.
    circuitLayer(circuit),
    // The request itself, under its connect and read timeouts.
    attemptLayer(parts.transport, parts.onAttempt),
  ];
  return layered(layers, parts.onEnd);
}
