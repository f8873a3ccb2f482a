import type { z } from 'zod';

import { RequestError } from '../dto/request-error.ts';

/**
 * A JSON body as its schema reads it; an absent one is an empty object.
 * @throws {RequestError} `INVALID_QUERY_PARAM`, naming what is at fault and what would be right.
 */
export function readBody<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  body: unknown,
): z.infer<z.ZodObject<S>> {
  const read = schema.strict().safeParse(parse(body));
  if (read.success) return read.data;
  throw new RequestError('INVALID_QUERY_PARAM', 'the body cannot be used', {
    fields: Object.keys(schema.shape),
    faults: read.error.issues.map(({ path, message }) => ({
      name: path.join('.'),
      problem: message,
    })),
  });
}

function parse(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new RequestError('INVALID_QUERY_PARAM', 'the body is not JSON');
  }
}
