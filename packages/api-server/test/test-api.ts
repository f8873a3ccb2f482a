import { deepStrictEqual, equal } from 'node:assert/strict';

import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { z } from 'zod';

import { buildMainApp, buildScrapeApp } from '../src/api-server.ts';
import { type ApiServerOptions, createAppState, type HttpOptions } from '../src/app-state.ts';
import { type ErrorBody, errorSchema, metaSchema, successSchema } from '../src/contract.ts';
import { SampleWorld } from './sample-server.ts';

const envelopeSchema = z.object({ data: z.unknown(), meta: metaSchema });

type Refusal = ErrorBody['error'] & {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
};

/** An API over a sample world, asked without a socket. */
export class TestApi {
  readonly world = new SampleWorld();
  app: FastifyInstance | undefined;

  async start(
    http: Partial<HttpOptions> = {},
    more: Partial<ApiServerOptions> = {},
  ): Promise<void> {
    await this.close();
    this.app = await buildMainApp(createAppState(this.world.options(http, more)));
  }

  async startScrapes(): Promise<void> {
    await this.close();
    this.app = await buildScrapeApp(createAppState(this.world.options({ metricsPort: 0 })));
  }

  async close(): Promise<void> {
    await this.app?.close();
  }

  async get(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.inject({ url, headers });
  }

  async inject(request: {
    readonly url: string;
    readonly method?: 'GET' | 'POST' | 'OPTIONS' | 'HEAD';
    readonly headers?: Record<string, string>;
    readonly payload?: string;
  }): Promise<LightMyRequestResponse> {
    if (this.app === undefined) throw new Error('start first');
    return this.app.inject({ ...request, headers: { host: 'localhost:8080', ...request.headers } });
  }

  /** The data of a good answer, after its whole envelope was held against the schema. */
  async dataOf<S extends z.ZodType>(url: string, schema: S): Promise<z.infer<S>> {
    const reply = await this.get(url);
    equal(reply.statusCode, 200, reply.body);
    const told: unknown = reply.json();
    deepStrictEqual(successSchema(schema).parse(told), told);
    const { data, meta } = envelopeSchema.parse(told);
    equal(reply.headers['x-trace-id'], meta.trace_id);
    return schema.parse(data);
  }

  /** The error of a refusal, after its whole envelope was held against the schema. */
  async errorOf(url: string, headers: Record<string, string> = {}): Promise<Refusal> {
    return readRefusal(await this.get(url, headers));
  }
}

/** Holds a refusal's envelope against its schema. */
export function readRefusal(reply: LightMyRequestResponse): Refusal {
  const told: unknown = reply.json();
  const read = errorSchema.parse(told);
  deepStrictEqual(read, told);
  return { status: reply.statusCode, headers: reply.headers, ...read.error };
}
