import { encodeAuditEvent } from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { assert, constantFrom, option, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HashChain } from '../../src/spool/hash-chain.ts';
import { quickFacts } from '../../src/spool/quick-line.ts';

const PREV = 'f'.repeat(64);
const EPOCH = '000000000001ab12';

describe('quickFacts', () => {
  it('says of a line what parsing it says, or leaves it to that', () => {
    const group = option(string({ unit: constantFrom('a', '"', '\\', 'é', '\u0000', ',') }), {
      nil: undefined,
    });
    assert(
      property(group, string({ maxLength: 400 }), string(), (routeGroup, key, node) => {
        const line = closedLine(routeGroup, key, node);
        const event = Object(JSON.parse(line.toString()));
        const { epoch, seq, prev } = event.integrity;
        const parsed = { epoch, seq, prev, routeGroup: event.route_group };
        expect(quickFacts(line) ?? parsed).toEqual(parsed);
      }),
    );
  });

  it('knows a plain line without parsing it', () => {
    expect(quickFacts(closedLine('partner', 'key-1', 'netscope-0'))).toEqual({
      epoch: EPOCH,
      seq: 1,
      prev: PREV,
      routeGroup: 'partner',
    });
  });

  it('believes no line that is cut, has a hole, or is not of a call', () => {
    const line = closedLine('partner', 'key-1', 'netscope-0');
    const holed = Buffer.from(line).fill(0, 700, 708);
    expect(quickFacts(holed)).toBeUndefined();
    expect(quickFacts(line.subarray(0, -1))).toBeUndefined();
    expect(quickFacts(line.subarray(1))).toBeUndefined();
    expect(quickFacts(Buffer.alloc(0))).toBeUndefined();
  });
});

/** A line as the spool's writer closes it, without its newline. */
function closedLine(routeGroup: string | undefined, key: string, node: string): Buffer {
  const call = sampleCall({ routeGroup });
  const context = { ...call.context, idempotencyKey: key };
  const open = encodeAuditEvent({ kind: 'call', call: { ...call, context } }, Buffer).written();
  const lines = Buffer.alloc(open.length + 8000);
  lines.set(open);
  const chain = new HashChain({ node, epoch: EPOCH, seq: 0, prev: PREV });
  return lines.subarray(0, chain.close(lines, 0, open.length) - 1);
}
