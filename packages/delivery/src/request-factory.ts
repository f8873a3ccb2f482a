import {
  IDEMPOTENT_METHODS,
  type OutboundRequest,
  RecordError,
  type RequestContext,
} from '@netscope/domain';

import { type ContextEdges, contextOf, sourceFor, traceFor } from './call-context.ts';
import type { CompiledRoute } from './compiled-route.ts';
import type { Delivery, PreparedCall } from './delivery.ts';
import { encodeComponent } from './encode-component.ts';
import { KeptResponse } from './excerpt/route-excerpts.ts';
import { fillPath, fillTemplate, type TemplateValues } from './fill-template.ts';
import { headerValue } from './header-value.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { contentHash } from './identity.ts';
import { RecordView } from './record-view.ts';

const EMPTY_BODY = new Uint8Array();

/**
 * Turns a record into its request.
 * @throws {RecordError} naming what keeps it from becoming one.
 */
export function prepareCall(
  delivery: Delivery,
  route: CompiledRoute,
  edges: ContextEdges,
): PreparedCall {
  const body = bodyOf(delivery, route);
  const { keyedHash } = edges;
  const { value } = delivery.record;
  const valueSha256 = value === null ? undefined : contentHash(value, keyedHash);
  const view = new RecordView(delivery.record);
  const { traceId } = traceFor(delivery, edges);
  const source = sourceFor(delivery, edges);
  const idempotencyKey = idempotencyKeyOf({ view, route, source, traceId, valueSha256 });
  const context = contextOf(delivery, idempotencyKey, edges);
  const values = { view, traceId, idempotencyKey };
  const target = targetOf(route, values);
  const { request, auditBodies } = route.definition;
  const response = route.excerpts === undefined ? undefined : new KeptResponse();
  return {
    context,
    targetSha256: route.targetSha256(target, keyedHash),
    bodySha256:
      body === undefined ? undefined : (valueSha256 ?? contentHash(EMPTY_BODY, keyedHash)),
    auditBodies: auditBodies === 'none' ? auditBodies : undefined,
    response,
    request: {
      upstream: route.upstream,
      method: request.method,
      target,
      pathTemplate: request.path,
      ...headersOf(route, values, context),
      body,
      deadlineAtMs: undefined,
      repeatable: route.definition.idempotency.honoured || IDEMPOTENT_METHODS.has(request.method),
      success: route.success,
      transient: route.transient,
      responseBytesMax: route.definition.responseBytesMax,
      tap: response,
    },
  };
}

function bodyOf({ record }: Delivery, { definition }: CompiledRoute): Uint8Array | undefined {
  const { body, bodyBytesMax } = definition.request;
  if (body === 'none') return undefined;
  const bytes = record.value ?? EMPTY_BODY;
  if (bytes.length <= bodyBytesMax) return bytes;
  throw new RecordError(
    'RECORD_TOO_LARGE',
    `the body is ${bytes.length} bytes and request.body_bytes_max is ${bodyBytesMax}`,
    { kind: 'permanent', details: { bytes: bytes.length, bytesMax: bodyBytesMax } },
  );
}

function targetOf({ templates }: CompiledRoute, values: TemplateValues): string {
  const path = fillPath(templates.path, values);
  if (templates.query.length === 0) return path;
  const pairs = templates.query.map(
    ([name, placed]) => `${name}=${fillTemplate(placed, values, encodeComponent)}`,
  );
  return `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

function headersOf(
  { templates, definition }: CompiledRoute,
  values: TemplateValues,
  context: RequestContext,
): Pick<OutboundRequest, 'headers' | 'contentType'> {
  const headers: string[] = [];
  let contentType: string | undefined;
  const keyHeader = definition.idempotency.header.toLowerCase();
  for (const [name, placed] of templates.headers) {
    if (name === keyHeader) continue;
    const text = headerValue(placed.place, fillTemplate(placed, values, String));
    if (name === 'content-type') contentType = text;
    headers.push(name, text);
  }
  for (const name of templates.forwarded) {
    if (name === keyHeader) continue;
    forward(headers, name, values.view);
    if (name === 'content-type') contentType ??= lastOf(headers, name);
  }
  const key = context.idempotencyKey;
  headers.push(keyHeader, definition.idempotency.format === 'quoted' ? quoted(key) : key);
  headers.push('traceparent', `00-${context.traceId}-${context.spanId}-${context.traceFlags}`);
  if (context.tracestate !== undefined) headers.push('tracestate', context.tracestate);
  return { headers, contentType };
}

/** A string of a structured field (RFC 8941, 3.3.3). */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

function lastOf(headers: readonly string[], name: string): string | undefined {
  return headers.at(-2) === name ? headers.at(-1) : undefined;
}

/** A record header is passed on, as often as the record has it, where the route does not set it. */
function forward(headers: string[], name: string, view: RecordView): void {
  if (name.startsWith('netscope-')) return;
  const isSet = headers.some((entry, index) => index % 2 === 0 && entry === name);
  if (isSet) return;
  for (const value of view.headers(name)) {
    headers.push(name, headerValue(`request.forward_headers ${name}`, value));
  }
}
