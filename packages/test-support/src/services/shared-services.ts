import { request } from 'node:http';
import process from 'node:process';

import type { BrokerControl } from './broker-control.ts';
import { ensurePrerequisites, type ServiceKind } from './prerequisites.ts';
import { say } from './progress.ts';
import { RealKafka } from './real-kafka.ts';
import { RealRgw } from './real-rgw.ts';
import type { RgwAddress, RgwControl } from './rgw-control.ts';
import { HOST_VARIABLE } from './service-host.ts';

/**
 * Sees to it that services can be started, and answers whether one can't: for
 * `describe.skipIf(await isMissing('kafka', 'rgw'))`. It says aloud what to install. It brings what
 * is missing where it may (Debian as root), which can take minutes.
 * @throws {Error} in CI, where nothing may be skipped.
 */
export async function isMissing(...kinds: readonly ServiceKind[]): Promise<boolean> {
  const sentences: string[] = [];
  for (const kind of kinds) {
    const missing = await ensure(kind);
    if (missing !== undefined) sentences.push(missing);
  }
  if (sentences.length === 0) return false;
  if (process.env['CI'] === 'true') throw new Error(sentences.join(' '));
  say(`SKIPPED: ${sentences.join(' ')}`);
  return true;
}

/** The broker that all files of the run share, started at the first call. Use own topics and groups. */
export async function sharedKafka(): Promise<RealKafka> {
  const port = await ask('kafka', 'start');
  if (typeof port !== 'number') throw new Error('the service host answered no port');
  const tell = (action: string) => async (): Promise<void> => void (await ask('kafka', action));
  const control: BrokerControl = {
    kill: tell('kill'),
    restart: tell('restart'),
    pause: tell('pause'),
    unpause: tell('unpause'),
    stop: async () => undefined,
  };
  return new RealKafka(port, control);
}

/** The Ceph RGW that all files of the run share, started at the first call. Use own buckets. */
export async function sharedRgw(): Promise<RealRgw> {
  const address = await ask('rgw', 'start');
  if (!isAddress(address)) throw new Error('the service host answered no address');
  const tell = (action: string) => async (): Promise<void> => void (await ask('rgw', action));
  const control: RgwControl = {
    stopRgw: tell('stopRgw'),
    killRgw: tell('killRgw'),
    startRgw: tell('startRgw'),
    freezeRgw: tell('freezeRgw'),
    thawRgw: tell('thawRgw'),
    pause: tell('pause'),
    unpause: tell('unpause'),
    admin: async (args) =>
      String(await ask('rgw', `admin/${encodeURIComponent(JSON.stringify(args))}`)),
    stop: async () => undefined,
  };
  return new RealRgw(address, control);
}

/** By the host where there is one, so that it is done once for all files. */
async function ensure(kind: ServiceKind): Promise<string | undefined> {
  if (process.env[HOST_VARIABLE] === undefined) return ensurePrerequisites(kind);
  const missing = await ask(kind, 'ensure');
  return typeof missing === 'string' ? missing : undefined;
}

/** Node's own client, because `fetch` gives up on headers after five minutes. */
async function ask(kind: ServiceKind, action: string): Promise<unknown> {
  const host = process.env[HOST_VARIABLE];
  if (host === undefined) {
    throw new Error(`${HOST_VARIABLE} is not set: shared services need the run's global setup`);
  }
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(`${host}/${kind}/${action}`, { method: 'POST', agent: false });
    call.once('error', reject);
    call.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.once('end', () => resolve(body));
      response.once('error', reject);
    });
    call.end();
  });
  const answer: { readonly value?: unknown; readonly error?: string } = JSON.parse(text);
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value ?? undefined;
}

function isAddress(value: unknown): value is RgwAddress {
  return typeof value === 'object' && value !== null && 'endpoint' in value;
}
