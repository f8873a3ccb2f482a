import type { ResponseHeaders, ResponseTap } from '@netscope/domain';
import { ScriptedUpstream } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { GatewayRig } from './support/rig.ts';

class Heard implements ResponseTap {
  readonly begun: ResponseHeaders[] = [];
  text = '';

  begin(headers: ResponseHeaders): void {
    this.begun.push(headers);
    this.text = '';
  }

  add(chunk: Uint8Array): void {
    this.text += Buffer.from(chunk).toString();
  }
}

test('a tap hears headers and body of each answer, the last one last', async () => {
  await using upstream = await ScriptedUpstream.start({
    script: ({ sequence }) => ({
      kind: 'respond',
      status: sequence === 0 ? 503 : 200,
      headers: { 'X-Answer': String(sequence) },
      body: `body ${sequence}`,
    }),
  });
  await using rig = new GatewayRig({ origin: upstream.origin });
  const tap = new Heard();
  expect(await rig.call({ tap })).toMatchObject({ outcome: 'responded', status: 200 });
  expect(tap.begun.map((headers) => headers['x-answer'])).toEqual(['0', '1']);
  expect(tap.text).toBe('body 1');
});

test('a tap hears nothing of an answer after its attempt was given up', async () => {
  await using upstream = await ScriptedUpstream.start({
    script: () => ({ kind: 'trickle', status: 200, bytes: 200, everyMs: 20 }),
  });
  const rig = new GatewayRig({
    origin: upstream.origin,
    timeouts: { readMs: 200, globalMs: 200 },
    retry: { attempts: 1 },
  });
  const tap = new Heard();
  const result = await rig.call({ tap });
  const atEnd = tap.text;
  expect(result).toMatchObject({ outcome: 'timed_out' });
  expect(atEnd.length).toBeGreaterThan(0);
  expect(atEnd.length).toBeLessThan(200);
  await rig[Symbol.asyncDispose]();
  expect(tap.text).toBe(atEnd);
});
