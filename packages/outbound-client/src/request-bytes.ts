import type { OutboundRequest } from '@netscope/domain';

/** `content-length: `, its line's end, the empty line. */
const LENGTH_LINE_BYTES = 20;
const EMPTY_LINE_BYTES = 2;

/** Those of which the client tells a length of 0 too. */
const EXPECT_BODIES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * What the client writes of a request (HTTP/1.1), in bytes: `headerBytes` as it tells them, behind
 * them the body's length, an empty line and the body.
 */
export function requestBytes(
  headerBytes: number,
  { method, body }: Pick<OutboundRequest, 'method' | 'body'>,
): number {
  const bodyBytes = body?.length ?? 0;
  if (bodyBytes === 0 && !EXPECT_BODIES.has(method)) return headerBytes + EMPTY_LINE_BYTES;
  return headerBytes + LENGTH_LINE_BYTES + `${bodyBytes}`.length + bodyBytes;
}
