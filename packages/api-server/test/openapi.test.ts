import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { openApiDocument } from '../src/openapi/document.ts';
import { ENDPOINTS } from '../src/openapi/endpoints.ts';
import { TestApi } from './test-api.ts';

const DOCUMENT_FILE = '../../../docs/reference/openapi.json';

const PACKAGE_FILE = new URL('../package.json', import.meta.url);

const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(
    z.string(),
    z.record(
      z.string().regex(/^(get|post)$/),
      z.looseObject({
        operationId: z.string(),
        parameters: z.array(z.looseObject({ name: z.string(), in: z.enum(['path', 'query']) })),
        responses: z.record(z.string(), z.looseObject({ description: z.string().min(1) })),
      }),
    ),
  ),
});

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

describe('the OpenAPI document', () => {
  it('is the one in the repository; `vitest run -u` writes it anew', async () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')));
    const text = `${JSON.stringify(openApiDocument(version), undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot(DOCUMENT_FILE);
  });

  it('is served outside the envelope', async () => {
    const reply = await api.get('/v1/openapi.json');
    expect(reply.json()).toEqual(openApiDocument('0.1.0'));
  });

  it('names every path once, with its own operation id and all its path parameters', () => {
    const { paths } = documentSchema.parse(openApiDocument('0.1.0'));
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => [path, operation] as const),
    );
    expect(operations.length).toBeGreaterThanOrEqual(ENDPOINTS.length);
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(operations.length);
    for (const [path, { parameters }] of operations) {
      const named = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(named);
    }
  });

  it.each(Object.entries(documentSchema.parse(openApiDocument('0.1.0')).paths))(
    'tells of %s that a query may be refused and a request may take too long',
    (_path, methods) => {
      for (const { responses } of Object.values(methods)) {
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '403', '503']));
      }
    },
  );

  it('refers to nothing that it does not hold', () => {
    const text = JSON.stringify(openApiDocument('0.1.0'));
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    expect(new Set(references)).toEqual(new Set(['#/components/schemas/Error']));
    expect(text).toContain('"Error":{');
  });

  it.each(
    ENDPOINTS.flatMap(({ path, aliases = [], method = 'GET' }) =>
      [path, ...aliases].map((one) => [method, one] as const),
    ),
  )('tells of %s %s, which is there', async (method: string, path) => {
    const names: Readonly<Record<string, string>> = {
      upstream: 'partner',
      topic: 'netscope.ingress',
      partition: '0',
      route: 'partner-send',
    };
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'x');
    const reply = await api.inject({ method: method === 'POST' ? 'POST' : 'GET', url });
    const isThere =
      reply.statusCode === 200 ||
      /no call with|read over a Web|not been built|body cannot be used/.test(reply.body);
    expect(isThere ? '' : reply.body).toBe('');
  });
});
