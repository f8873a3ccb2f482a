import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import { ensurePrerequisites } from '@netscope/test-support/services';

import type { LabLinkSettings } from './lab-case.ts';

const run = promisify(execFile);
const FORWARDER = path.resolve(import.meta.dirname, 'unetem.py');
const CLIENT = '192.0.2.1/24';
const SERVER = '192.0.2.2/24';
/** Of another network, behind the server's end of the link. */
const ROUTED = '198.51.100.1';

/** Why namespaces cannot be had here; undefined where they can. */
export async function lacksNamespaces(): Promise<string | undefined> {
  const missing = await ensurePrerequisites('networks');
  if (missing !== undefined) return missing;
  const name = `netscope-try-${process.pid}`;
  try {
    await ip(`netns add ${name}`);
    await ip(`netns del ${name}`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Two network namespaces with one link between them; everything goes with it. */
export class LabLink implements AsyncDisposable {
  readonly clientSpace: string;
  readonly serverSpace: string;
  readonly serverAddress: string;
  #forwarder: ChildProcess | undefined;

  private constructor(id: string, { isRouted = false }: LabLinkSettings) {
    this.serverAddress = isRouted ? ROUTED : '192.0.2.2';
    this.clientSpace = `ns-client-${id}`;
    this.serverSpace = `ns-server-${id}`;
  }

  /** @throws {Error} with the words of `ip` or `tc`. */
  static async make(settings: LabLinkSettings): Promise<LabLink> {
    const link = new LabLink(`${process.pid}`, settings);
    await ip(`netns add ${link.clientSpace}`);
    await ip(`netns add ${link.serverSpace}`);
    if (settings.delayMs === undefined) await link.#wire(settings);
    else await link.#forward(settings);
    if (settings.isRouted === true) await link.#route();
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const forwarder = this.#forwarder;
    if (forwarder !== undefined) {
      const ended = once(forwarder, 'exit');
      forwarder.kill('SIGTERM');
      await ended;
    }
    await ip(`netns del ${this.clientSpace}`);
    await ip(`netns del ${this.serverSpace}`);
  }

  /** A virtual cable, narrow where it is asked to be. */
  async #wire({ upBps, downBps }: LabLinkSettings): Promise<void> {
    await ip(
      `-n ${this.clientSpace} link add lab0 type veth peer name lab0 netns ${this.serverSpace}`,
    );
    for (const [space, address] of [
      [this.clientSpace, CLIENT],
      [this.serverSpace, SERVER],
    ] as const) {
      await ip(`-n ${space} addr add ${address} dev lab0`);
      await ip(`-n ${space} link set lab0 up`);
      await ip(`-n ${space} link set lo up`);
    }
    if (upBps !== undefined) await narrow(this.clientSpace, upBps);
    if (downBps !== undefined) await narrow(this.serverSpace, downBps);
  }

  async #route(): Promise<void> {
    await ip(`-n ${this.serverSpace} addr add ${ROUTED}/32 dev lo`);
    await ip(`-n ${this.clientSpace} route add ${ROUTED} via 192.0.2.2`);
  }

  /** Two TUN devices and a process between them that holds packets back and drops some. */
  async #forward({ delayMs = 0, loss = 0 }: LabLinkSettings): Promise<void> {
    const args = [FORWARDER, this.clientSpace, CLIENT, this.serverSpace, SERVER];
    const settings = ['--delay', `${delayMs}`, '--loss', `${loss}`];
    this.#forwarder = spawn('python3', [...args, ...settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.#forwarder.stdout !== null) await once(this.#forwarder.stdout, 'data');
  }
}

async function narrow(space: string, bps: number): Promise<void> {
  const shape = `rate ${bps} burst 16kb latency 400ms`;
  await run('tc', ['-n', space, ...`qdisc add dev lab0 root tbf ${shape}`.split(' ')]);
}

async function ip(words: string): Promise<void> {
  await run('ip', words.split(' '));
}
