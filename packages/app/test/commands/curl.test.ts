import { type OutboundRequest, StatusSet } from '@netscope/domain';
import { expect, test } from 'vitest';

import { curlOf } from '../../src/commands/curl.ts';

function request(changes: Partial<OutboundRequest>): OutboundRequest {
  return {
    upstream: 'partner',
    method: 'POST',
    target: '/v1/send?a=b',
    pathTemplate: '/v1/send',
    headers: [],
    contentType: undefined,
    body: undefined,
    deadlineAtMs: undefined,
    repeatable: false,
    success: new StatusSet(['2xx']),
    transient: new StatusSet(['5xx']),
    responseBytesMax: 1,
    ...changes,
  };
}

test('a request is a line that a shell takes, quotes and all', () => {
  const body = new TextEncoder().encode(`{"it's":1}`);
  const headers = ['content-type', 'application/json'];
  expect(curlOf('http://partner.test', request({ headers, body }))).toBe(
    [
      String.raw`curl -X POST 'http://partner.test/v1/send?a=b' \ `.trimEnd(),
      String.raw`  -H 'content-type: application/json' \ `.trimEnd(),
      String.raw`  --data-binary '{"it'\''s":1}'`,
    ].join('\n'),
  );
});

test('a body that begins with @ is no name of a file, and one without a type gets none', () => {
  const body = new TextEncoder().encode('@/etc/passwd');
  expect(curlOf('http://partner.test', request({ body })).split(' \\\n  ').slice(1)).toEqual([
    "-H 'content-type:'",
    "--data-raw '@/etc/passwd'",
  ]);
});

test('a header with no value is sent as one', () => {
  const text = curlOf('http://partner.test', request({ headers: ['x-empty', '', 'x-b', 'c'] }));
  expect(text.split(' \\\n  ').slice(1)).toEqual(["-H 'x-empty;'", "-H 'x-b: c'"]);
});

test('a credential is masked under any name, its scheme is not', () => {
  const headers = ['x-forwarded', 'Bearer hunter2', 'x-proxy', 'basic aHVudGVyMg=='];
  const text = curlOf('http://partner.test', request({ headers }));
  expect(text).toContain("-H 'x-forwarded: Bearer ***'");
  expect(text).toContain("-H 'x-proxy: basic ***'");
});

test.each([
  'authorization',
  'x-api-key',
  'cookie',
  'x-auth-token',
  'client-secret',
  'x-passwd',
  'Ocp-Apim-Subscription-Key',
  'x-functions-key',
  'x-access-key',
])('the value of %s is masked', (name) => {
  const text = curlOf('http://partner.test', request({ headers: [name, 'hunter2'] }));
  expect(text).toContain(`${name}: ***`);
  expect(text).not.toContain('hunter2');
});

test('a HEAD without a body is written so that curl waits for none', () => {
  const origin = 'http://partner.test';
  expect(curlOf(origin, request({ method: 'HEAD' }))).toBe(
    "curl --head 'http://partner.test/v1/send?a=b'",
  );
  const body = new TextEncoder().encode('b');
  expect(curlOf(origin, request({ method: 'HEAD', body }))).toMatch(/^curl -X HEAD /u);
});

test('bytes that are no text are told by their number', () => {
  const text = curlOf('http://partner.test', request({ body: new Uint8Array([0xff, 0xfe]) }));
  expect(text).toContain('2 bytes that are not text');
});

test('the values of a query that are secrets by their name are masked', () => {
  const target = '/v1?api_key=hunterA&page=2&Access-Token=hunterB';
  const text = curlOf('http://partner.test', request({ target }));
  expect(text).toContain("'http://partner.test/v1?api_key=***&page=2&Access-Token=***'");
});
