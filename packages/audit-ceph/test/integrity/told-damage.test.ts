import { expect, it } from 'vitest';

import { toldDamage } from '../../src/integrity/verify/told-damage.ts';

const integrity = { node: 'n', epoch: '000000000001aaaa', seq: 7, prev: '' };

it('a start that tells of a damaged spool is told, with what it lost', () => {
  const facts = { previous_epoch: 'unclean', spool_files_set_aside: 2, spool_events_missing: 5 };
  expect(toldDamage(lines({ facts }, {}, { facts: { spool_files_set_aside: 1 } }))).toEqual([
    'its event 7 tells of a damaged spool: 2 files set aside, 5 events that were written are in no object',
    'its event 7 tells of a damaged spool: 1 files set aside, 0 events that were written are in no object',
  ]);
});

it('no other line is taken for one, whatever stands in it', () => {
  const facts = { spool_events_missing: 5 };
  const inner = { event_type: 'system.started', facts };
  const event = { event_type: 'request.completed', response: inner, facts };
  expect(
    toldDamage(
      lines({ facts: { pid: 1 } }, event, { event_type: 'x', text: JSON.stringify(inner) }),
    ),
  ).toEqual([]);
  expect(toldDamage(Buffer.from('{"event_type":"system.started","facts":'))).toEqual([]);
});

function lines(...events: readonly object[]): Buffer {
  const all = events.map((event) => ({ event_type: 'system.started', ...event, integrity }));
  return Buffer.from(all.map((event) => `${JSON.stringify(event)}\n`).join(''));
}
