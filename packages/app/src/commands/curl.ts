import { SECRET_NAME } from '@netscope/config';
import type { OutboundRequest } from '@netscope/domain';

const MASK = '***';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A request as a person would send it by hand, secrets masked. */
export function curlOf(origin: string, request: OutboundRequest): string {
  const parts = [`curl -X ${request.method} ${quoted(`${origin}${masked(request.target)}`)}`];
  for (let index = 0; index < request.headers.length; index += 2) {
    const name = request.headers[index] ?? '';
    const value = SECRET_NAME.test(name) ? MASK : (request.headers[index + 1] ?? '');
    parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (request.body !== undefined) parts.push(`--data-binary ${bodyOf(request.body)}`);
  return parts.join(' \\\n  ');
}

/** A target whose query tells no secret. */
function masked(target: string): string {
  return target.replaceAll(/([?&])([^=&]*)=[^&]*/gu, (pair, mark: string, name: string) =>
    SECRET_NAME.test(name) ? `${mark}${name}=${MASK}` : pair,
  );
}

/** Text as it is; any other bytes by their number, since no shell argument may hold them. */
function bodyOf(body: Uint8Array): string {
  try {
    const text = utf8.decode(body);
    return text.includes('\0') ? bytesNote(body) : quoted(text);
  } catch {
    return bytesNote(body);
  }
}

function bytesNote(body: Uint8Array): string {
  return `@value.bin  # ${body.length} bytes that are not text`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
