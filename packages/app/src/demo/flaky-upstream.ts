import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { Clock, Random, Timers } from '@netscope/domain';

/** One round of the schedule; each opens the circuit and lets it close again. */
export const ROUND_MS = 10_000;

type Mood = 'well' | 'slow' | 'unavailable' | 'resetting';

/** What the upstream does from each instant of a round on. */
const SCHEDULE: readonly { readonly fromMs: number; readonly mood: Mood }[] = [
  { fromMs: 0, mood: 'well' },
  { fromMs: 2_500, mood: 'slow' },
  { fromMs: 4_000, mood: 'unavailable' },
  { fromMs: 5_000, mood: 'resetting' },
  { fromMs: 6_000, mood: 'well' },
];

const WELL_MS = { least: 4, spread: 26 };
const SLOW_MS = { least: 120, spread: 260 };
/** Share of records that it refuses for good, so that dead letters are seen. */
const REJECTED_SHARE = 0.01;

export interface FlakyUpstreamEdges {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

/**
 * A real HTTP server on loopback that misbehaves by the clock: slow, then 503, then connections
 * reset, then well again. Paths under `/steady` are always answered well.
 */
export class FlakyUpstream implements AsyncDisposable {
  readonly #edges: FlakyUpstreamEdges;
  readonly #server: Server;
  #startedAtMs = 0;

  constructor(edges: FlakyUpstreamEdges) {
    this.#edges = edges;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** Listens on a free port and answers with its origin. */
  async listen(): Promise<string> {
    this.#startedAtMs = this.#edges.clock.monotonicMs();
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was bound');
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const mood = request.url?.startsWith('/steady') === true ? 'well' : this.#mood();
    if (mood === 'resetting') return void request.socket.resetAndDestroy();
    if (mood === 'unavailable') return end(response, 503);
    const status = this.#edges.random.float() < REJECTED_SHARE ? 422 : 202;
    const { least, spread } = mood === 'slow' ? SLOW_MS : WELL_MS;
    const delayMs = least + spread * this.#edges.random.float();
    this.#edges.timers.background(() => end(response, status), delayMs);
  }

  #mood(): Mood {
    const atMs = (this.#edges.clock.monotonicMs() - this.#startedAtMs) % ROUND_MS;
    return SCHEDULE.findLast(({ fromMs }) => fromMs <= atMs)?.mood ?? 'well';
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ accepted: status === 202 }));
}
