import { expect, test } from 'vitest';

import { harness, responded } from '../support/harness.ts';
import { record } from '../support/route.ts';

const TRACE_ID = 'b'.repeat(32);
const traceparent = `00-${TRACE_ID}-${'c'.repeat(16)}-01`;

test('I4: the record’s trace goes to request, live event, audit and dead letter', async () => {
  const { engine, gateway, audit, events, deadLetters, lease } = harness();
  engine.accept([record({ headers: { traceparent } })], lease);
  const [call] = gateway.made;
  const { spanId = '' } = call?.context ?? {};
  await gateway.open[0]?.answer(responded(422));
  expect(call?.request.headers).toContain(`00-${TRACE_ID}-${spanId}-01`);
  expect(events[0]?.traceId).toBe(TRACE_ID);
  const traces = audit.events.map((event) => {
    if (event.kind === 'call') return event.call.context.traceId;
    return event.kind === 'quarantine' ? event.context.traceId : undefined;
  });
  expect(traces).toEqual([TRACE_ID, TRACE_ID]);
  expect(deadLetters.letters[0]?.context.traceId).toBe(TRACE_ID);
});

test('I4: a record with no trace is given one, and each call a span of its own', async () => {
  const { engine, gateway, clock, lease } = harness();
  engine.accept([record()], lease);
  await gateway.open[0]?.answer(responded(503));
  clock.advance(60_000);
  const [first, second] = gateway.made.map(({ context }) => context);
  expect(first?.traceId).toMatch(/^[0-9a-f]{32}$/u);
  expect(second?.traceId).toBe(first?.traceId);
  expect(second?.spanId).not.toBe(first?.spanId);
});
