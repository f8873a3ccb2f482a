import process from 'node:process';

import { type LoadedConfig, loadConfig, renderEffective } from '@netscope/config';

import type { AuditContext } from '../commands/audit/audit-context.ts';
import { auditEvents } from '../commands/audit/audit-events.ts';
import { auditInitBucket } from '../commands/audit/audit-init-bucket.ts';
import { auditLs } from '../commands/audit/audit-ls.ts';
import { auditShip } from '../commands/audit/audit-ship.ts';
import { auditTimeline } from '../commands/audit/audit-timeline.ts';
import { auditVerify } from '../commands/audit/audit-verify.ts';
import { configCheck } from '../commands/config-check.ts';
import { demo } from '../commands/demo.ts';
import { routesTest } from '../commands/routes-test.ts';
import { run } from '../commands/run.ts';
import { callersFolder, environment, systemEdges } from '../edges/edges.ts';
import { resultStream } from '../edges/result-stream.ts';
import { VERSION } from '../version.ts';
import {
  type CommandLine,
  type CommandName,
  parseCommandLine,
  textOption,
} from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { helpText } from './help.ts';
import { createOutput, type Output } from './output.ts';
import { failureOf } from './report-failure.ts';
import { drainOnSignal } from './signals.ts';

/** Does what a command line asks; answers with the exit code. Tells every failure itself. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const asJson = args.includes('--json');
  try {
    const line = parseCommandLine(args);
    const output = createOutput(process, asJson);
    return answerAtOnce(line, output) ?? (await perform(line, output));
  } catch (error) {
    const { exitCode, text, json } = failureOf(error);
    if (asJson) process.stdout.write(`${JSON.stringify({ error: json }, undefined, 2)}\n`);
    else process.stderr.write(`netscope: ${text}\n`);
    return exitCode;
  }
}

/** `--help`, `--version`, or nothing to do. */
function answerAtOnce({ command, options }: CommandLine, output: Output): number | undefined {
  if (options['version'] === true) {
    output.result({ json: { version: VERSION }, text: `netscope ${VERSION}` });
    return EXIT.ok;
  }
  if (options['help'] === true) {
    process.stdout.write(helpText(command));
    return EXIT.ok;
  }
  if (command !== undefined) return undefined;
  process.stderr.write(helpText(undefined));
  return EXIT.usage;
}

async function perform(line: CommandLine, output: Output): Promise<number> {
  const { command, options } = line;
  if (command === undefined) return EXIT.usage;
  if (command === 'demo') {
    await demo(options, {
      edges: systemEdges(),
      output,
      signal: drainOnSignal(() => noReload(output)),
    });
    return EXIT.ok;
  }
  return (await COMMANDS[command](load(line), { line, output })) ?? EXIT.ok;
}

function noReload(output: Output): void {
  output.note(
    'netscope: SIGHUP does not reload yet; the configuration stays, restart to change it',
  );
}

interface CommandContext {
  readonly line: CommandLine;
  readonly output: Output;
}

type Command = (loaded: LoadedConfig, context: CommandContext) => Promise<number | void> | void;

const COMMANDS: Readonly<Record<Exclude<CommandName, 'demo'>, Command>> = {
  run: (loaded, { output }) =>
    run(loaded, { edges: systemEdges(), output, signal: drainOnSignal(() => noReload(output)) }),
  'config check': (loaded, { output }) => configCheck(loaded, output),
  'config print': ({ config }, { output }) => {
    output.result({ json: config.effective, text: renderEffective(config, { format: 'yaml' }) });
  },
  'audit cat': ({ config }, context) => auditEvents(config, auditContext(context)),
  'audit grep': ({ config }, context) => auditEvents(config, auditContext(context)),
  'audit init-bucket': ({ config }, context) => auditInitBucket(config, auditContext(context)),
  'audit ls': ({ config }, context) => auditLs(config, auditContext(context)),
  'audit ship': ({ config }, context) => auditShip(config, auditContext(context)),
  'audit timeline': ({ config }, context) => auditTimeline(config, auditContext(context)),
  'audit verify': ({ config }, context) => auditVerify(config, auditContext(context)),
  'routes test': (loaded, { line, output }) =>
    routesTest(loaded, { options: line.options, edges: systemEdges(), output }),
};

function auditContext({ line, output }: CommandContext): AuditContext {
  return {
    command: line.command,
    options: line.options,
    cwd: callersFolder(),
    edges: systemEdges(),
    output,
    stdout: resultStream,
    signal: drainOnSignal(() => noReload(output)),
  };
}

function load({ options }: CommandLine): LoadedConfig {
  const file = textOption(options, 'config');
  const base = { env: environment(), cwd: callersFolder() };
  return loadConfig(file === undefined ? base : { ...base, file });
}
