import process from 'node:process';

import { UpstreamProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';

const DESTINATIONS = 10;
const PARTITIONS = 12;
const BURST = process.env['NETSCOPE_BURST'];
/** Of each turn. NETSCOPE_BURST=200000: first the whole burst that the waiting room is sized for. */
const TURNS =
  BURST === undefined ? [30_000] : [Number(BURST), ...Array.from({ length: 4 }, () => 30_000)];
/** The aim is a tenth. On a busy machine one turn differs by as much by itself, the median of five not. */
const SLOWER_AT_MOST = TURNS.length === 1 ? 1.25 : 1.1;

type Tenth = 'well' | 'refusing' | 'slow';

// Guards against a backlog that stops everybody: with one destination of ten answering 503 a peer
// stopped altogether, and with one that takes 2 s all ten slowed down to its rate.

describe.skipIf(await isMissing('kafka', 'rgw'))('one destination of ten', () => {
  test.each(['refusing', 'slow'] as const)(
    'that is %s holds up none of the others, all in one topic',
    { timeout: TURNS.reduce((sum, count) => sum + count * 10, 0) },
    async (tenth) => {
      const slower: number[] = [];
      for (const count of TURNS) slower.push(await turn(tenth, count));
      const median = slower.toSorted((a, b) => a - b)[Math.floor(slower.length / 2)];
      process.stdout.write(`[figure] in the median ${median?.toFixed(3)} times as slow\n`);
      expect(median).toBeLessThan(SLOWER_AT_MOST);
    },
  );
});

/** How many times as long the nine take beside one that is not well as beside one that is. */
async function turn(tenth: Exclude<Tenth, 'well'>, count: number): Promise<number> {
  await using wellSide = await Side.start('well', count);
  await using side = await Side.start(tenth, count);
  // Side by side, so that whatever else the machine does slows both.
  const [well, beside] = await Promise.all([wellSide.run(), side.run()]);
  process.stdout.write(
    `[figure] ${count} records, nine of ten: ${Math.round(well)} ms, beside one that is ${tenth} ${Math.round(beside)} ms, without waits for a core\n`,
  );
  return beside / well;
}

/** A gateway and its ten destinations, the tenth as said; nine share one upstream. */
class Side implements AsyncDisposable {
  readonly #pipeline: Pipeline;
  readonly #tenth: UpstreamProcess;
  readonly #count: number;
  readonly #names = Array.from({ length: DESTINATIONS }, (_, index) => `u${index}`);

  private constructor(pipeline: Pipeline, tenth: UpstreamProcess, count: number) {
    this.#pipeline = pipeline;
    this.#tenth = tenth;
    this.#count = count;
  }

  /** With all records produced. */
  static async start(tenth: Tenth, count: number): Promise<Side> {
    const pipeline = await Pipeline.start({ partitions: PARTITIONS });
    const other = await UpstreamProcess.start({
      rules: tenth === 'slow' ? [{ answer: { kind: 'respond', status: 200, delayMs: 2000 } }] : [],
    });
    if (tenth === 'refusing') await other.refuse();
    const side = new Side(pipeline, other, count);
    await side.#produce();
    return side;
  }

  /**
   * From the first call of the nine to their last, ms, less what the gateway stood ready for a core:
   * how long it takes where nobody else wants the machine.
   */
  async run(): Promise<number> {
    const { upstream } = this.#pipeline;
    await using gateway = await this.#pipeline.gateway(undefined, this.#settings());
    const untilCalled = async (keys: number): Promise<number> => {
      await waitUntil(async () => (await upstream.counts()).keys >= keys, {
        what: 'the nine to have all theirs',
        timeoutMs: this.#count * 4,
        everyMs: 20,
      });
      return gateway.coreWaitSeconds();
    };
    const before = await untilCalled(1);
    const waited = (await untilCalled(this.#count - this.#count / DESTINATIONS)) - before;
    const ledger = await upstream.ledger();
    const tookMs = (ledger.at(-1)?.atMs ?? Number.NaN) - (ledger[0]?.atMs ?? Number.NaN);
    await gateway.kill();
    return tookMs - waited * 1000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tenth[Symbol.asyncDispose]();
    await this.#pipeline[Symbol.asyncDispose]();
  }

  #settings() {
    const { upstream, topic } = this.#pipeline;
    const upstreams = this.#names.map((name, index) => [
      name,
      {
        origin: index === 0 ? this.#tenth.origin : upstream.origin,
        timeouts: { connect_ms: 500, read_ms: 3000, global_ms: 4000 },
      },
    ]);
    const routes = this.#names.map((name) => ({
      name,
      topics: [topic],
      match: { headers: { to: name } },
      upstream: name,
      request: { method: 'POST', path: '/' },
    }));
    return { upstreams: Object.fromEntries(upstreams), routes };
  }

  async #produce(): Promise<void> {
    const { kafka, topic } = this.#pipeline;
    const batch = 5000;
    for (let from = 0; from < this.#count; from += batch) {
      await kafka.produce(
        topic,
        Array.from({ length: Math.min(batch, this.#count - from) }, (_, index) => ({
          key: `key-${(from + index) % 10_000}`,
          value: JSON.stringify({ id: from + index, note: 'x'.repeat(400) }),
          headers: { to: this.#names[(from + index) % DESTINATIONS] ?? '' },
        })),
      );
    }
  }
}
