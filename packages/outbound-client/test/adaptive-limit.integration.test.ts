import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { CallPermit } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { context, GatewayRig, neverAborted, requestOf } from './support/rig.ts';

const SERVERS = 4;
const SERVICE_MS = 20;
/** Of two seconds each, to learn in. */
const TURNS = 5;
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

/** Calls for so long with as many in flight as the gateway admits; when each was answered, ms. */
async function saturate(rig: GatewayRig, forMs: number): Promise<readonly number[]> {
  const answered: number[] = [];
  const fromMs = performance.now();
  const calls = new Set<Promise<void>>();
  const makeCall = async (permit: CallPermit): Promise<void> => {
    const outbound = { request: requestOf(), context, permit };
    await rig.gateway.call(outbound, neverAborted);
    answered.push(performance.now() - fromMs);
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

function limitOf(rig: GatewayRig): number {
  return rig.gateway.snapshots()[0]?.inFlightMax ?? Infinity;
}

async function perSecond(rig: GatewayRig): Promise<number> {
  const answered = await saturate(rig, MEASURED_MS);
  return (answered.length / MEASURED_MS) * 1000;
}

describe('an adaptive limit on a real upstream with four servers', () => {
  test('moves, stays below half of 64, and answers as much as 64 in flight do', async () => {
    await using server = await busyServer();
    const bulkhead = { inFlight: 64 };
    await using fixed = new GatewayRig({ origin: server.origin, bulkhead });
    const fixedRate = await perSecond(fixed);
    await using rig = new GatewayRig({
      origin: server.origin,
      bulkhead: { ...bulkhead, adaptive: true },
    });
    const seen = new Set<number>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      await saturate(rig, 2000);
      seen.add(limitOf(rig));
    }

    expect(limitOf(fixed)).toBe(64);
    expect(seen.size).toBeGreaterThan(1);
    expect(limitOf(rig)).toBeLessThan(32);
    expect(await perSecond(rig)).toBeGreaterThan(fixedRate * 0.7);
  }, 60_000);
});
