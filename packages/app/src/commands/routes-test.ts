import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { text as readAll } from 'node:stream/consumers';

import type { Config, LoadedConfig } from '@netscope/config';
import { previewRecord } from '@netscope/delivery';
import type { SideExcerpts, SourceRecord } from '@netscope/domain';
import { exactNumber } from '@netscope/domain/plain';
import { createLog } from '@netscope/observability';

import { kafkaSettings } from '../build-source.ts';
import { countOption, type OptionValues, textOption } from '../cli/command-line.ts';
import type { Output } from '../cli/output.ts';
import { UsageError } from '../cli/usage-error.ts';
import { compileRoutes } from '../compose.ts';
import { callersFolder, type Edges } from '../edges/edges.ts';
import { keyedHashOf } from '../hmac-hash.ts';
import { curlOf } from './curl.ts';
import { parseRecord } from './parse-record.ts';

const LAST_DEFAULT = 10;
const READ_TIMEOUT_MS = 30_000;
const STANDARD_ERROR = 2;

/** In place of a cluster id, for a record that no cluster holds. */
const NO_CLUSTER = 'routes-test';

const DERIVED_KEY_NOTE =
  'A derived idempotency key is an example here: the real one needs the cluster and its offsets.';

interface Context {
  readonly options: OptionValues;
  readonly edges: Edges;
  readonly output: Output;
}

/** Shows where records would go. Nothing is sent and nothing is committed. */
export async function routesTest({ config }: LoadedConfig, context: Context): Promise<void> {
  const routes = compileRoutes(config);
  const { records, clusterId } = await recordsOf(config, context);
  const { kind } = config.source;
  const group = config.source.kafka.groupId;
  const source = { kind, group, cluster: () => clusterId ?? NO_CLUSTER };
  const edges = { random: context.edges.random, source, keyedHash: keyedHashOf(config) };
  const rows = records.map((record) => {
    const preview = previewRecord(record, routes, edges);
    return rowOf(record, preview, config);
  });
  const note = clusterId === undefined ? `\n\n${DERIVED_KEY_NOTE}` : '';
  context.output.result({ json: rows.map(({ json }) => json), text: `${textOf(rows)}${note}` });
}

interface Row {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function textOf(rows: readonly Row[]): string {
  return rows.length === 0
    ? 'the topic holds no record'
    : rows.map(({ text }) => text).join('\n\n');
}

function rowOf(
  { topic, partition, offset }: SourceRecord,
  { disposition, request, excerpts }: ReturnType<typeof previewRecord>,
  { upstreams }: Config,
): Row {
  const place = `${topic}/${partition}/${offset}`;
  const route = disposition.route?.definition.name;
  const base = { topic, partition, offset: String(offset), route };
  if (disposition.kind === 'park') {
    const { reason, error } = disposition;
    const json = { ...base, action: 'park', reason, code: error.code, message: error.message };
    return {
      json,
      text: `${place}: ${routeText(route)}would be parked, ${reason}: ${error.message}`,
    };
  }
  if (disposition.kind === 'skip' || request === undefined) {
    return { json: { ...base, action: 'skip' }, text: `${place}: ${routeText(route)}is skipped` };
  }
  const origin = upstreams.find(({ name }) => name === request.upstream)?.origin ?? '';
  const curl = curlOf(origin, request);
  const audit = excerpts === undefined ? undefined : auditOf(excerpts);
  const json = { ...base, action: 'send', upstream: request.upstream, curl, audit };
  const shown = audit === undefined ? '' : `\nthe audit trail shows ${JSON.stringify(audit)}`;
  const text = `${place}: ${routeText(route)}sends to ${request.upstream}\n${curl}${shown}`;
  return { json, text: forTerminal(text) };
}

/** Records are input: but for tabs and line ends, their control characters reach no terminal. */
function forTerminal(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t\n]/gu, '\uFFFD');
}

/** What an audit event would show of a request, by the names it has there. */
function auditOf({ headers, body }: SideExcerpts): Readonly<Record<string, unknown>> {
  return {
    headers: jsonOf(headers.json),
    headers_omitted: headers.omitted === 0 ? undefined : headers.omitted,
    redacted: jsonOf(body.json),
    omitted: body.omitted === 0 ? undefined : body.omitted,
    unread: body.unread,
  };
}

function jsonOf(json: Uint8Array | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(Buffer.from(json).toString(), exactNumber);
}

function routeText(route: string | undefined): string {
  return route === undefined ? 'no route; ' : `route ${route} `;
}

interface RecordsToShow {
  readonly records: readonly SourceRecord[];
  /** Undefined where the record was not read from a cluster. */
  readonly clusterId: string | undefined;
}

async function recordsOf(config: Config, { options, edges }: Context): Promise<RecordsToShow> {
  const file = textOption(options, 'record');
  const topic = textOption(options, 'topic');
  if ((file === undefined) === (topic === undefined)) {
    throw new UsageError('routes test needs either --record FILE|- or --topic TOPIC');
  }
  const last = countOption(options, 'last', { least: 1 });
  if (file !== undefined && last !== undefined) {
    throw new UsageError('--last goes with --topic, not with --record');
  }
  if (file !== undefined) {
    return { records: [parseRecord(await contentOf(file))], clusterId: undefined };
  }
  return lastOf(config, { topic: topic ?? '', last: last ?? LAST_DEFAULT, edges });
}

interface Tail {
  readonly topic: string;
  readonly last: number;
  readonly edges: Edges;
}

/** Of the source that the configuration names; only its library is loaded. */
async function lastOf(config: Config, { topic, last, edges }: Tail): Promise<RecordsToShow> {
  const { service, source } = config;
  if (source.kind === 'embedded') {
    const { readLast } = await import('@netscope/ingest-embedded');
    return readLast({ dataDir: service.dataDir, topic, last });
  }
  const { readLast } = await import('@netscope/ingest-kafka');
  const { clock } = edges;
  const { name, node } = service;
  const log = createLog({
    level: 'error',
    service: name,
    node,
    clock,
    destination: STANDARD_ERROR,
  });
  const kafka = kafkaSettings(source.kafka);
  return readLast(
    { kafka, topic, last, clock, log, keyedHash: keyedHashOf(config) },
    AbortSignal.timeout(READ_TIMEOUT_MS),
  );
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin);
  try {
    return await readFile(path.resolve(callersFolder(), file), 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--record ${file} cannot be read: ${reason}`);
  }
}
