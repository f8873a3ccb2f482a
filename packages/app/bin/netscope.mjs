#!/usr/bin/env node
// Plain JavaScript, so that a Node that is too old can say so instead of failing to parse.
import process from 'node:process';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `NetScope needs Node 24 or later and this is ${process.versions.node}: install Node 24, or run it as "npx -y pnpm@12 netscope" on Linux x64 or arm64, which brings it along.\n`,
  );
  process.exit(69);
}
await import('../src/main.ts');
