import { CREDENTIAL_VALUE, SECRET_NAME } from '@netscope/config';
import type { OutboundRequest } from '@netscope/domain';

const MASK = '***';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A request as a person would send it by hand, secrets masked. */
export function curlOf(origin: string, request: OutboundRequest): string {
  const parts = [`curl ${methodOf(request)} ${quoted(`${origin}${masked(request.target)}`)}`];
  for (let index = 0; index < request.headers.length; index += 2) {
    parts.push(headerOf(request.headers[index] ?? '', request.headers[index + 1] ?? ''));
  }
  if (request.body !== undefined) {
    // curl would send a type of its own making.
    const isTyped = request.headers.some((name, at) => at % 2 === 0 && name === 'content-type');
    if (!isTyped) parts.push(`-H 'content-type:'`);
    parts.push(bodyOf(request.body));
  }
  return parts.join(' \\\n  ');
}

/** To a HEAD that `-X` asks for, curl waits for the body that the answer will not have. */
function methodOf({ method, body }: OutboundRequest): string {
  return method === 'HEAD' && body === undefined ? '--head' : `-X ${method}`;
}

/** Of one with no value curl makes none, unless it is written with a semicolon. */
function headerOf(name: string, value: string): string {
  if (value === '') return `-H ${quoted(`${name};`)}`;
  const shown = SECRET_NAME.test(name) ? MASK : value.replace(CREDENTIAL_VALUE, `$1${MASK}`);
  return `-H ${quoted(`${name}: ${shown}`)}`;
}

/** A target whose query tells no secret. */
function masked(target: string): string {
  return target.replaceAll(/([?&])([^=&]*)=[^&]*/gu, (pair, mark: string, name: string) =>
    SECRET_NAME.test(name) ? `${mark}${name}=${MASK}` : pair,
  );
}

/** Text as it is; any other bytes by their number, since no shell argument may hold them. */
function bodyOf(body: Uint8Array): string {
  const text = textOf(body);
  if (text === undefined)
    return `--data-binary @value.bin  # ${body.length} bytes that are not text`;
  // Else curl takes what begins so for the name of a file.
  return `${text.startsWith('@') ? '--data-raw' : '--data-binary'} ${quoted(text)}`;
}

function textOf(body: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(body);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
