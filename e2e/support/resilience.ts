import type { GatewayProcess } from '@netscope/test-support';
import { waitUntil } from '@netscope/test-support';

import type { Pipeline } from './pipeline.ts';

/** One upstream as `GET /v1/resilience/state` tells it; what the tests look at. */
export interface UpstreamNow {
  readonly state: string;
  readonly circuit: { readonly state: string; readonly reason: string };
  readonly bulkhead: { readonly queue_depth: number };
  readonly throttled_remaining_ms?: number;
}

interface StateNow {
  readonly upstreams: Readonly<Record<string, UpstreamNow>>;
  readonly holds: readonly {
    readonly target: string;
    readonly name: string;
    readonly by: string;
    readonly reason: string;
  }[];
}

/** What the gateway tells of its policies. */
export async function resilienceOf(gateway: GatewayProcess): Promise<StateNow> {
  return (await gateway.get<{ readonly data: StateNow }>('/v1/resilience/state')).data;
}

/** How the circuit of `partner` stands. */
export async function circuitOf(gateway: GatewayProcess): Promise<UpstreamNow['circuit']> {
  const now = (await resilienceOf(gateway)).upstreams['partner'];
  if (now === undefined) throw new Error('no upstream is called partner');
  return now.circuit;
}

/** Does what an operator would; the data of the answer. @throws {Error} where it is not 200. */
export async function operate(
  gateway: GatewayProcess,
  action: string,
  reason?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const body = reason === undefined ? {} : { body: JSON.stringify({ reason }) };
  const answer = await fetch(`${gateway.origin}/v1/resilience/${action}`, {
    method: 'POST',
    ...body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${text}`);
  const told: { readonly data: Readonly<Record<string, unknown>> } = JSON.parse(text);
  return told.data;
}

/** Waits until every record of the pipeline's topic is committed. */
export async function allCommitted(pipeline: Pipeline, timeoutMs = 60_000): Promise<void> {
  await waitUntil(async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0, {
    what: 'every record to be committed',
    timeoutMs,
    everyMs: 100,
  });
}

/** The reasons in the pipeline's dead letter topic, in their order. */
export async function deadLetterReasons(pipeline: Pipeline): Promise<readonly string[]> {
  const letters = await pipeline.kafka.fetchAll(pipeline.deadLetterTopic);
  return letters.map(({ headers }) => String(headers['netscope-reason']));
}
