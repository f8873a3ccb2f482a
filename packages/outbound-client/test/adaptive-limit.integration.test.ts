import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { CallPermit } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { context, GatewayRig, neverAborted, requestOf } from './support/rig.ts';

const SERVERS = 4;
const SERVICE_MS = 20;
const LEARNING_MS = 9000;
const MEASURED_MS = 4000;

/** An upstream that serves so many requests at a time, in the order in which they come. */
async function busyServer(): Promise<AsyncDisposable & { readonly origin: string }> {
  let free = SERVERS;
  const queue: (() => void)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    queue.push(() => void answer(response));
    serve();
  });
  async function answer(response: ServerResponse): Promise<void> {
    await delay(SERVICE_MS);
    response.end('done');
    free += 1;
    serve();
  }
  function serve(): void {
    const next = free > 0 ? queue.shift() : undefined;
    if (next === undefined) return;
    free -= 1;
    next();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answered {
  readonly atMs: number;
  readonly latencyMs: number;
}

/** Calls for so long with as many in flight as the gateway admits. */
async function saturate(rig: GatewayRig, forMs: number): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  const fromMs = performance.now();
  const calls = new Set<Promise<void>>();
  const makeCall = async (permit: CallPermit): Promise<void> => {
    const outbound = { request: requestOf(), context, permit };
    const { latencyMs } = await rig.gateway.call(outbound, neverAborted);
    answered.push({ atMs: performance.now() - fromMs, latencyMs });
  };
  const begin = (permit: CallPermit): void => {
    const call = makeCall(permit).finally(() => calls.delete(call));
    calls.add(call);
  };
  while (performance.now() < fromMs + forMs) {
    const admission = rig.gateway.admit('partner');
    if (admission.kind === 'admitted') begin(admission.permit);
    else await Promise.race(calls);
  }
  await Promise.all(calls);
  return answered;
}

interface Settled {
  readonly perSecond: number;
  readonly medianMs: number;
}

/** What the last seconds of a run came to. */
async function runWith(adaptive: boolean, origin: string, forMs: number): Promise<Settled> {
  await using rig = new GatewayRig({ origin, bulkhead: { inFlight: 64, adaptive } });
  const late = (await saturate(rig, forMs)).filter(
    ({ atMs }) => atMs > forMs - MEASURED_MS && atMs <= forMs,
  );
  const latencies = late.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
  return {
    perSecond: (late.length / MEASURED_MS) * 1000,
    medianMs: latencies[latencies.length >> 1] ?? Infinity,
  };
}

describe('an adaptive limit on a real upstream with four servers', () => {
  test('answers as much as a fixed limit of 64 does, in less than a third of the time each', async () => {
    await using server = await busyServer();
    const fixed = await runWith(false, server.origin, MEASURED_MS + 1000);
    const adaptive = await runWith(true, server.origin, MEASURED_MS + LEARNING_MS);

    expect(adaptive.perSecond).toBeGreaterThan(fixed.perSecond * 0.8);
    expect(adaptive.medianMs).toBeLessThan(fixed.medianMs / 3);
  }, 60_000);
});
