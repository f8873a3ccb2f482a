import process from 'node:process';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HOST_VARIABLE } from '../../src/services/service-host.ts';
import { isMissing, sharedKafka } from '../../src/services/shared-services.ts';
import { ScriptedUpstream } from '../../src/upstream/scripted-upstream.ts';

describe('shared services', () => {
  let host: ScriptedUpstream;
  let said: string;
  beforeEach(async () => {
    host = await ScriptedUpstream.start();
    vi.stubEnv(HOST_VARIABLE, host.origin);
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await host[Symbol.asyncDispose]();
  });

  const answer = (body: object): void => {
    host.script = () => ({ kind: 'respond', status: 200, body: JSON.stringify(body) });
  };

  it('are not missing where the host found them', async () => {
    answer({ value: null });
    expect(await isMissing('kafka', 'rgw')).toBe(false);
    expect(host.ledger.entries.map(({ path }) => path)).toEqual(['/kafka/ensure', '/rgw/ensure']);
  });

  it('are skipped aloud outside CI', async () => {
    vi.stubEnv('CI', '');
    answer({ value: 'Ceph RGW is missing: install it.' });
    expect(await isMissing('rgw')).toBe(true);
    expect(said).toBe('[services] SKIPPED: Ceph RGW is missing: install it.\n');
  });

  it('fail in CI when they are missing', async () => {
    vi.stubEnv('CI', 'true');
    answer({ value: 'Ceph RGW is missing: install it.' });
    await expect(isMissing('rgw')).rejects.toThrow('Ceph RGW is missing: install it.');
  });

  it("pass the host's words on when a service can't be started", async () => {
    answer({ error: 'Kafka did not start: out of memory' });
    await expect(sharedKafka()).rejects.toThrow('Kafka did not start: out of memory');
  });

  it('need a host', async () => {
    vi.stubEnv(HOST_VARIABLE, undefined);
    await expect(sharedKafka()).rejects.toThrow('global setup');
  });
});
