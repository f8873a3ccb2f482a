/// <reference types="node" />
// Plain JavaScript on purpose: it must run on any Node to say which one is needed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;
const USAGE = 64;
const SERVICE_UNAVAILABLE = 69;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** @type {Map<string, readonly [file: string, ...args: string[]]>} */
const entries = new Map([
  ['demo', ['packages/app/src/main.ts', 'demo']],
  ['netscope', ['packages/app/src/main.ts']],
  ['test', ['scripts/test.ts']],
  ['bench', ['bench/main.ts']],
  ['bench audit', ['bench/audit.ts']],
  ['bench consumers', ['bench/consumers.ts']],
  ['bench outbound', ['bench/outbound.ts']],
  ['bench probe', ['bench/probe.ts']],
  ['bench scale', ['bench/scale.ts']],
  ['bench turns', ['bench/turns.ts']],
  ['build-native', ['scripts/build-native.ts']],
  ['campaign', ['scripts/campaign.ts']],
  ['check', ['scripts/check.ts']],
  ['check-native', ['scripts/check-native.ts']],
  ['build-dashboard', ['scripts/build-dashboard.ts']],
  ['check-boundaries', ['scripts/check-boundaries.ts']],
]);

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `NetScope needs Node ${NODE_MAJOR_MIN} or later and this is ${process.versions.node}: install Node ${NODE_MAJOR_MIN}, or use Linux on x64 or arm64, where "pnpm install" brings it along.\n`,
  );
  process.exit(SERVICE_UNAVAILABLE);
}

const given = process.argv.slice(2);
const words = entries.has(given.slice(0, 2).join(' ')) ? 2 : 1;
const name = given.slice(0, words).join(' ');
const rest = given.slice(words);
const [file, ...args] = entries.get(name) ?? [''];
const entry = path.join(root, file);
if (file === '' || !existsSync(entry)) {
  process.stderr.write(
    `launch: no command "${name}"; there are ${[...entries.keys()].join(', ')}\n`,
  );
  process.exit(USAGE);
}

// Half of Node's own size for young objects, which calls of a few milliseconds do not need; half of
// that again lets so much survive that it costs both time and memory. The image has the same flags.
const FLAGS = ['--max-semi-space-size=32'];
// V8's own: what it takes for lasting, and makes among the old objects, is gone within milliseconds
// here, too; and collections of young objects are as short on one thread as on several, which cost
// more together. A Node that does not know such a flag does not start: these majors do.
const V8_FLAGS = ['--no-allocation-site-pretenuring', '--no-parallel-scavenge'];
const V8_FLAGS_NODE_MAX = 26;
const isKnown = Number(process.versions.node.split('.')[0]) <= V8_FLAGS_NODE_MAX;
const flags = isKnown ? [...FLAGS, ...V8_FLAGS] : FLAGS;
// Compiled code is kept on disk, so that no thread loads the compiler that strips types.
const command = [process.execPath, ...flags, entry, ...args, ...rest];
const environment = {
  NODE_COMPILE_CACHE: path.join(root, '.cache', 'compiled'),
  ...process.env,
};
if (process.platform === 'win32') {
  const { status } = spawnSync(process.execPath, command.slice(1), {
    stdio: 'inherit',
    env: environment,
  });
  process.exitCode = status ?? 1;
} else {
  // The command takes this process's place, so signals and exit codes need no one to pass them on.
  process.execve(process.execPath, command, environment);
}
