import type { SourceRecord } from '@netscope/domain';
import { z } from 'zod';

import { UsageError } from '../cli/usage-error.ts';

const recordSchema = z.strictObject({
  topic: z.string().min(1),
  partition: z.int().min(0).default(0),
  offset: z.union([z.int().min(0), z.string().regex(/^\d{1,15}$/u)]).default(0),
  timestamp: z.int().min(0).default(0),
  key: z.string().nullable().default(null),
  value: z.json().default(null),
  headers: z.record(z.string(), z.string()).default({}),
});

const encoder = new TextEncoder();

declare global {
  interface JSON {
    /** Of Node 21 and later; TypeScript's library does not have it. */
    rawJSON(text: string): object;
  }
}

/** A record as a person writes it. @throws {UsageError} naming every field that is wrong. */
export function parseRecord(text: string): SourceRecord {
  const parsed = recordSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new UsageError(`the record is not sound\n${z.prettifyError(parsed.error)}`);
  }
  const { topic, partition, offset, timestamp, key, value, headers } = parsed.data;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestampMs: timestamp,
    key: key === null ? null : encoder.encode(key),
    value: bytesOf(typeof value === 'string' ? value : valueAsWritten(text)),
    headers: Object.entries(headers).map(([name, one]) => ({ name, value: encoder.encode(one) })),
  };
}

/** Its numbers keep their digits: `1.50` is not `1.5` for who is sent it. */
function valueAsWritten(text: string): unknown {
  const keep = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' ? JSON.rawJSON(context?.source ?? String(value)) : value;
  const record: { readonly value?: unknown } = JSON.parse(text, keep);
  return record.value ?? null;
}

/** Text stands for its own bytes; any other JSON for its text without spaces. */
function bytesOf(value: unknown): Uint8Array | null {
  if (value === null) return null;
  return encoder.encode(typeof value === 'string' ? value : JSON.stringify(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the record is not JSON: ${reason}`);
  }
}
