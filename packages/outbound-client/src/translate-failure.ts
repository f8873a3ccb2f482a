import {
  type ErrorKind,
  type TimeoutType,
  UpstreamError,
  type UpstreamErrorCode,
} from '@netscope/domain';

import { ConnectFailure } from './connect-failure.ts';

/** A library's or the kernel's error in our own words. */
export type TranslatedFailure =
  | {
      readonly outcome: 'timed_out';
      readonly timeoutType: TimeoutType;
      readonly elapsedMs: number;
      readonly error: UpstreamError;
    }
  | { readonly outcome: 'refused' | 'failed' | 'aborted'; readonly error: UpstreamError };

/** The one place that knows the codes of undici, Node and the kernel. Keeps the cause. */
export function translateFailure(cause: unknown, upstream: string): TranslatedFailure {
  if (cause instanceof ConnectFailure) return translateConnectFailure(cause, upstream);
  const code = codeOf(cause);
  if (CLOSED_CODES.has(code)) return aborted(upstream, cause);
  if (OWN_FAULT_CODES.has(code)) {
    return failed('UPSTREAM_ERROR', { upstream, cause, kind: 'permanent' });
  }
  if (isParserError(cause)) return translateParserError(cause, upstream);
  return failed(codeOfBrokenExchange(cause, code), { upstream, cause, kind: 'transient' });
}

/** The error of a timeout of our own. */
export function timeoutError(
  timeoutType: TimeoutType,
  elapsedMs: number,
  where: { readonly upstream: string; readonly cause?: unknown },
): UpstreamError {
  const message = `${where.upstream}: the ${timeoutType} timeout fired after ${Math.round(elapsedMs)} ms`;
  return new UpstreamError('UPSTREAM_TIMEOUT', message, {
    kind: 'transient',
    details: { upstream: where.upstream, timeoutType, elapsedMs },
    ...(where.cause === undefined ? {} : { cause: where.cause }),
  });
}

/** The error of a timeout that only we came too late for: to read what the kernel had, or to send. */
export function latenessError(
  timeoutType: TimeoutType,
  elapsedMs: number,
  where: { readonly upstream: string; readonly cause?: unknown },
): UpstreamError {
  const { upstream, cause } = where;
  const message = `${upstream}: the ${timeoutType} timeout fired after ${Math.round(elapsedMs)} ms, but our event loop was late: the kernel had what was waited for, or had only just got the request`;
  return new UpstreamError('LOCAL_EVENT_LOOP', message, {
    kind: 'transient',
    details: { upstream, timeoutType, elapsedMs },
    ...(cause === undefined ? {} : { cause }),
  });
}

function translateConnectFailure(failure: ConnectFailure, upstream: string): TranslatedFailure {
  const code = codeOf(failure.cause);
  if (failure.why === 'late') {
    const { elapsedMs } = failure;
    const error = latenessError('connect', elapsedMs, { upstream, cause: failure.cause });
    return { outcome: 'timed_out', timeoutType: 'connect', elapsedMs, error };
  }
  if (failure.why === 'timeout' || CONNECT_TIMEOUT_CODES.has(code)) {
    const { elapsedMs } = failure;
    const error = timeoutError('connect', elapsedMs, { upstream, cause: failure.cause });
    return { outcome: 'timed_out', timeoutType: 'connect', elapsedMs, error };
  }
  if (failure.why === 'blocked')
    return refused('UPSTREAM_ADDRESS_BLOCKED', upstream, failure.cause);
  if (code === 'ECONNREFUSED')
    return refused('UPSTREAM_CONNECTION_REFUSED', upstream, failure.cause);
  if (LOCAL_CODES.has(code)) return refused('LOCAL_RESOURCES', upstream, failure.cause);
  if (CLOSED_CODES.has(code)) return aborted(upstream, failure.cause);
  return failed(codeOfBrokenConnect(failure, code), {
    upstream,
    cause: failure.cause,
    kind: 'transient',
  });
}

interface ParserError extends Error {
  /** What could not be parsed: a piece of a response. Empty where the response just ended. */
  data?: string;
}

function isParserError(cause: unknown): cause is ParserError {
  return cause instanceof Error && cause.name === 'HTTPParserError';
}

/** A message that merely ends too early is a connection that broke, not a protocol misspoken. */
function translateParserError(cause: ParserError, upstream: string): TranslatedFailure {
  const code = cause.data === '' ? 'UPSTREAM_CONNECTION_BROKEN' : 'UPSTREAM_PROTOCOL_ERROR';
  // No payload leaves this package, not even in a cause.
  delete cause.data;
  return failed(code, { upstream, cause, kind: 'transient' });
}

