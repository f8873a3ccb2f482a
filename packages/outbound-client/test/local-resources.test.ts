import dns from 'node:dns';
import process from 'node:process';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { GatewayRig } from './support/rig.ts';

/** Whoever resolves a name or opens a socket meets it. */
function without(code: string): void {
  const lookup = (_name: string, _options: object, callback: (error: Error) => void): void => {
    process.nextTick(callback, Object.assign(new Error(`connect ${code}`), { code }));
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one of its many shapes, the one that sockets use
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
}

describe('a host that has no more of what a connection takes', () => {
  afterEach(() => void vi.restoreAllMocks());

  test.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'])(
    'is not the fault of the upstream: %s opens no circuit',
    async (code) => {
      without(code);
      await using rig = new GatewayRig({
        origin: 'http://upstream.test:8080',
        retry: { attempts: 1 },
        circuit: { consecutiveFailures: 2, minimumAttempts: 2 },
      });
      for (let call = 0; call < 4; call += 1) {
        expect(await rig.call()).toMatchObject({
          outcome: 'refused',
          error: { code: 'LOCAL_RESOURCES', kind: 'transient', details: { causeCode: code } },
          bytesLeft: false,
        });
      }
      expect(rig.gateway.snapshots()[0]?.circuit.state).toBe('closed');
    },
  );
});
