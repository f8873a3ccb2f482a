import type { ApiPath, Envelope } from '../live/api-path.ts';
import type { Answer, PageEdges, StreamHandle, StreamListener } from '../live/page-edges.ts';

const ANSWER_TIMEOUT_MS = 5000;

/** The browser as the page's surroundings; the one file that knows clock, network and chance. */
export const browserEdges: PageEdges = {
  wallMs: () => Date.now(),
  chance: () => Math.random(),
  after: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  onNextFrame: (callback) => void requestAnimationFrame(callback),
  openStream,
  get,
};

function openStream(listener: StreamListener, since: string | undefined): StreamHandle {
  const url = new URL('v1/ws/events', document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (since !== undefined) url.searchParams.set('since', since);
  const socket = new WebSocket(url);
  socket.addEventListener('open', () => listener.opened());
  socket.addEventListener('message', (message: MessageEvent<unknown>) => {
    if (typeof message.data === 'string') listener.received(message.data);
  });
  socket.addEventListener('close', () => listener.closed());
  return { close: () => socket.close() };
}

async function get<T>({ path }: ApiPath<T>): Promise<Answer<T>> {
  try {
    const response = await fetch(new URL(path, document.baseURI), {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const retryAfterMs = Number(response.headers.get('retry-after') ?? Number.NaN) * 1000;
    return {
      status: response.status,
      envelope: parseEnvelope(await response.text()),
      retryAfterMs: Number.isFinite(retryAfterMs) ? retryAfterMs : undefined,
    };
  } catch {
    return { status: 0, envelope: undefined, retryAfterMs: undefined };
  }
}

/** A proxy in between may answer with a page of its own. The server's own shapes are trusted. */
function parseEnvelope<T>(text: string): Envelope<T> | undefined {
  try {
    const body: Envelope<T> | null = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'meta' in body ? body : undefined;
  } catch {
    return undefined;
  }
}
