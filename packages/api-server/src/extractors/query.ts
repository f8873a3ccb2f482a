import { z } from 'zod';

import { RequestError } from '../dto/request-error.ts';

/** Longest piece of a refused value that is shown again. */
const FOUND_LENGTH_MAX = 64;

interface Fault {
  readonly name: string;
  readonly problem: string;
  readonly found?: string;
  readonly allowed?: readonly string[];
  readonly expected?: string;
}

/**
 * The query as its schema reads it.
 * @throws {RequestError} `INVALID_QUERY_PARAM`, naming every parameter at fault with what is right.
 */
export function readQuery<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  query: unknown,
): z.infer<z.ZodObject<S>> {
  const given: Record<string, unknown> = Object.fromEntries(Object.entries(Object(query)));
  const read = schema.strict().safeParse(given);
  if (read.success) return read.data;
  const names = Object.keys(schema.shape);
  const faults = read.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((name) => ({ name, problem: 'unknown parameter', allowed: names }));
    }
    const name = String(issue.path[0]);
    return [valueFault(name, given[name], schema.shape[name])];
  });
  throw refusal(faults);
}

/** @throws {RequestError} where `value` is given and not one of `allowed`. */
export function requireKnown(
  name: string,
  value: string | undefined,
  allowed: readonly string[],
): void {
  if (value === undefined || allowed.includes(value)) return;
  throw refusal([{ name, problem: 'unknown value', found: shown(value), allowed }]);
}

/** @throws {RequestError} saying what is wrong with `value` and what would be right. */
export function refuseValue(name: string, value: string, expected: string): never {
  throw refusal([{ name, problem: 'bad value', found: shown(value), expected }]);
}

function valueFault(name: string, value: unknown, schema: unknown): Fault {
  if (Array.isArray(value)) return { name, problem: 'given more than once' };
  const found = shown(value);
  const allowed = allowedOf(schema);
  if (allowed !== undefined) return { name, problem: 'unknown value', found, allowed };
  const expected = schema instanceof z.ZodType ? schema.description : undefined;
  return { name, problem: 'bad value', found, ...(expected === undefined ? {} : { expected }) };
}

function allowedOf(schema: unknown): readonly string[] | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return allowedOf(schema.unwrap());
  }
  return schema instanceof z.ZodEnum ? schema.options.map(String) : undefined;
}

function refusal(faults: readonly Fault[]): RequestError {
  const names = [...new Set(faults.map(({ name }) => name.slice(0, FOUND_LENGTH_MAX)))];
  return new RequestError('INVALID_QUERY_PARAM', `query: ${names.join(', ')} cannot be used`, {
    parameters: faults.map((fault) => ({ ...fault, name: fault.name.slice(0, FOUND_LENGTH_MAX) })),
  });
}

function shown(value: unknown): string {
  return String(value).slice(0, FOUND_LENGTH_MAX);
}
