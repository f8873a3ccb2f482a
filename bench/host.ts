/**
 * `node bench/host.ts`: what one look at the host costs, beside `systeminformation` asked for the
 * same values in the same run. Ratios travel, times do not. Exits 1 where a promise is not kept.
 */
import { createServer, connect, type Socket } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

import { hostSampleSchema, type HostSample } from '@netscope/domain';
import { createHostNative } from '@netscope/network-probe/host';
import si from 'systeminformation';

import { quantile } from './statistics.ts';

const LOOKS = 2000;
const SPACED_LOOKS = 150;
/** Long enough for the TCP states to be counted anew each time. */
const SPACE_MS = 40;
const ROUNDS = 15;
const CONNECTIONS = 64;

const LOOK_US_MAX = 150;
const LOOK_WITH_TCP_US_MAX = 350;
const TIMES_CHEAPER_MIN = 200;

const native = createHostNative();
if (native === undefined) throw new Error('the native library is not built: pnpm build:native');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const sockets = await openConnections();
const bare = Array.from({ length: LOOKS }, look).slice(LOOKS / 10);
const withTcp: HostSample[] = [];
for (let turn = 0; turn < SPACED_LOOKS; turn += 1) {
  await delay(SPACE_MS);
  warm();
  withTcp.push(look());
}
const theirs = [];
for (let round = 0; round < ROUNDS; round += 1) theirs.push(await askSystemInformation());
for (const socket of sockets) socket.destroy();

const lookUs = quiet(bare.map((sample) => sample.collection_us));
const tcpUs = quiet(withTcp.map((sample) => sample.collection_us));
const theirUs = quiet(theirs) * 1000;
const times = theirUs / tcpUs;
say(`one look, TCP states not counted anew: ${lookUs.toFixed(0)} us (at most ${LOOK_US_MAX})`);
say(
  `one look with TCP states, ${CONNECTIONS} connections: ${tcpUs.toFixed(0)} us (at most ${LOOK_WITH_TCP_US_MAX})`,
);
say(`systeminformation for the same values: ${(theirUs / 1000).toFixed(1)} ms`);
say(`times cheaper: ${times.toFixed(0)} (at least ${TIMES_CHEAPER_MIN})`);
const isKept = lookUs <= LOOK_US_MAX && tcpUs <= LOOK_WITH_TCP_US_MAX && times >= TIMES_CHEAPER_MIN;
process.exit(isKept ? 0 : 1);

function look(): HostSample {
  return hostSampleSchema.parse(JSON.parse(native?.collect() ?? '{}'));
}

/** A look at one process right before, so that the thread is not measured waking up. */
function warm(): void {
  native?.process(process.pid);
}

async function askSystemInformation(): Promise<number> {
  const beganMs = performance.now();
  await Promise.all([
    si.currentLoad(),
    si.mem(),
    si.fsSize(),
    si.disksIO(),
    si.networkStats('*'),
    si.networkInterfaces(),
    si.processes(),
    si.networkConnections(),
  ]);
  return performance.now() - beganMs;
}

async function openConnections(): Promise<readonly Socket[]> {
  const server = createServer().listen(0, '127.0.0.1').unref();
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const opened = Array.from({ length: CONNECTIONS }, () => connect(port, '127.0.0.1'));
  await Promise.all(
    opened.map(async (socket) => new Promise((resolve) => socket.once('connect', resolve))),
  );
  return opened;
}

/** The tenth percentile: what it takes where nothing else interrupts, on both sides. */
function quiet(values: readonly number[]): number {
  return quantile(values, 0.1);
}
