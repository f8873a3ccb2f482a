import { z } from 'zod';

import { type LeafFacts, leafFacts } from './schema/leaves.ts';

/** What a schema takes, without the wrappers for defaults and null around it. */
export type SchemaShape =
  | { readonly kind: 'object'; readonly keys: Readonly<Record<string, z.core.$ZodType>> }
  | { readonly kind: 'record'; readonly value: z.core.$ZodType }
  | { readonly kind: 'list'; readonly item: z.core.$ZodType }
  | { readonly kind: 'leaf'; readonly type: LeafType; readonly facts: LeafFacts | undefined };

/** What a text from the environment must become. */
export type LeafType = 'text' | 'number' | 'boolean' | 'any';

export interface WalkedSchema {
  readonly shape: SchemaShape;
  readonly isNullable: boolean;
  /** Absent where not given, with no default. */
  readonly isOptional: boolean;
}

/** Looks through defaults, null and absence at what a schema really takes. */
export function walkSchema(schema: z.core.$ZodType): WalkedSchema {
  let inner = schema;
  let isNullable = false;
  let isOptional = false;
  while (isWrapper(inner)) {
    isNullable ||= inner instanceof z.ZodNullable;
    isOptional ||= inner instanceof z.ZodOptional;
    inner = inner.def.innerType;
  }
  return { shape: shapeOf(inner), isNullable, isOptional };
}

type Wrapper = z.ZodDefault | z.ZodPrefault | z.ZodOptional | z.ZodNullable;

function isWrapper(schema: z.core.$ZodType): schema is Wrapper {
  return (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  );
}

function shapeOf(schema: z.core.$ZodType): SchemaShape {
  if (schema instanceof z.ZodObject) return { kind: 'object', keys: schema.def.shape };
  if (schema instanceof z.ZodRecord) return { kind: 'record', value: schema.def.valueType };
  if (schema instanceof z.ZodArray) return { kind: 'list', item: schema.def.element };
  return { kind: 'leaf', type: leafType(schema), facts: leafFacts.get(schema) };
}

function leafType(schema: z.core.$ZodType): LeafType {
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return 'text';
  return 'any';
}

/** The schema's facts at a path; `undefined` where the path leaves it. */
export function factsAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
): LeafFacts | undefined {
  const found = schemaAt(schema, path);
  if (found === undefined) return undefined;
  const { shape } = walkSchema(found);
  return shape.kind === 'leaf' ? shape.facts : undefined;
}

/** The schema at a path; `undefined` where the path leaves it. */
export function schemaAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
): z.core.$ZodType | undefined {
  let inner: z.core.$ZodType | undefined = schema;
  for (const key of path) {
    if (inner === undefined) return undefined;
    inner = childSchema(walkSchema(inner).shape, key);
  }
  return inner;
}

function childSchema(shape: SchemaShape, key: PropertyKey): z.core.$ZodType | undefined {
  if (shape.kind === 'object')
    return Object.hasOwn(shape.keys, key) ? shape.keys[String(key)] : undefined;
  if (shape.kind === 'record') return shape.value;
  return shape.kind === 'list' ? shape.item : undefined;
}

/** Replaces every leaf of a valid value by what `change` says of it. */
export function mapLeaves(
  schema: z.core.$ZodType,
  value: unknown,
  change: (value: unknown, facts: LeafFacts | undefined) => unknown,
): unknown {
  const { shape } = walkSchema(schema);
  if (shape.kind === 'leaf') return change(value, shape.facts);
  if (shape.kind === 'list') {
    return Array.isArray(value) ? value.map((item) => mapLeaves(shape.item, item, change)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const child = childSchema(shape, key);
    return [key, child === undefined ? inner : mapLeaves(child, inner, change)];
  });
  return Object.fromEntries(entries) as unknown;
}