function codeOfBrokenConnect(failure: ConnectFailure, code: string): UpstreamErrorCode {
  if (DNS_CODES.has(code)) return 'UPSTREAM_DNS_FAILURE';
  const isHandshake = failure.trace.isSecure && failure.trace.connectedAtMs !== undefined;
  return isHandshake ? 'UPSTREAM_TLS_FAILURE' : 'UPSTREAM_CONNECTION_BROKEN';
}

function codeOfBrokenExchange(cause: unknown, code: string): UpstreamErrorCode {
  if (HTTP2_CLOSED_CODES.has(code)) return 'UPSTREAM_CONNECTION_BROKEN';
  const isProtocol =
    code.startsWith('ERR_HTTP2_') || PROTOCOL_CODES.has(code) || badAnswerOf(cause) !== undefined;
  return isProtocol ? 'UPSTREAM_PROTOCOL_ERROR' : 'UPSTREAM_CONNECTION_BROKEN';
}

/** undici has one code for a connection that broke and for an answer that made it break it. */
function badAnswerOf(cause: unknown): string | undefined {
  if (codeOf(cause) !== 'UND_ERR_SOCKET' || !(cause instanceof Error)) return undefined;
  return BAD_ANSWERS.has(cause.message) ? cause.message : undefined;
}

const CONNECT_TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const DNS_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
]);
/** What this process or host ran out of: files, memory, ports of its own towards the peer. */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
]);
const CLOSED_CODES: ReadonlySet<string> = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);
/** The request itself cannot be sent: sending it again changes nothing. */
const OWN_FAULT_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);
const PROTOCOL_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RESPONSE',
  // A status below 100.
  'ERR_ASSERTION',
]);
/** A stream or a whole connection of HTTP/2 that the peer ended: it speaks HTTP as it should. */
const HTTP2_CLOSED_CODES: ReadonlySet<string> = new Set([
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
]);
/** A 100 that nobody asked for, or an answer to no request; a switch of protocols. */
const BAD_ANSWERS: ReadonlySet<string> = new Set(['bad response', 'bad upgrade']);
/** Why the peer ended a stream, as Node has it in the message alone. */
const HTTP2_REASON = /\bNGHTTP2_[A-Z_]+/u;

const SENTENCES: Readonly<Partial<Record<UpstreamErrorCode, string>>> = {
  UPSTREAM_CONNECTION_REFUSED: 'the peer refused the connection',
  UPSTREAM_CONNECTION_BROKEN: 'the connection broke',
  UPSTREAM_DNS_FAILURE: 'its name could not be resolved',
  UPSTREAM_TLS_FAILURE: 'the TLS handshake failed',
  UPSTREAM_PROTOCOL_ERROR: 'the peer does not speak HTTP as it should',
  UPSTREAM_ADDRESS_BLOCKED: 'its address is not one that may be called',
  UPSTREAM_ERROR: 'the request cannot be sent',
  LOCAL_RESOURCES:
    'this host has no more of what a connection takes: open files (ulimit -n), ports or memory',
  CALL_ABORTED: 'the connection was closed by us',
};

interface FailureFacts {
  readonly upstream: string;
  readonly cause: unknown;
  readonly kind: ErrorKind;
}

function makeError(
  code: UpstreamErrorCode,
  { upstream, cause, kind }: FailureFacts,
): UpstreamError {
  const causeCode = causeOf(cause);
  const message = `${upstream}: ${SENTENCES[code] ?? code}`;
  return new UpstreamError(code, causeCode === '' ? message : `${message} (${causeCode})`, {
    kind,
    details: { upstream, ...(causeCode === '' ? {} : { causeCode }) },
    cause,
  });
}

function failed(code: UpstreamErrorCode, facts: FailureFacts): TranslatedFailure {
  return { outcome: 'failed', error: makeError(code, facts) };
}

function refused(code: UpstreamErrorCode, upstream: string, cause: unknown): TranslatedFailure {
  const kind = code === 'UPSTREAM_ADDRESS_BLOCKED' ? 'permanent' : 'transient';
  return { outcome: 'refused', error: makeError(code, { upstream, cause, kind }) };
}

function aborted(upstream: string, cause: unknown): TranslatedFailure {
  return {
    outcome: 'aborted',
    error: makeError('CALL_ABORTED', { upstream, cause, kind: 'transient' }),
  };
}

/** What tells most of the cause, in a word or two. */
function causeOf(cause: unknown): string {
  const code = codeOf(cause);
  if (!(cause instanceof Error)) return code;
  if (HTTP2_CLOSED_CODES.has(code)) return HTTP2_REASON.exec(cause.message)?.[0] ?? code;
  return badAnswerOf(cause) ?? code;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
