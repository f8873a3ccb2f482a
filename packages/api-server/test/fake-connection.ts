import { EventEmitter } from 'node:events';

import { liveEventSchema, type WireLiveEvent } from '@netscope/domain';

import type { LiveSocket, RawSocket } from '../src/services/ws-client.ts';

/** A live client's two sockets, in memory: it takes bytes until it is stopped. */
export class FakeConnection {
  readonly socket: LiveSocket & { readyState: number; readonly ended: (number | 'terminated')[] };
  readonly raw: RawSocket & { writableLength: number };
  readonly #events = new EventEmitter();
  readonly #written: Buffer[] = [];
  #stopped = false;

  constructor() {
    const ended: (number | 'terminated')[] = [];
    this.socket = {
      readyState: 1,
      OPEN: 1,
      ended,
      on: (event, listener) => this.#events.on(event, listener),
      close: (code) => this.#end(() => ended.push(code)),
      terminate: () => this.#end(() => ended.push('terminated')),
    };
    this.raw = {
      writableLength: 0,
      write: (bytes) => this.#take(Buffer.from(bytes)),
      on: (event, listener) => this.#events.on(event, listener),
    };
  }

  /** Reads no more, as a stopped process. */
  stop(): void {
    this.#stopped = true;
  }

  /** Reads again all that waits. */
  go(): void {
    this.#stopped = false;
    this.raw.writableLength = 0;
    this.#events.emit('drain');
  }

  pong(): void {
    this.#events.emit('pong');
  }

  /** Every event it was sent, each held against its schema. */
  events(): readonly WireLiveEvent[] {
    return texts(Buffer.concat(this.#written)).map((text) => {
      return liveEventSchema.parse(JSON.parse(text));
    });
  }

  /** Event types, or the request ids of calls, in the order they came; heartbeats left out. */
  story(): readonly string[] {
    return this.events().flatMap((event) => {
      if (event.event_type === 'system.heartbeat') return [];
      return event.event_type === 'network.request.completed' ? event.request_id : event.event_type;
    });
  }

  #take(bytes: Buffer): void {
    this.#written.push(bytes);
    if (this.#stopped) this.raw.writableLength += bytes.length;
  }

  #end(note: () => void): void {
    note();
    this.socket.readyState = 3;
    this.#events.emit('close');
  }
}

/** Payloads of the text messages in a server's bytes; pings are passed over. */
function texts(bytes: Buffer): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const opcode = bytes.readUInt8(at) % 16;
    const short = bytes.readUInt8(at + 1);
    at += 2;
    let length = short;
    if (short === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (short === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    if (opcode === 1) found.push(bytes.toString('utf8', at, at + length));
    at += length;
  }
  return found;
}
