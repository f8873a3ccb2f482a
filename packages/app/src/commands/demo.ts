import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { type Config, loadConfig } from '@netscope/config';

import type { App, RunSummary } from '../app.ts';
import { countOption, type OptionValues } from '../cli/command-line.ts';
import type { Output } from '../cli/output.ts';
import { compose } from '../compose.ts';
import { type DemoPlace, demoSettings } from '../demo/demo-settings.ts';
import { FlakyUpstream } from '../demo/flaky-upstream.ts';
import { freePortFrom } from '../demo/free-port.ts';
import { RecordGenerator } from '../demo/record-generator.ts';
import type { Edges } from '../edges/edges.ts';
import { TemporaryFolder } from '../edges/temporary-folder.ts';
import { buildPage } from './build-parts.ts';

const RATE_DEFAULT = 40;
/** More than one process can make and call; past it the making would take all of the event loop. */
const RATE_MOST = 10_000;
/** A day; a timer takes no more than 24 of them. */
const SECONDS_MOST = 86_400;
const PORT_DEFAULT = 8080;
/** Standard output is for what the demo came to. */
const LOG_FD = 2;

/** `--config` is an option of every command, so that a wrapper may always give it. */
const OWN_CONFIGURATION = 'netscope: demo has a configuration of its own; --config is not read';

interface DemoContext {
  readonly edges: Edges;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Shows the gateway at work with nothing but Node, until a signal or `--for` ends it. */
export async function demo(options: OptionValues, context: DemoContext): Promise<void> {
  const { edges, output } = context;
  if (options['config'] !== undefined) output.note(OWN_CONFIGURATION);
  const rate = countOption(options, 'rate', { least: 1, most: RATE_MOST }) ?? RATE_DEFAULT;
  const forSeconds = countOption(options, 'for', { least: 1, most: SECONDS_MOST });
  const asked = countOption(options, 'port', { least: 0, most: 65_535 });
  await using upstream = new FlakyUpstream(edges);
  const origin = await upstream.listen();
  output.note('building the page, where its sources changed');
  const dashboardDir = await buildPage(context.signal);
  if (dashboardDir === undefined) return;
  using folder = new TemporaryFolder('demo');
  if (options['keep'] === true) folder.keep();
  const dataDir = folder.path;
  const port = asked ?? (await freePortFrom(PORT_DEFAULT));
  const config = await demoConfig({ origin, dataDir, port });
  await using app = await compose({ config, edges, dashboardDir, logFd: LOG_FD });
  const bound = await app.listen();
  await runDemo(app, { ...context, rate, forSeconds, port: bound, folder });
}

interface DemoRun extends DemoContext {
  readonly rate: number;
  readonly forSeconds: number | undefined;
  readonly port: number;
  readonly folder: TemporaryFolder;
}

async function runDemo(app: App, run: DemoRun): Promise<void> {
  const { edges, output, forSeconds } = run;
  const { embedded } = app.ingest;
  if (embedded === undefined) throw new Error('the demo runs on the embedded source');
  const ended = new AbortController();
  // The first signal may have come while the parts were built.
  const signal = AbortSignal.any([run.signal, ended.signal]);
  using generator = new RecordGenerator({
    ...edges,
    intake: embedded,
    rate: run.rate,
    onError: (error) => output.note(`a record could not be appended: ${String(error)}`),
  });
  signal.addEventListener('abort', () => generator[Symbol.dispose](), { once: true });
  output.summary({ json: { url: urlOf(run), rate: run.rate }, text: welcome(run) });
  // The embedded source is assigned as soon as it runs: from then on the gateway is ready.
  const summary = await app.run(signal, () => {
    generator.start();
    if (forSeconds === undefined) return;
    edges.timers.background(() => ended.abort(), forSeconds * 1000);
  });
  // What is not in the store yet is in the spool alone.
  if (summary.spooled > 0) run.folder.keep();
  output.result({
    json: { generated: generator.made, ...summary, ...keptIn(run.folder) },
    text: farewell(generator.made, summary, keptIn(run.folder)),
  });
}

function urlOf({ port }: DemoRun): string {
  return `http://127.0.0.1:${port}/`;
}

function welcome(run: DemoRun): string {
  return [
    '',
    `  NetScope demo: ${urlOf(run)}`,
    `  ${run.rate} records a second; in every ten seconds the upstream is slow, answers 503 and resets.`,
    '  Ctrl-C drains and ends it.',
    '',
  ].join('\n');
}

function keptIn({ path: folder, isKept }: TemporaryFolder): { readonly folder?: string } {
  return isKept ? { folder } : {};
}

function farewell(
  generated: number,
  summary: RunSummary,
  { folder }: ReturnType<typeof keptIn>,
): string {
  const pending = generated - summary.delivered - summary.parked - summary.skipped;
  return [
    `generated ${generated}: delivered ${summary.delivered}, parked ${summary.parked}, still pending ${pending}`,
    `audit events stored ${summary.stored}, spooled ${summary.spooled}`,
    folder === undefined
      ? 'its folder is removed; --keep leaves it, with the audit trail'
      : `configuration and audit trail are in ${folder}`,
  ].join('\n');
}

/** Written beside the data, so that a person can look at it and run it again. */
async function demoConfig(place: DemoPlace): Promise<Config> {
  const file = path.join(place.dataDir, 'netscope.yaml');
  await writeFile(file, demoSettings(place));
  return loadConfig({ file, env: {}, cwd: place.dataDir }).config;
}
