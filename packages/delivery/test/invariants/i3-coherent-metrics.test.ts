import { expect, test } from 'vitest';

import { broken, harness, responded } from '../support/harness.ts';
import { record } from '../support/route.ts';

test('I3: live event and audit event are made from the one object of a call', async () => {
  const { engine, gateway, clock, audit, events, lease } = harness();
  engine.accept([record()], lease);
  await gateway.open[0]?.answer(broken());
  clock.advance(60_000);
  await gateway.open[0]?.answer(responded(200));
  const told = events.map((event) =>
    event.eventType === 'network.request.completed' ? event.call : undefined,
  );
  const audited = audit.events.map((event) => (event.kind === 'call' ? event.call : undefined));
  expect(told).toHaveLength(2);
  for (const [index, call] of told.entries()) expect(audited[index]).toBe(call);
});

test('I3: what is settled adds up to what metrics and status say', async () => {
  const { engine, gateway, metrics, lease } = harness();
  engine.accept([record({ offset: 0 }), record({ offset: 1, key: 'b' })], lease);
  await gateway.open[0]?.answer(responded(200));
  await gateway.open[0]?.answer(responded(422));
  const { delivered, parked, skipped } = engine.status();
  expect([delivered, parked, skipped]).toEqual([1, 1, 0]);
  expect(metrics.total('records_total')).toBe(delivered + parked + skipped);
  expect(metrics.total('records_quarantined_total')).toBe(parked);
});
