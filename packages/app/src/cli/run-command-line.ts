import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { type LoadedConfig, loadConfig, renderEffective } from '@netscope/config';

import type { AuditContext } from '../commands/audit/audit-context.ts';
import { callersFolder, environment, systemEdges } from '../edges/edges.ts';
import { resultStream } from '../edges/result-stream.ts';
import { VERSION } from '../version.ts';
import {
  type CommandLine,
  type CommandName,
  COMMANDS as OPTIONS_BY_COMMAND,
  parseCommandLine,
  textOption,
} from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { helpText } from './help.ts';
import { OutputError } from './output-error.ts';
import { createOutput, type Output } from './output.ts';
import { failureOf } from './report-failure.ts';
import { drainOnSignal } from './signals.ts';
import { tellFailure } from './tell-failure.ts';
import { tellIfSlow } from './tell-if-slow.ts';
import { UsageError } from './usage-error.ts';
import { WatchedStream } from './watched-stream.ts';

/** Does what a command line asks; answers with the exit code. Tells every failure itself. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const stdout = new WatchedStream(process.stdout);
  // What cannot be told there is told nobody.
  void new WatchedStream(process.stderr);
  try {
    const line = parseCommandLine(args);
    const output = createOutput(process, args.includes('--json'));
    const exitCode = answerAtOnce(line, output) ?? (await perform(line, output));
    await nextTurn();
    if (stdout.failure !== undefined) throw lost(stdout.failure, line);
    return exitCode;
  } catch (error) {
    const failure = failureOf(error);
    // Nothing more can be told where the result could not.
    tellFailure(failure, error instanceof OutputError ? [] : args);
    return failure.exitCode;
  }
}

/** An exit code says what a command came to only where that could be told. */
function lost(failure: Error, { command }: CommandLine): OutputError {
  const isOfTrail = command === 'report' || command?.startsWith('audit ') === true;
  return new OutputError(failure, isOfTrail ? EXIT.unchecked : EXIT.defect);
}

/** `--help`, `--version`, or nothing to do. @throws {UsageError} for the last where JSON is asked. */
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
  if (options['json'] === true) throw noCommand();
  process.stderr.write(helpText(undefined));
  return EXIT.usage;
}

function noCommand(): UsageError {
  return new UsageError(
    `a command is missing; there are ${Object.keys(OPTIONS_BY_COMMAND).join(', ')}`,
  );
}

async function perform(line: CommandLine, output: Output): Promise<number> {
  const { command, options } = line;
  if (command === undefined) return EXIT.usage;
  if (command === 'demo') {
    const { demo } = await import('../commands/demo.ts');
    await demo(options, {
      edges: systemEdges(),
      output,
      signal: drainOnSignal(() => noReload(output)),
    });
    return EXIT.ok;
  }
  const loaded = load(line);
  const { timers } = systemEdges();
  // A record at hand is not waited for.
  const what = textOption(options, 'record') === undefined ? WAITED_FOR[command] : undefined;
  const ended = await tellIfSlow({ timers, output }, what, async () =>
    COMMANDS[command](loaded, { line, output }),
  );
  return ended ?? EXIT.ok;
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

const TRAIL = 'reading the stored trail';

/** What a person waits for, told where it takes a while; absent where the command tells by itself. */
const WAITED_FOR: Readonly<Partial<Record<CommandName, string>>> = {
  'routes test': 'reading records',
  'audit cat': TRAIL,
  'audit export': TRAIL,
  'audit grep': TRAIL,
  'audit init-bucket': 'waiting for the store',
  'audit ls': TRAIL,
  'audit query': TRAIL,
  'audit timeline': TRAIL,
  'audit verify': TRAIL,
  report: TRAIL,
};

/** Each is loaded when it is asked for, so that a start carries nothing of the others. */
const COMMANDS: Readonly<Record<Exclude<CommandName, 'demo'>, Command>> = {
  run: async (loaded, { output }) =>
    (await import('../commands/run.ts')).run(loaded, {
      edges: systemEdges(),
      output: heard(output),
      signal: drainOnSignal(() => noReload(output)),
    }),
  'config check': async (loaded, { output }) =>
    (await import('../commands/config-check.ts')).configCheck(loaded, output, systemEdges().clock),
  'config print': ({ config }, { output }) => {
    output.result({ json: config.effective, text: renderEffective(config, { format: 'yaml' }) });
  },
  'audit cat': async ({ config }, context) =>
    (await import('../commands/audit/audit-events.ts')).auditEvents(config, auditContext(context)),
  'audit export': async ({ config }, context) =>
    (await import('../commands/audit/audit-export.ts')).auditExport(config, auditContext(context)),
  'audit grep': async ({ config }, context) =>
    (await import('../commands/audit/audit-events.ts')).auditEvents(config, auditContext(context)),
  'audit init-bucket': async ({ config }, context) =>
    (await import('../commands/audit/audit-init-bucket.ts')).auditInitBucket(
      config,
      auditContext(context),
    ),
  'audit ls': async ({ config }, context) =>
    (await import('../commands/audit/audit-ls.ts')).auditLs(config, auditContext(context)),
  'audit query': async ({ config }, context) =>
    (await import('../commands/audit/audit-query.ts')).auditQuery(config, auditContext(context)),
  'audit ship': async ({ config }, context) =>
    (await import('../commands/audit/audit-ship.ts')).auditShip(config, auditContext(context)),
  'audit timeline': async ({ config }, context) =>
    (await import('../commands/audit/audit-timeline.ts')).auditTimeline(
      config,
      auditContext(context),
    ),
  'audit verify': async ({ config }, context) =>
    (await import('../commands/audit/audit-verify.ts')).auditVerify(config, auditContext(context)),
  report: async ({ config }, context) =>
    (await import('../commands/report/report.ts')).report(config, auditContext(context)),
  'routes test': async (loaded, { line, output }) =>
    (await import('../commands/routes-test.ts')).routesTest(loaded, {
      options: line.options,
      edges: systemEdges(),
      output,
    }),
};

/** Of a gateway that runs unseen, warnings must not be lost: with `--json` notes are lines of JSON. */
function heard(output: Output): Output {
  return { ...output, note: (text) => output.summary({ json: { note: text }, text }) };
}

function auditContext({ line, output }: CommandContext): AuditContext {
  return {
    command: line.command,
    operand: line.operand,
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
