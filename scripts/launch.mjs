// Plain JavaScript on purpose: it must run on any Node to say which one is needed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const entries = {
  demo: ['packages/app/src/main.ts', 'demo'],
  netscope: ['packages/app/src/main.ts'],
  test: ['scripts/test.ts'],
  bench: ['bench/main.ts'],
  'build-native': ['scripts/build-native.ts'],
  'build-dashboard': ['scripts/build-dashboard.ts'],
  'check-boundaries': ['scripts/check-boundaries.ts'],
};

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `NetScope needs Node 24 or later and this is ${process.versions.node}: install Node 24, or use Linux on x64 or arm64, where "pnpm install" brings it along.\n`,
  );
  process.exit(69);
}

const [name, ...rest] = process.argv.slice(2);
/** @type {string[] | undefined} */
const entry = entries[name];
if (entry === undefined || !existsSync(path.join(root, entry[0]))) {
  process.stderr.write(`launch: no command "${name}"\n`);
  process.exit(64);
}

const child = spawn(process.execPath, [path.join(root, entry[0]), ...entry.slice(1), ...rest], {
  stdio: 'inherit',
});
// The child decides when to end; its own handlers see the terminal's signals.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
}
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? code : 128;
});
