import { type ChildProcess, spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

import { UpstreamProcess } from '@netscope/test-support';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { GatewayRig } from './support/rig.ts';

const DEAD = '127.0.0.9';
const ALIVE = '127.0.0.1';

/** Listens, is stopped by a signal, and has its backlog full: the kernel then drops who comes. */
class SilentListener implements AsyncDisposable {
  readonly address = DEAD;
  readonly #child: ChildProcess;
  readonly #fillers: Socket[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(port: number): Promise<SilentListener> {
    const script = `require('net').createServer().listen({ port: ${port}, host: '${DEAD}', backlog: 1 }, () => process.stdout.write('up'))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const listener = new SilentListener(child);
    await once(child.stdout, 'data');
    child.kill('SIGSTOP');
    while (await listener.#takes(port));
    return listener;
  }

  /** Whether one more connection comes to be within a time that any on loopback takes. */
  async #takes(port: number): Promise<boolean> {
    const socket = connect(port, DEAD).on('error', () => undefined);
    this.#fillers.push(socket);
    const connected = once(socket, 'connect').then(() => true);
    return Promise.race([connected, sleep(300, false)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#fillers) socket.destroy();
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

/** One name with the two addresses, in this order. */
function nameWith(...addresses: readonly string[]): void {
  const found = addresses.map((address) => ({ address, family: 4 }));
  const lookup = (_name: string, _options: object, callback: (...all: unknown[]) => void): void => {
    process.nextTick(callback, null, found);
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one of its many shapes, the one that sockets use
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
}

describe('an upstream whose name has an address that does not answer', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('is reached at the next one within connect_ms', async () => {
    await using upstream = await UpstreamProcess.start();
    const { port } = new URL(upstream.origin);
    await using silent = await SilentListener.start(Number(port));
    nameWith(silent.address, ALIVE);
    await using rig = new GatewayRig({
      origin: `http://several.test:${port}`,
      // As by default.
      timeouts: { connectMs: 200, readMs: 1000, globalMs: 1500 },
    });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'responded', status: 200, remoteAddress: ALIVE });
    expect(result.attempts[0]?.phasesMs.tcp).toBeGreaterThan(90);
  });
});
