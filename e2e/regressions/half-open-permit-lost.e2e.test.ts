import {
  type GatewayProcess,
  type LedgerEntry,
  MARKER_HEADERS,
  waitUntil,
} from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted, circuitOf } from '../support/resilience.ts';

const RECORDS = 40;
/** How long each of two members waits for an answer, and for a probe that was lost. */
const READ_MS = { patient: 60_000, hasty: 1500 };

type Member = keyof typeof READ_MS;

/**
 * Guards against a circuit that stays half-open for good: a peer counted its probe's permit out and,
 * when no answer came or its caller went away, never in again; no call was made until a restart.
 */
describe.skipIf(await isMissing('kafka', 'rgw'))('a half-open permit that is lost', () => {
  test('to an upstream that never answers, or to a rebalance, does not hold the circuit', async () => {
    await using pipeline = await Pipeline.start({
      partitions: 4,
      rules: [{ answer: { kind: 'respond', status: 503 } }],
      config: { source: { kafka: { revoke_drain_ms: 100 } } },
    });
    await using patient = await start(pipeline, 'patient');
    await using hasty = await start(pipeline, 'hasty');
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS, RECORDS));
    for (const gateway of [patient, hasty]) await untilCircuit(gateway, 'not closed');
    await pipeline.upstream.setRules([{ answer: { kind: 'silence' } }]);

    // No answer comes: one at a time is let through, the next when that one has timed out.
    const [probe, next] = await probes(pipeline, 'hasty', 2);
    // A timer may be a millisecond early.
    expect((next?.atMs ?? 0) - (probe?.atMs ?? 0)).toBeGreaterThan(READ_MS.hasty - 5);
    const [cutOff] = await probes(pipeline, 'patient', 1);
    await pipeline.upstream.setRules([]);
    await untilCircuit(hasty, 'closed');

    // Its caller goes away while it is out: the other member leaves, and every partition is revoked.
    expect((await circuitOf(patient)).state).toBe('half_open');
    expect(await probes(pipeline, 'patient', 1)).toHaveLength(1);
    expect(await hasty.stop()).toBe(0);
    await allCommitted(pipeline);
    await untilCircuit(patient, 'closed');
    const ledger = await pipeline.upstream.ledger();
    const delivered = ledger.filter(({ status }) => status === 200);
    const recovered = delivered.find(({ path }) => path === pathOf('patient'));
    expect((recovered?.atMs ?? Infinity) - (cutOff?.atMs ?? 0)).toBeLessThan(READ_MS.patient);
    expect(new Set(delivered.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(RECORDS);
    expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
    expect(await patient.stop()).toBe(0);
  });
});

function pathOf(member: Member): string {
  return `/v1/partner/send/${member}`;
}

/** A member of the group whose calls have a path of their own. */
function start(pipeline: Pipeline, member: Member): Promise<GatewayProcess> {
  const readMs = READ_MS[member];
  const partner = {
    origin: pipeline.upstream.origin,
    timeouts: { connect_ms: 1000, read_ms: readMs, global_ms: 2 * readMs },
    retry: { attempts: 1 },
    circuit: { open_ms: 300, open_max_ms: 500 },
  };
  const request = { method: 'POST', path: pathOf(member), headers: MARKER_HEADERS };
  return pipeline.gateway(undefined, {
    service: { name: 'netscope', node: `netscope-${member}` },
    upstreams: { partner },
    routes: [pipeline.route({ request })],
  });
}

/** Calls of a member that are not answered, once there are so many. */
async function probes(
  pipeline: Pipeline,
  member: Member,
  count: number,
): Promise<readonly LedgerEntry[]> {
  const silent = async (): Promise<readonly LedgerEntry[]> =>
    (await pipeline.upstream.ledger()).filter(
      ({ path, answer }) => path === pathOf(member) && answer === 'silence',
    );
  await waitUntil(async () => (await silent()).length >= count, {
    what: `${count} probes of the ${member} one`,
    everyMs: 10,
  });
  return silent();
}

async function untilCircuit(
  gateway: GatewayProcess,
  state: 'closed' | 'not closed',
): Promise<void> {
  await waitUntil(
    async () => ((await circuitOf(gateway)).state === 'closed') === (state === 'closed'),
    { what: `a circuit that is ${state}`, everyMs: 20 },
  );
}
