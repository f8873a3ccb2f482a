/**
 * Makes the calls of one case and prints how each was judged, as JSON lines: `node lab-client.ts
 * CASE-AS-JSON`. A process of its own, so that it can live in a network namespace.
 */
import { pbkdf2 } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

import type { OutboundResult } from '@netscope/domain';
import { loadNative, NetworkProbe } from '@netscope/network-probe';
import { realClock } from '@netscope/test-support';

import { GatewayRig } from '../support/rig.ts';
import type { LabCase } from './lab-case.ts';

const BLOCK_MS = 80;
const POOL_JOBS = 12;
const POOL_ROUNDS = 60_000;

const [text = '{}'] = process.argv.slice(2);
const lab: LabCase & { readonly origin: string } = JSON.parse(text);
const certificate = path.resolve(import.meta.dirname, '../support/test-cert.pem');

await using rig = new GatewayRig(
  {
    origin: lab.origin,
    timeouts: { connectMs: 8000, readMs: 20_000, globalMs: 30_000 },
    retry: { attempts: 1 },
    // With leave to speak HTTP/2 calls wait for a connection, where the upstream does not.
    connections: { max: lab.connections ?? 64, http2: lab.connections !== undefined },
    tls: { ca: readFileSync(certificate, 'utf8'), serverName: 'localhost' },
    network: { path: lab.path ?? 'auto' },
  },
  { probe: new NetworkProbe(realClock, loadNative().library) },
);

/** Keeps the event loop from everything else. */
function block(): void {
  const untilMs = performance.now() + BLOCK_MS;
  while (performance.now() < untilMs);
}

function call(): Promise<OutboundResult> {
  const body = lab.uploadBytes === undefined ? Buffer.from('{}') : Buffer.alloc(lab.uploadBytes);
  return rig.call({ target: lab.target, body });
}

async function judged(): Promise<OutboundResult> {
  if (lab.disturbance === 'pool') {
    for (let job = 0; job < POOL_JOBS; job += 1) {
      pbkdf2('x', 'y', POOL_ROUNDS, 32, 'sha256', () => undefined);
    }
  }
  const others = lab.disturbance === 'queue' ? [call(), call(), call(), call()] : [];
  const calling = call();
  if (lab.disturbance === 'loop') setImmediate(block);
  const result = await calling;
  await Promise.all(others);
  return result;
}

await call();
await sleep(20);
for (let done = 0; done < lab.calls; done += 1) {
  // The client takes its next request at once only after a turn of the loop.
  await sleep(1);
  const { outcome, verdict, attempts, latencyMs } = await judged();
  const line = {
    outcome,
    latencyMs,
    verdict,
    phases: attempts[0]?.phasesMs,
    socket: attempts[0]?.socket,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
