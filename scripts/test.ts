/**
 * Every test: unit, integration and e2e, against a real Kafka and a real Ceph RGW that all of them
 * share. `--project NAME` picks projects; all other arguments go to vitest. The last line says
 * `N passed, N failed`; what failed or was skipped stands by name above it.
 */
import process from 'node:process';

import { ensureNativeBuilt } from '@netscope/network-probe/build';
import { HOST_VARIABLE, ServiceHost } from '@netscope/test-support/services/host';

import { chosenProjects } from './testing/projects.ts';
import { runProject } from './testing/run-project.ts';
import { add, isSuccess, lastLine, NOTHING } from './testing/tally.ts';

const { projects, rest } = chosenProjects(process.argv.slice(2));
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The run in progress hears it too and ends; what it left is added up and services are ended.
  process.on(signal, () => (interrupted = true));
}

const native = await ensureNativeBuilt({ onOutput: (text) => process.stderr.write(text) });
if ('reason' in native) console.log(`[test] without the native library: ${native.reason}`);

let tally = NOTHING;
const leftOver: string[] = [];
{
  await using host = await ServiceHost.listen();
  process.env[HOST_VARIABLE] = host.url;
  for (const project of projects) {
    if (interrupted) break;
    console.log(`\n[test] ${project}`);
    const run = await runProject(project, rest);
    tally = add(tally, run.tally);
    leftOver.push(...run.leftOver);
  }
}
console.log(['', ...leftOver, lastLine(tally)].join('\n'));
process.exitCode = interrupted ? 130 : Number(!isSuccess(tally));
