/**
 * A scripted upstream as a process of its own, so that its CPU is not the caller's:
 * `node upstream-main.ts [--port N] [--rules JSON]`. Prints one JSON line with `port` and
 * `controlPort` when it listens, and ends when its standard input does.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';

import { serveControl } from './upstream/control.ts';
import { scriptOfRules, type Rule } from './upstream/rules.ts';
import { ScriptedUpstream } from './upstream/scripted-upstream.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, rules: { type: 'string', default: '[]' } },
});
const rules: readonly Rule[] = JSON.parse(values.rules);
const upstream = await ScriptedUpstream.start({
  port: Number(values.port),
  script: scriptOfRules(rules),
});
const controlPort = await serveControl(upstream);
process.stdout.write(`${JSON.stringify({ port: upstream.port, controlPort })}\n`);
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
