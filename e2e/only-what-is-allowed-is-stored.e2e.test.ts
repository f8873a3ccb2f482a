import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

import {
  type GatewayEnd,
  type GatewayProcess,
  MARKER_HEADERS,
  type Rule,
  waitUntil,
} from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readTrail, type StoredEvent } from './support/audit-trail.ts';
import { CommandLine } from './support/cli.ts';
import { Pipeline } from './support/pipeline.ts';

const COUNT = 200;
/** In every value and name that no path allows. */
const SECRET = 'SECRET';
/** In every value that one does. */
const SHOWN = 'SHOWN';
const LONG_NUMBER = '12345678901234567890';

const audit = {
  bodies: 'redacted',
  paths: ['order.id', 'items.*.sku', 'items.*.price', 'state'],
  headers: ['X-Tenant', 'x-answer'],
};
const ordinary = (id: number): string =>
  `{"order":{"id":"${SHOWN}-${id}","customer":"${SECRET}"},"items":[{"note":"${SECRET}"},` +
  `{"sku":${LONG_NUMBER},"price":0.10,"note":"${SECRET}"}],"${SECRET}-${id}":{"id":"${SECRET}"},"${SECRET}":[1]}`;

/** What each odd body comes to. */
const ODD: Readonly<Record<string, string | Buffer>> = {
  not_json: `state=${SECRET}`,
  not_utf8: Buffer.from(`{"state":"${SECRET}\u00ff"}`, 'latin1'),
  repeated_name: `{"order":{"id":"${SECRET}","id":"${SECRET}"}}`,
  too_deep: `{"state":"${SECRET}","a":${'['.repeat(200)}${']'.repeat(200)}}`,
  too_large: `{"state":"${SECRET}","a":"${SECRET.repeat(20_000)}"}`,
  nothing: `{"__proto__":{"state":"${SECRET}"},"order":"${SECRET}","state":{"state":"${SECRET}"}}`,
};

const rules: readonly Rule[] = [
  {
    when: { bodyIncludes: `${SHOWN}-7"` },
    answer: { kind: 'respond', status: 422, body: `${SECRET}: no JSON` },
  },
  {
    answer: {
      kind: 'respond',
      status: 200,
      headers: { 'X-Answer': `${SHOWN}-answer`, 'set-cookie': SECRET, 'x-other': SECRET },
      body: `{"state":"${SHOWN}-taken","card":"${SECRET}"}`,
    },
  },
];

interface Body {
  readonly redacted?: unknown;
  readonly unread?: string;
  readonly omitted?: number;
}

type Call = StoredEvent & {
  readonly request: { readonly headers?: unknown };
  readonly response?: { readonly headers?: unknown };
  readonly payload: { readonly request: Body; readonly response: Body };
};

