import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from '../support/metrics.ts';
import { Pipeline } from '../support/pipeline.ts';
import { records } from '../support/records.ts';
import { allCommitted } from '../support/resilience.ts';

/** Ten keys: 15 waits behind 5, and nothing else does. */
const RECORDS = 20;
const KEYS = 10;
const RESET = 5;
const BYTES = 10_000;
/** More than one call comes to, so that record and offset are seen to be held, not only tried at once. */
const RESETS = 4;

/**
 * Guards against a record that is lost with its response: a status line of 200 had come, a TCP reset
 * followed in the middle of the body, the peer could neither count it as delivered nor write a dead
 * letter, for which there was no topic, and committed its offset.
 */
describe.skipIf(await isMissing('kafka', 'rgw'))('a reset in the middle of a response', () => {
  test('holds the offset and is tried again, and needs no dead letter topic', async () => {
    await using pipeline = await Pipeline.start({
      partitions: 1,
      rules: [
        {
          when: { headers: { 'x-record-offset': String(RESET) } },
          answer: { kind: 'reset_midway', status: 200, bytes: BYTES },
        },
      ],
      upstream: { retry: { attempts: 1 }, circuit: { mode: 'observe' } },
    });
    await using gateway = await pipeline.gateway();
    await pipeline.kafka.deleteTopic(pipeline.deadLetterTopic);
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS, KEYS));
    const resets = async (): Promise<number> => {
      const ledger = await pipeline.upstream.ledger();
      return ledger.filter(({ answer }) => answer === 'reset_midway').length;
    };
    await waitUntil(async () => (await pipeline.upstream.counts()).keys === RECORDS - 1, {
      what: 'all to be called but the one behind it',
    });
    await waitUntil(async () => (await resets()) >= RESETS, { what: `${RESETS} resets` });
    const committed = await pipeline.kafka.committedOffsets(pipeline.group, pipeline.topic);
    expect(committed.get(0)).toBe(RESET);
    // It was a reset, and half of the body had been read.
    const { data } = await gateway.get<{ data: { calls: object[] } }>('/v1/calls?outcome=failed');
    expect(data.calls[0]).toMatchObject({
      network: { bytes_received: BYTES / 2, attempts: [{ status_code: 200 }] },
      result: {
        error_code: 'UPSTREAM_CONNECTION_BROKEN',
        error_message: expect.stringContaining('ECONNRESET'),
      },
    });
    const metrics = await gateway.getText('/metrics');
    expect(counterTotal(metrics, 'netscope_records_quarantined_total')).toBe(0);

    await pipeline.upstream.setRules([]);
    await allCommitted(pipeline);
    const ledger = await pipeline.upstream.ledger();
    const delivered = ledger.filter(({ answer }) => answer === 'respond');
    expect(delivered.map(({ offset }) => offset).toSorted((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: RECORDS }, (_, offset) => offset),
    );
    // All calls of one record carry one key, and the record behind it comes after.
    expect(new Set(ledger.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(RECORDS);
    const ofKey = delivered.filter(({ key }) => key === `key-${RESET}`);
    expect(ofKey.map(({ offset }) => offset)).toEqual([RESET, RESET + KEYS]);
    expect(await gateway.stop()).toBe(0);
  });
});
