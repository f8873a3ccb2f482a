import { isoTimestamp } from '@netscope/domain';

import type { ErrorBody, Meta, Success } from '../contract.ts';
import type { RequestError } from './request-error.ts';

export function metaOf(traceId: string, wallMs: number): Meta {
  return { trace_id: traceId, timestamp: isoTimestamp(wallMs) };
}

export function successBody<T>(data: T, meta: Meta): Success<T> {
  return { status: 'ok', data, meta };
}

export function errorBody(error: RequestError, meta: Meta): ErrorBody {
  const { code, message, details } = error;
  return { status: 'error', error: { code, message, details: { ...details } }, meta };
}
