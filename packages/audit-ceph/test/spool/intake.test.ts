import { sampleCall } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { RingReader } from '../../src/ring/ring-reader.ts';
import { RingWriter } from '../../src/ring/ring-writer.ts';
import { createSharedRing } from '../../src/ring/shared-ring.ts';
import { Intake } from '../../src/spool/intake.ts';

/** What may be called again after `kill -9`, with 64 calls in flight. */
const REPEATS_MAX = 200;
const IN_FLIGHT = 64;

test('the intake is behind before more wait to be written than may be called again', () => {
  const ring = createSharedRing(1024 * 1024);
  const reader = new RingReader(ring);
  const intake = new Intake(new RingWriter(ring, 256 * 1024), () => undefined);
  const event = { kind: 'call', call: sampleCall() } as const;
  let taken = 0;
  for (; !intake.isBehind; taken += 1) void intake.push(event);
  expect(taken).toBeGreaterThan(IN_FLIGHT);
  expect(taken).toBeLessThanOrEqual(REPEATS_MAX - IN_FLIGHT);
  expect(reader.next()).toBe(true);
  reader.release();
  reader.next();
  reader.release();
  expect(intake.isBehind).toBe(false);
});
