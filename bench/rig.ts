import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

import { waitUntil } from '@netscope/test-support';
import type { RealKafka, RealRgw } from '@netscope/test-support/services';

const HERE = import.meta.dirname;
const PRODUCE_STEP = 20_000;

export const PARTITIONS = 12;
export const KEYS = 10_000;

/** The upstream of the benchmarks, in a process of its own. */
export class Sink implements Disposable {
  readonly #child: ChildProcess;
  origin = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** One that answers at once, or after `delayMs`. */
  static async start(delayMs = 0): Promise<Sink> {
    const sink = new Sink(fork(path.join(HERE, 'sink.ts'), [String(delayMs)]));
    const port = await sink.#next();
    sink.origin = `http://127.0.0.1:${String(port)}`;
    return sink;
  }

  async requests(): Promise<number> {
    return Number(await this.#ask('requests'));
  }

  /** From a record's timestamp to its request, ms, one for each request that told it. */
  async agesMs(): Promise<readonly number[]> {
    const ages = await this.#ask('ages');
    return Array.isArray(ages) ? ages.map(Number) : [];
  }

  /** Between the first request and the last answer, ms. */
  async spanMs(): Promise<number> {
    return Number(await this.#ask('span'));
  }

  /** Waits for so many requests in all. */
  async served(count: number): Promise<void> {
    await waitUntil(async () => (await this.requests()) >= count, {
      what: `${count} deliveries`,
      timeoutMs: 600_000,
      everyMs: 20,
    });
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }

  #ask(question: string): Promise<unknown> {
    const answer = this.#next();
    this.#child.send(question);
    return answer;
  }

  #next(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#child.once('message', resolve);
    });
  }
}

/** Records of 500 bytes with `KEYS` keys in turn. */
export function batch(from: number, count: number): { key: string; value: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `key-${(from + index) % KEYS}`,
    value: JSON.stringify({ id: from + index, note: 'x'.repeat(470) }),
  }));
}

/** Makes a topic, and its dead letter topic, that holds so many records. */
export async function fill(kafka: RealKafka, topic: string, count: number): Promise<void> {
  await kafka.createTopic(topic, PARTITIONS);
  await kafka.createTopic(`${topic}.dead`, 1);
  for (let from = 0; from < count; from += PRODUCE_STEP) {
    await kafka.produce(topic, batch(from, Math.min(PRODUCE_STEP, count - from)));
  }
}

export interface GatewayTask {
  readonly kafka: RealKafka;
  /** Absent for a directory. */
  readonly rgw: RealRgw | undefined;
  readonly origin: string;
  readonly topic: string;
  readonly group: string;
  readonly inFlight: number;
  /** More settings of the upstream and of the consumer. */
  readonly upstream?: Readonly<Record<string, unknown>>;
  readonly consumer?: Readonly<Record<string, unknown>>;
}

/** The gateway's configuration: one route that sends every record of one topic, everything on. */
export function configuration(task: GatewayTask): Readonly<Record<string, unknown>> {
  const { kafka, origin, topic, group, inFlight } = task;
  return {
    logs: { level: 'info' },
    source: {
      kind: 'kafka',
      kafka: {
        brokers: kafka.brokers,
        group_id: group,
        dead_letter_topic: `${topic}.dead`,
        ...task.consumer,
      },
    },
    upstreams: {
      sink: {
        origin,
        bulkhead: { in_flight: inFlight },
        connections: { max: inFlight },
        ...task.upstream,
      },
    },
    routes: [
      {
        name: 'bench',
        topics: [topic],
        upstream: 'sink',
        request: {
          method: 'POST',
          path: '/v1/send',
          headers: { 'content-type': 'application/json', 'x-record-timestamp': '{timestamp}' },
        },
        idempotency: { honoured: true },
      },
    ],
    audit: auditOf(task.rgw),
  };
}

function auditOf(rgw: RealRgw | undefined): Readonly<Record<string, unknown>> {
  if (rgw === undefined) return { store: 'directory', directory: { path: './audit' } };
  const { endpoint, accessKeyId, secretAccessKey } = rgw.address;
  return {
    store: 'rgw',
    rgw: {
      endpoint,
      bucket: 'bench',
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
    },
  };
}
