import { access } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { GatewayProcess } from '../src/gateway-process.ts';

const config = {
  source: { kind: 'embedded' },
  upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
  routes: [{ name: 'all', topics: ['records'], upstream: 'partner', request: { path: '/' } }],
  audit: { store: 'directory' },
};

describe('a gateway process', () => {
  it('is ready when it says so, answers on its port and ends on SIGTERM', async () => {
    await using gateway = await GatewayProcess.start({ config });
    expect(await gateway.get('/v1/health/ready')).toBeTypeOf('object');
    expect(await gateway.getText('/metrics')).toContain('netscope_build_info');
    expect(gateway.logs.map(({ event }) => event)).toContain('http.listening');
    expect(await gateway.cpuSeconds()).toBeGreaterThan(0);
    expect(await gateway.peakRssBytes()).toBeGreaterThan(1e7);
    expect(await gateway.stop()).toBe(0);
  });

  it('is gone, with its folder, when it is disposed of', async () => {
    const gateway = await GatewayProcess.start({ config });
    await gateway[Symbol.asyncDispose]();
    expect(gateway.end).toBe('SIGKILL');
    await expect(access(gateway.folder)).rejects.toThrow('ENOENT');
  });

  it('tells the exit code and the last words of one that does not start', async () => {
    const starting = GatewayProcess.start({ config: { ...config, nonsense: 1 } });
    await expect(starting).rejects.toThrow(/ended with 78: [^]*nonsense/u);
  });
});
