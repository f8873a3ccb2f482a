import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';

import { ensurePrerequisites } from '@netscope/test-support/services';

const run = promisify(execFile);
const RULES =
  'add table ip nat; ' +
  'add chain ip nat out { type nat hook postrouting priority 100; }; ' +
  'add rule ip nat out oifname "outside" masquerade';

/** Why nothing can be masqueraded here; undefined where it can. */
export async function lacksMasquerade(): Promise<string | undefined> {
  const missing = await ensurePrerequisites('networks');
  if (missing !== undefined) return missing;
  try {
    const link = await Masquerade.make('try');
    await link[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A client in a network of its own, a router that masquerades it, and a server outside. */
export class Masquerade implements AsyncDisposable {
  readonly clientSpace: string;
  readonly serverSpace: string;
  readonly clientAddress = '10.77.0.2';
  readonly routerAddress = '192.0.2.1';
  readonly serverAddress = '192.0.2.2';
  readonly #routerSpace: string;

  private constructor(id: string) {
    this.clientSpace = `ns-inside-${id}`;
    this.#routerSpace = `ns-router-${id}`;
    this.serverSpace = `ns-outside-${id}`;
  }

  /** @throws {Error} with the words of `ip` or `nft`. */
  static async make(name: string): Promise<Masquerade> {
    const made = new Masquerade(`${name}-${process.pid}`);
    try {
      await made.#wire();
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const space of [this.clientSpace, this.#routerSpace, this.serverSpace]) {
      // Some may never have come to be.
      await ip(`netns del ${space}`).catch(() => undefined);
    }
  }

  async #wire(): Promise<void> {
    const [client, router, server] = [this.clientSpace, this.#routerSpace, this.serverSpace];
    for (const space of [client, router, server]) await ip(`netns add ${space}`);
    await ip(`-n ${client} link add lab0 type veth peer name inside netns ${router}`);
    await ip(`-n ${server} link add lab0 type veth peer name outside netns ${router}`);
    for (const [space, device, address] of [
      [client, 'lab0', this.clientAddress],
      [router, 'inside', '10.77.0.1'],
      [router, 'outside', this.routerAddress],
      [server, 'lab0', this.serverAddress],
    ] as const) {
      await ip(`-n ${space} addr add ${address}/24 dev ${device}`);
      await ip(`-n ${space} link set ${device} up`);
    }
    await ip(`-n ${client} route add default via 10.77.0.1`);
    await within(router, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    await within(router, ['nft', RULES]);
  }
}

async function within(space: string, command: readonly string[]): Promise<void> {
  await run('ip', ['netns', 'exec', space, ...command]);
}

async function ip(words: string): Promise<void> {
  await run('ip', words.split(' '));
}
