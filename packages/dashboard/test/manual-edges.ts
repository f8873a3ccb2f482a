import { ManualClock, SeededRandom } from '@netscope/test-support';

import type { ApiPath, Envelope } from '../src/page/live/api-path.ts';
import type {
  Answer,
  PageEdges,
  StreamHandle,
  StreamListener,
} from '../src/page/live/page-edges.ts';

/** What a question gets: the status and the text of the body. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs?: number;
}

/** One attempt to open the live stream. */
export interface OpenedStream {
  readonly listener: StreamListener;
  readonly since: string | undefined;
  isClosed: boolean;
}

/** A browser in which time passes, frames are drawn and answers come when the test says so. */
export class ManualEdges implements PageEdges {
  readonly clock = new ManualClock();
  readonly streams: OpenedStream[] = [];
  readonly asked: string[] = [];
  /** What the next questions get; nothing once it is used up. */
  readonly replies: Reply[] = [];
  readonly #random = new SeededRandom(3);
  #frames: (() => void)[] = [];

  wallMs(): number {
    return this.clock.wallMs();
  }

  chance(): number {
    return this.#random.float();
  }

  after(callback: () => void, delayMs: number): () => void {
    const handle = this.clock.set(callback, delayMs);
    return () => this.clock.clear(handle);
  }

  onNextFrame(callback: () => void): void {
    this.#frames.push(callback);
  }

  openStream(listener: StreamListener, since: string | undefined): StreamHandle {
    const stream: OpenedStream = { listener, since, isClosed: false };
    this.streams.push(stream);
    return {
      close: () => {
        stream.isClosed = true;
      },
    };
  }

  async get<T>({ path }: ApiPath<T>): Promise<Answer<T>> {
    this.asked.push(path);
    await Promise.resolve();
    const reply = this.replies.shift();
    if (reply === undefined) return { status: 0, envelope: undefined, retryAfterMs: undefined };
    const envelope: Envelope<T> = JSON.parse(reply.body);
    return { status: reply.status, envelope, retryAfterMs: reply.retryAfterMs };
  }

  /** Draws one frame; says how many wanted to be called before it. */
  drawFrame(): number {
    const frames = this.#frames;
    this.#frames = [];
    for (const frame of frames) frame();
    return frames.length;
  }

  /** The stream opened last. */
  get stream(): OpenedStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error('no stream was opened');
    return stream;
  }
}
