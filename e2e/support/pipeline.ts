import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { GatewayProcess, MARKER_HEADERS, type Rule, UpstreamProcess } from '@netscope/test-support';
import {
  type RealKafka,
  type RealRgw,
  sharedKafka,
  sharedRgw,
} from '@netscope/test-support/services';

type Section = Readonly<Record<string, unknown>>;

export interface PipelineOptions {
  readonly partitions?: number;
  readonly rules?: readonly Rule[];
  /** Default: the run's shared ones. */
  readonly kafka?: RealKafka;
  readonly rgw?: RealRgw;
  /** Merged over the configuration. */
  readonly config?: Readonly<Record<string, Section>>;
  readonly upstream?: Section;
  readonly route?: Section;
}

/** A topic, a bucket and a scripted upstream of their own, and the configuration that joins them. */
export class Pipeline implements AsyncDisposable {
  readonly kafka: RealKafka;
  readonly rgw: RealRgw;
  readonly upstream: UpstreamProcess;
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly group: string;
  readonly bucket: string;
  /** For gateways that are started again on the same data; gone at the end. */
  readonly folder: string;
  readonly config: Readonly<Record<string, unknown>>;

  private constructor(parts: {
    readonly kafka: RealKafka;
    readonly rgw: RealRgw;
    readonly upstream: UpstreamProcess;
    readonly options: PipelineOptions;
  }) {
    const id = randomUUID().slice(0, 8);
    this.kafka = parts.kafka;
    this.rgw = parts.rgw;
    this.upstream = parts.upstream;
    this.topic = `e2e.${id}`;
    this.deadLetterTopic = `e2e.${id}.dead-letter`;
    this.group = `e2e-${id}`;
    this.bucket = `e2e-${id}`;
    this.folder = path.join(tmpdir(), `netscope-e2e-${id}`);
    this.config = this.#configuration(parts.options);
  }

  static async start(options: PipelineOptions = {}): Promise<Pipeline> {
    const kafka = options.kafka ?? (await sharedKafka());
    const rgw = options.rgw ?? (await sharedRgw());
    const upstream = await UpstreamProcess.start({ rules: options.rules ?? [] });
    const pipeline = new Pipeline({ kafka, rgw, upstream, options });
    await kafka.createTopic(pipeline.topic, options.partitions ?? 4);
    await kafka.createTopic(pipeline.deadLetterTopic, 1);
    await rgw.createBucket(pipeline.bucket);
    return pipeline;
  }

  /**
   * Starts a gateway on it; `folder` is given to restart one, `over` replaces whole sections, `env` is
   * added to a bare environment.
   */
  gateway(
    folder?: string,
    over: Section = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<GatewayProcess> {
    return GatewayProcess.start({
      config: { ...this.config, ...over },
      env,
      ...(folder === undefined ? {} : { folder }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.upstream[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  #configuration(options: PipelineOptions): Readonly<Record<string, unknown>> {
    const base: Readonly<Record<string, Section>> = {
      service: { name: 'netscope', node: 'netscope-0' },
      http: { rate_limit: { per_second: 10_000 } },
      source: {
        kind: 'kafka',
        kafka: {
          brokers: this.kafka.brokers,
          group_id: this.group,
          dead_letter_topic: this.deadLetterTopic,
        },
      },
      delivery: { backoff_base_ms: 100, backoff_cap_ms: 1000 },
      audit: {
        store: 'rgw',
        rgw: {
          endpoint: this.rgw.address.endpoint,
          bucket: this.bucket,
          access_key_id: this.rgw.address.accessKeyId,
          secret_access_key: this.rgw.address.secretAccessKey,
        },
        segment: { age_max_ms: 1000 },
      },
    };
    return {
      ...merged(base, options.config ?? {}),
      upstreams: { partner: { origin: this.upstream.origin, ...options.upstream } },
      routes: [this.route(options.route)],
    };
  }

  /** The one route, for a gateway whose route differs: `{ routes: [pipeline.route(changes)] }`. */
  route(changes: Section = {}): Section {
    return {
      name: 'partner-send',
      group: 'partner',
      topics: [this.topic],
      upstream: 'partner',
      request: { method: 'POST', path: '/v1/partner/send', headers: MARKER_HEADERS },
      ...changes,
    };
  }
}

/** Maps are merged, everything else is replaced. */
function merged(base: Section, over: Section): Section {
  const names = Object.keys({ ...base, ...over });
  return Object.fromEntries(
    names.map((name) => {
      const [one, other] = [base[name], over[name]];
      if (isSection(one) && isSection(other)) return [name, merged(one, other)];
      return [name, name in over ? other : one];
    }),
  );
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
