import { setTimeout as delay } from 'node:timers/promises';

interface LiveEvent {
  readonly event_type: string;
  readonly dropped_events?: number;
}

/** A client of the live feed that counts what it is told. */
export class LiveEvents implements Disposable {
  readonly #socket: WebSocket;
  readonly countByType = new Map<string, number>();
  /** Sum over the drop notices. */
  dropped = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#note(JSON.parse(String(data))));
  }

  static async connect(port: number): Promise<LiveEvents> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws/events`);
    const events = new LiveEvents(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve(), { once: true });
      socket.addEventListener('error', () => reject(new Error('no live feed')), { once: true });
    });
    return events;
  }

  /** Calls told so far. */
  get calls(): number {
    return this.countByType.get('network.request.completed') ?? 0;
  }

  /** Resolves when nothing but heartbeats has come for a second. */
  async quiet(): Promise<void> {
    let before = -1;
    while (before !== this.calls) {
      before = this.calls;
      await delay(1000);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #note(event: LiveEvent): void {
    this.countByType.set(event.event_type, (this.countByType.get(event.event_type) ?? 0) + 1);
    this.dropped += event.dropped_events ?? 0;
  }
}