describe.skipIf(await isMissing('kafka', 'rgw'))('a route that shows fields of its bodies', () => {
  let pipeline: Pipeline;
  let cli: CommandLine;
  let stored = '';
  let told = '';
  let end: GatewayEnd | undefined;
  let calls: readonly Call[] = [];

  beforeAll(async () => {
    pipeline = await Pipeline.start({
      rules,
      route: {
        audit,
        request: { path: '/', headers: MARKER_HEADERS, forward_headers: ['x-tenant', 'x-private'] },
      },
    });
    const values = [
      ...Array.from({ length: COUNT }, (_, id) => ordinary(id)),
      ...Object.values(ODD),
    ];
    await pipeline.kafka.produce(
      pipeline.topic,
      values.map((value, id) => ({
        key: `${SECRET}-key-${id}`,
        value,
        headers: { 'x-tenant': `${SHOWN}-tenant`, 'x-private': SECRET },
      })),
    );
    const gateway = await pipeline.gateway(pipeline.folder);
    await waitUntil(async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0, {
      what: 'every record to be committed',
    });
    told = await everythingTold(gateway);
    end = await gateway.stop();
    told += gateway.stdout.join('\n');
    stored = await storedText(pipeline);
    const events: readonly StoredEvent[] = await readTrail(pipeline.rgw, pipeline.bucket);
    calls = events.filter(isCall);
    const service = { data_dir: path.join(pipeline.folder, 'data') };
    cli = await CommandLine.on({ ...pipeline.config, service });
  }, 120_000);

  afterAll(async () => {
    await cli[Symbol.asyncDispose]();
    await pipeline[Symbol.asyncDispose]();
  });

  test('has nothing else in RGW or on disk, and nothing of it in log, live feed and API', async () => {
    expect(end).toBe(0);
    expect(calls).toHaveLength(COUNT + Object.keys(ODD).length);
    expect(stored).not.toContain(SECRET);
    expect(stored.split(`${SHOWN}-7"`)).toHaveLength(2);
    expect(await filesBelow(path.join(pipeline.folder, 'data'))).not.toContain(SECRET);
    expect(told).toContain('network.request.completed');
    expect(told).not.toMatch(new RegExp(`${SHOWN}|${SECRET}`));
  });

  test('shows what is allowed, numbers as they were written', () => {
    const line = `"redacted":{"order":{"id":"${SHOWN}-1"},"items":[null,{"sku":${LONG_NUMBER},"price":0.10}]}}`;
    expect(stored).toContain(line);
    const one = calls.find(({ payload }) => JSON.stringify(payload).includes(`${SHOWN}-1"`));
    expect(one).toMatchObject({
      request: { headers: { 'x-tenant': `${SHOWN}-tenant` } },
      response: { headers: { 'x-answer': `${SHOWN}-answer` } },
      payload: { response: { redacted: { state: `${SHOWN}-taken` } } },
    });
    const rejected = calls.find(({ upstream }) => upstream?.status_code === 422);
    expect(rejected?.payload.response).toMatchObject({ unread: 'not_json' });
    expect(rejected?.payload.response.redacted).toBeUndefined();
  });

  test('says of a body that it does not read why', () => {
    const { nothing: _, ...unreadable } = ODD;
    const reasons = calls.flatMap(({ payload }) => payload.request.unread ?? []);
    expect(reasons.toSorted()).toEqual(Object.keys(unreadable).toSorted());
    const omitted = calls.filter(({ payload }) => payload.request.omitted !== undefined);
    expect(omitted.map(({ payload }) => payload.request)).toEqual([
      expect.objectContaining({ omitted: 1 }),
    ]);
    expect(omitted[0]?.payload.request.redacted).toBeUndefined();
  });

  test('has a sound trail that is read back as it was written', async () => {
    const verified = await cli.run('audit', 'verify');
    expect(verified).toMatchObject({ exitCode: 0 });
    const sql = `select request_redacted, response_headers ->> 'x-answer' as answer from events where request_redacted ->> '$.order.id' = '${SHOWN}-1'`;
    const queried = await cli.run('audit', 'query', '--json', sql);
    expect(queried.stdout).toBe(
      `{"request_redacted":{"order":{"id":"${SHOWN}-1"},"items":[null,{"sku":${LONG_NUMBER},"price":0.10}]},"answer":"${SHOWN}-answer"}\n`,
    );
    const id = calls.find((call) => JSON.stringify(call).includes(`${SHOWN}-1"`))?.request_id ?? '';
    const story = await cli.run('audit', 'timeline', '--request-id', id);
    expect(story.stdout).toContain(`"sku":${LONG_NUMBER}`);
    expect(story.stdout).toContain(`headers received: {"x-answer":"${SHOWN}-answer"}`);
  });

  test('is tried by routes test, which sends nothing', async () => {
    const record = {
      topic: pipeline.topic,
      key: 'k',
      value: ordinary(1),
      headers: { 'x-tenant': SHOWN },
    };
    await writeFile(path.join(cli.folder, 'record.json'), JSON.stringify(record));
    const text = await cli.run('routes', 'test', '--record', 'record.json');
    const shown = `"redacted":{"order":{"id":"${SHOWN}-1"},"items":[null,{"sku":${LONG_NUMBER},"price":0.10}]}}`;
    expect(text.stdout).toContain(
      `the audit trail shows {"headers":{"x-tenant":"${SHOWN}"},${shown}\n`,
    );
    const json = await cli.run('routes', 'test', '--json', '--record', 'record.json');
    expect(json.stdout.replaceAll(/\s/g, '')).toContain(
      `"audit":{"headers":{"x-tenant":"${SHOWN}"},${shown}`,
    );
  });
});

function isCall(event: StoredEvent): event is Call {
  return /^request\.(?:completed|failed)$/.test(event.event_type);
}

async function everythingTold(gateway: GatewayProcess): Promise<string> {
  const socket = new WebSocket(
    `ws://127.0.0.1:${gateway.port}/v1/ws/events?since=2026-01-01T00:00:00.000Z`,
  );
  const texts: string[] = [];
  socket.addEventListener('message', ({ data }) => texts.push(String(data)));
  await waitUntil(() => texts.some((text) => text.includes('network.request.completed')), {
    what: 'the live feed to tell the calls again',
  });
  socket.close();
  const calls = await gateway.getText('/v1/calls?limit=200');
  return [...texts, calls, await gateway.getText('/metrics')].join('\n');
}

async function storedText({ rgw, bucket }: Pipeline): Promise<string> {
  const keys = await rgw.listKeys(bucket, '');
  const bodies = await Promise.all(keys.map((key) => rgw.getObject(bucket, key)));
  const texts = bodies.map((body, index) =>
    keys[index]?.endsWith('.zst') === true ? zstdDecompressSync(body) : body,
  );
  return texts.map((text) => Buffer.from(text).toString('latin1')).join('\n');
}

async function filesBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(path.join(parentPath, name), 'latin1')),
  );
  return texts.join('\n');
}
