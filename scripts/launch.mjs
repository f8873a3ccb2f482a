// Plain JavaScript on purpose: it must run on any Node to say which one is needed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { nodeFlags } from './node-flags.mjs';

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

const nodeMajor = Number(process.versions.node.split('.')[0]);
if (nodeMajor < NODE_MAJOR_MIN) {
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

// Compiled code is kept on disk, so that no thread loads the compiler that strips types.
const command = [process.execPath, ...nodeFlags(nodeMajor), entry, ...args, ...rest];
const environment = {
  NODE_COMPILE_CACHE: path.join(root, '.cache', 'compiled'),
  ...process.env,
};
if (process.execve === undefined) {
  // As on Windows.
  const { status } = spawnSync(process.execPath, command.slice(1), {
    stdio: 'inherit',
    env: environment,
  });
  process.exitCode = status ?? 1;
} else {
  // The command takes this process's place, so signals and exit codes need no one to pass them on.
  process.execve(process.execPath, command, environment);
}
