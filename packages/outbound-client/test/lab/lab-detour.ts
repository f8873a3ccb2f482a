import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import type { LabCase } from './lab-case.ts';
import type { LabLink } from './lab-link.ts';

const run = promisify(execFile);
const PROXY = path.resolve(import.meta.dirname, 'proxy-server.ts');
/** Of the proxy beside the client, and of the one that takes CONNECT beyond the link. */
const NEAR_PORT = 15_001;
const FAR_PORT = 15_002;
/** Nobody's on any machine of ours; as service meshes do, the rule spares whom it belongs to. */
const PROXY_UID = 1337;

/** Where a socket leads. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What a proxy process is told. */
export interface ProxySettings {
  /** `forward` leads every connection to `target`; `connect` is an HTTP proxy that takes CONNECT. */
  readonly role: 'forward' | 'connect';
  readonly port: number;
  readonly target: Place;
  /** The HTTP proxy that is asked for a tunnel to `target`. */
  readonly through?: Place;
  readonly uid?: number;
}

/** Proxies between a client and its server, so that the kernel sees the first hop only. */
export class LabDetour implements AsyncDisposable {
  readonly #children: ChildProcess[] = [];

  /** @throws {Error} with the words of `nft`. */
  static async make(
    link: LabLink,
    kind: NonNullable<LabCase['detour']>,
    target: Place,
  ): Promise<LabDetour> {
    const detour = new LabDetour();
    const { clientSpace, serverSpace } = link;
    const near = { role: 'forward', port: NEAR_PORT, target, uid: PROXY_UID } as const;
    if (kind === 'redirect') await detour.#start(clientSpace, near);
    else {
      const through = { host: target.host, port: FAR_PORT };
      await detour.#start(serverSpace, { role: 'connect', port: FAR_PORT, target });
      await detour.#start(clientSpace, { ...near, through });
    }
    await redirect(clientSpace, target);
    return detour;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
  }

  async #start(space: string, settings: ProxySettings): Promise<void> {
    const command = ['netns', 'exec', space, process.execPath, PROXY, JSON.stringify(settings)];
    const child = spawn('ip', command, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.push(child);
    await once(child.stdout, 'data');
  }
}

/** Every connection to the target is led to the proxy beside the client, but for the proxy's own. */
async function redirect(space: string, { host }: Place): Promise<void> {
  const rules =
    'add table ip lab; ' +
    'add chain ip lab out { type nat hook output priority -100; }; ' +
    `add rule ip lab out ip daddr ${host} meta skuid != ${PROXY_UID} meta l4proto tcp redirect to :${NEAR_PORT}`;
  await run('ip', ['netns', 'exec', space, 'nft', rules]);
}
