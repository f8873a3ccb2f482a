import type { OutboundResult } from '@netscope/domain';
import { SeededRandom, waitUntil } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { CountingServer, type Reply } from './support/counting-server.ts';
import { context, GatewayRig, requestOf } from './support/rig.ts';

const LIMIT = 8;
const CALLS = 400;
const READ_MS = 40;

describe('a bulkhead of eight', () => {
  test.each([1, 2, 3])(
    'is never passed at the upstream, whatever ends its calls (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      await using server = await CountingServer.start(() => replyOf(random));
      await using rig = new GatewayRig({
        origin: server.origin,
        timeouts: { connectMs: 5000, readMs: READ_MS, globalMs: 20_000 },
        retry: { baseMs: 5, capMs: 20, budgetRatio: 1 },
        bulkhead: { inFlight: LIMIT, queue: CALLS, queueAgeMaxMs: 20_000 },
        circuit: { mode: 'observe' },
      });
      const results = await Promise.all([...admitted(rig, random), ...queued(rig, random)]);
      await waitUntil(() => rig.gateway.snapshots()[0]?.inFlight === 0, { what: 'every permit' });
      expect(server.most).toBe(LIMIT);
      const ends = new Set(results.map((one) => endOf(one)));
      expect([...ends].toSorted()).toEqual(['200', '503', 'aborted', 'failed', 'timed_out']);
    },
  );
});

function replyOf(random: SeededRandom): Reply {
  const chance = random.float();
  const afterMs = random.float() * 15;
  if (chance < 0.15) return { kind: 'silence' };
  // Some of these are given up in the moment in which they are answered.
  if (chance < 0.25) return { kind: 'respond', status: 200, afterMs: READ_MS };
  if (chance < 0.35) return { kind: 'reset', afterMs };
  if (chance < 0.45) return { kind: 'half', afterMs };
  return { kind: 'respond', status: chance < 0.65 ? 503 : 200, afterMs };
}

/** Calls as the record source makes them: each with a permit, asked for again when told to. */
function admitted({ gateway }: GatewayRig, random: SeededRandom): Promise<OutboundResult>[] {
  const waiting = Array.from({ length: CALLS / 2 }, () => Promise.withResolvers<OutboundResult>());
  const results = waiting.map(({ promise }) => promise);
  const pump = (): void => {
    while (waiting.length > 0) {
      const admission = gateway.admit('partner');
      if (admission.kind === 'waiting') return;
      const call = { request: requestOf(), context, permit: admission.permit };
      waiting.shift()?.resolve(gateway.call(call, givenUp(random)));
    }
  };
  gateway.onAvailable(pump);
  pump();
  return results;
}

/** Calls of those who queue for their permit. */
function queued({ gateway }: GatewayRig, random: SeededRandom): Promise<OutboundResult>[] {
  const call = { request: requestOf(), context, permit: undefined };
  return Array.from({ length: CALLS / 2 }, () => gateway.call(call, givenUp(random)));
}

/** One in five is given up, at any time. */
function givenUp(random: SeededRandom): AbortSignal {
  const abort = new AbortController();
  if (random.float() < 0.2) setTimeout(() => abort.abort(), random.float() * 60);
  return abort.signal;
}

function endOf(result: OutboundResult): string {
  return result.outcome === 'responded' ? String(result.status) : result.outcome;
}
