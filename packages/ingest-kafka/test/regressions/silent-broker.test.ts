import { once } from 'node:events';
import { createServer } from 'node:net';

import { ClusterMeeting, type KafkaSettings } from '@netscope/ingest-kafka';
import { ManualClock, RecordingLog } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

const BUDGET_MS = 2000;
/** Half of the time after which the client library gives up by itself. */
const AT_ONCE_MS = 5000;

/**
 * Guards against a start that overruns `start_budget_ms`: it waited for the answer of a broker as long
 * as the client library does, ten seconds.
 */
describe('A broker that takes connections and never answers', () => {
  it(
    'holds a start for its budget and no longer',
    async () => {
      await using silent = await SilentBroker.start();
      const clock = new ManualClock();
      const meeting = meetingWith(silent.address, clock);
      const met = meeting.met(new AbortController().signal);
      met.catch(() => undefined);
      await silent.asked;
      clock.advance(BUDGET_MS);
      await expect(met).rejects.toMatchObject({
        code: 'SOURCE_START_TIMEOUT',
        message: 'Kafka was not ready within start_budget_ms (2000): no broker answers',
      });
    },
    AT_ONCE_MS,
  );

  it(
    'holds up no stop',
    async () => {
      await using silent = await SilentBroker.start();
      const stop = new AbortController();
      const met = meetingWith(silent.address, new ManualClock()).met(stop.signal);
      await silent.asked;
      stop.abort();
      expect(await met).toBeUndefined();
    },
    AT_ONCE_MS,
  );
});

class SilentBroker implements AsyncDisposable {
  readonly asked: Promise<unknown>;
  readonly address: string;
  readonly #end: () => void;

  private constructor(server: ReturnType<typeof createServer>) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.address = `127.0.0.1:${address.port}`;
    const asked = Promise.withResolvers<unknown>();
    this.asked = asked.promise;
    const ends: (() => void)[] = [];
    server.on('connection', (socket) => {
      ends.push(() => socket.destroy());
      socket.once('data', asked.resolve).on('error', () => undefined);
    });
    this.#end = () => {
      server.close();
      for (const end of ends) end();
    };
  }

  static async start(): Promise<SilentBroker> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SilentBroker(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }
}

function meetingWith(broker: string, clock: ManualClock): ClusterMeeting {
  const kafka: KafkaSettings = {
    brokers: [broker],
    clientId: 'netscope-test',
    tls: undefined,
    sasl: undefined,
    groupId: 'group',
    autoOffsetReset: 'earliest',
    onOffsetLost: 'pause',
    sessionTimeoutMs: 30_000,
    commitIntervalMs: 50,
    startBudgetMs: BUDGET_MS,
    revokeDrainMs: 5000,
    deadLetterTopic: 'dead-letters',
    createTopics: false,
  };
  const log = new RecordingLog();
  return new ClusterMeeting({ kafka, topics: ['t'], node: undefined, clock, timers: clock, log });
}
