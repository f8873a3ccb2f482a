import type { LogFields } from '@netscope/domain';
import { expect, test } from 'vitest';

import { type Harness, harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const PLACE = { topic: 'orders', partition: 0, offset: 0 };

function fieldsOf({ log }: Harness, event: string): LogFields | undefined {
  return log.lines.find((line) => line.event === event)?.fields;
}

/** The ids of the first call, as its request and its events have them. */
function idsOf({ gateway }: Harness): LogFields {
  const { traceId, spanId, requestId } = gateway.made[0]?.context ?? {};
  return { trace_id: traceId, span_id: spanId, request_id: requestId };
}

test('a dead letter that cannot be written is told with the ids of its call', async () => {
  const world = harness();
  world.deadLetters.failures = 1;
  world.engine.accept([record()], world.lease);
  await world.gateway.open[0]?.answer(responded(422));
  expect(fieldsOf(world, 'dead_letter.unwritable')).toMatchObject({ ...PLACE, ...idsOf(world) });
});

test('a defect in a call is told with the ids of that call', async () => {
  const world = harness();
  world.gateway.defects = 1;
  world.engine.accept([record()], world.lease);
  await settled();
  expect(fieldsOf(world, 'delivery.defect')).toMatchObject({ ...PLACE, ...idsOf(world) });
});

test('a record that is left unsettled is told with its trace', async () => {
  const world = harness();
  world.audit.append = async () => {
    throw new Error('the disk is gone');
  };
  world.engine.accept([record()], world.lease);
  await world.gateway.open[0]?.answer(responded(200));
  const { trace_id } = idsOf(world);
  expect(fieldsOf(world, 'delivery.unsettled')).toMatchObject({ ...PLACE, trace_id });
});
