import type { GatewayProcess } from '@netscope/test-support';

const LISTENS = /^Debugger listening on (ws:\/\/\S+)$/u;

/** For `GatewayProcess`: lets `liveHeapBytes` ask it, on loopback and a free port. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/**
 * Bytes that the main thread's objects and buffers take once all garbage is collected, so that what
 * is left was held by somebody. @throws {Error} for a gateway that was not started with `INSPECTED`.
 */
export async function liveHeapBytes(gateway: GatewayProcess): Promise<number> {
  // The launcher, whose place the gateway took, had said another one before.
  const address = gateway.stderr.flatMap((line) => LISTENS.exec(line)?.[1] ?? []).at(-1);
  if (address === undefined) throw new Error('this gateway is not inspected');
  const socket = new WebSocket(address);
  try {
    await heard(socket, 'open');
    await ask(socket, 'HeapProfiler.collectGarbage');
    const { usedSize = Number.NaN, backingStorageSize = 0 } = await ask(
      socket,
      'Runtime.getHeapUsage',
    );
    return usedSize + backingStorageSize;
  } finally {
    socket.close();
  }
}

type Answer = Readonly<Record<string, number>>;

/** One question at a time, so that the next message is its answer. */
async function ask(socket: WebSocket, method: string): Promise<Answer> {
  const answered = heard(socket, 'message');
  socket.send(JSON.stringify({ id: 1, method }));
  const event = await answered;
  if (!(event instanceof MessageEvent)) throw new Error(`${method}: no answer`);
  const { result }: { readonly result: Answer } = JSON.parse(String(event.data));
  return result;
}

function heard(socket: WebSocket, type: 'open' | 'message'): Promise<Event> {
  return new Promise((resolve, reject) => {
    socket.addEventListener(type, resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error('the inspector is gone')), {
      once: true,
    });
  });
}
