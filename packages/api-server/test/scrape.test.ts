import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { TestApi } from './test-api.ts';

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

describe('/metrics', () => {
  it('is text, and OpenMetrics where that is asked for', async () => {
    const text = await api.get('/metrics');
    expect(text.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text.body).toContain('# TYPE netscope_requests_total counter');
    const accept =
      'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5';
    const open = await api.get('/metrics', { accept });
    expect(open.headers['content-type']).toMatch(/^application\/openmetrics-text/);
    expect(open.body.endsWith('# EOF\n')).toBe(true);
    expect((await api.get('/metrics', { accept: '*/*' })).headers['content-type']).toMatch(
      /^text\/plain/,
    );
  });

  it('is on its own port alone where one is set, with nothing besides', async () => {
    await api.start({ metricsPort: 0 });
    expect((await api.get('/metrics')).statusCode).toBe(404);
    await api.startScrapes();
    const scrape = await api.get('/metrics', { host: '10.1.2.3:9100' });
    expect(scrape.statusCode).toBe(200);
    const error = await api.errorOf('/v1/calls');
    expect(error).toMatchObject({ status: 404, message: 'there is nothing at this path' });
    expect(error.headers['allow']).toBeUndefined();
  });
});
