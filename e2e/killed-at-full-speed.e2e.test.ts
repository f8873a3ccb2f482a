import process from 'node:process';

import { BareUpstream, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

/** The long form kills more often, and only at ten thousand records a second. */
const IS_LONG = process.env['NETSCOPE_FAST_KILLS'] !== undefined;
const KILLS = Number(process.env['NETSCOPE_FAST_KILLS'] ?? 2);
const RATE = IS_LONG ? 10_000 : 0;
/** After a start, before it may be killed; V8 compiles meanwhile. */
const WARM_UP = IS_LONG ? 40_000 : 8_000;
/** Served between two kills at most, the rate being what it can be. */
const BETWEEN = IS_LONG ? 150_000 : 12_000;
const RECORDS = KILLS * BETWEEN + 10_000;
const KEYS = 5000;
const STEP = 50_000;
const REPEATS_MAX = 200;

/**
 * Guards against a bound that holds only while the gateway is slow: the scripted upstream, which
 * keeps a ledger, takes less than the gateway can send.
 */
test.skipIf(await isMissing('kafka', 'rgw'))(
  'kill -9 at full speed repeats at most 200 calls, and loses none',
  { timeout: IS_LONG ? 1_800_000 : 170_000 },
  async () => {
    using upstream = await BareUpstream.start({ keepsKeys: true });
    await using pipeline = await Pipeline.start({ partitions: 10 });
    for (let from = 0; from < RECORDS; from += STEP) {
      const count = Math.min(STEP, RECORDS - from);
      await pipeline.kafka.produce(pipeline.topic, records(count, KEYS, from));
    }
    const upstreams = { upstreams: { partner: { origin: upstream.origin } } };
    const start = () => pipeline.gateway(pipeline.folder, upstreams);
    const rates: number[] = [];
    const repeatsSoFar: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await using gateway = await start();
      const from = (await upstream.counts()).requests;
      await waitUntil(
        async () => {
          const { requests, lastSecond } = await upstream.counts();
          return requests - from >= WARM_UP && lastSecond >= RATE;
        },
        { what: `${RATE} records a second`, timeoutMs: 120_000, everyMs: 10 },
      );
      rates.push((await upstream.counts()).lastSecond);
      await gateway.kill();
      const { requests, keys } = await upstream.counts();
      repeatsSoFar.push(requests - keys);
    }
    await using gateway = await start();
    await waitUntil(async () => (await upstream.counts()).keys >= RECORDS, {
      what: 'every record to be delivered',
      timeoutMs: IS_LONG ? 600_000 : 100_000,
    });
    expect(await gateway.stop()).toBe(0);
    const { requests, keys } = await upstream.counts();
    expect(keys).toBe(RECORDS);
    // What the next life repeats is of this kill.
    const ofKills = [...repeatsSoFar.slice(1), requests - keys].map(
      (repeats, index) => repeats - (repeatsSoFar[index] ?? 0),
    );
    const told = ofKills.map((repeats, index) => `${repeats} at ${rates[index] ?? 0} a second`);
    process.stdout.write(`[figure] repeats of each kill: ${told.join(', ')}\n`);
    expect(Math.max(...ofKills)).toBeLessThanOrEqual(REPEATS_MAX);
  },
);
