import { resolve } from 'node:path';

import type { ConfigFault } from '@netscope/domain';
import type { z } from 'zod';

import { nearest } from '../nearest.ts';
import { parseBytes } from '../parse-bytes.ts';
import { type LeafType, type SchemaShape, type WalkedSchema, walkSchema } from '../schema-walk.ts';
import type { LeafFacts } from '../schema/leaves.ts';
import type { MapNode, Scalar, ScalarNode, SettingNode } from './setting-node.ts';

/** Plain values for the schema, and the keys that it does not know. */
export interface ShapedSettings {
  readonly value: unknown;
  readonly faults: readonly ConfigFault[];
}

/**
 * Turns settings into what the schema checks: unknown keys told and left out, text read as the
 * number, boolean, size or path that its key wants, an empty section taken as absent.
 */
export function shapeSettings(root: MapNode, settings: z.core.$ZodType): ShapedSettings {
  const shaper = new Shaper();
  return { value: shaper.shape(root, settings, []), faults: shaper.faults };
}

class Shaper {
  readonly faults: ConfigFault[] = [];

  shape(node: SettingNode, schema: z.core.$ZodType, path: readonly string[]): unknown {
    const walked = walkSchema(schema);
    const { shape } = walked;
    if (node.kind === 'scalar') return this.#scalar(node, walked);
    if (node.kind === 'map' && (shape.kind === 'object' || shape.kind === 'record')) {
      return this.#map(node, shape, path);
    }
    if (node.kind === 'list' && shape.kind === 'list') {
      return node.items.map((item, index) =>
        this.shape(item, shape.item, [...path, String(index)]),
      );
    }
    const isText = shape.kind === 'leaf' && shape.facts?.form === 'any_scalar';
    return plain(node, isText ? textOf : meaningOf);
  }

  #scalar(node: ScalarNode, { shape, isNullable, isOptional }: WalkedSchema): unknown {
    if (node.value === null && isOptional && !isNullable) return undefined;
    if (shape.kind === 'leaf') return readScalar(node, { ...shape, isNullable });
    if (node.value !== null || isNullable) return node.value;
    return shape.kind === 'object' ? {} : undefined;
  }

  #map(
    node: MapNode,
    shape: Extract<SchemaShape, { kind: 'object' | 'record' }>,
    path: readonly string[],
  ): unknown {
    const value: Record<string, unknown> = {};
    for (const [key, inner] of node.entries) {
      const schema = schemaOf(shape, key);
      if (schema === undefined) {
        this.#tellUnknown(node, key, { shape, path });
        continue;
      }
      const shaped = this.shape(inner, schema, [...path, key]);
      if (shaped !== undefined) value[key] = shaped;
    }
    return value;
  }

  #tellUnknown(
    node: MapNode,
    key: string,
    { shape, path }: { readonly shape: SchemaShape; readonly path: readonly string[] },
  ): void {
    const known = shape.kind === 'object' ? Object.keys(shape.keys) : [];
    const near = nearest(key, known);
    const isReserved = shape.kind === 'record';
    this.faults.push({
      path: [...path, shownKey(key)].join('.'),
      where: node.places.get(key) ?? node.where,
      found: isReserved ? 'a name that cannot be used' : 'an unknown key',
      expected: expectedKey(near, known),
    });
  }
}

function expectedKey(near: string | undefined, known: readonly string[]): string {
  if (near !== undefined) return `a known one; the nearest is ${near}`;
  return known.length === 0 ? 'another name' : `a known one; here they are ${known.join(', ')}`;
}

/** A key is the user's text: bounded and on one line wherever it is shown. */
function shownKey(key: string): string {
  return key.replaceAll(/\p{Cc}/gu, ' ').slice(0, 80);
}

/** Names that plain objects already have; as a header, label or upstream they mean nothing. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

function schemaOf(
  shape: Extract<SchemaShape, { kind: 'object' | 'record' }>,
  key: string,
): z.core.$ZodType | undefined {
  if (RESERVED.has(key)) return undefined;
  if (shape.kind === 'record') return shape.value;
  return Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
}

interface LeafShape {
  readonly type: LeafType;
  readonly facts: LeafFacts | undefined;
  readonly isNullable: boolean;
}

function readScalar(node: ScalarNode, leaf: LeafShape): unknown {
  const { value } = node;
  if (typeof value === 'string') return readText(value, node, leaf);
  return leaf.facts?.form === 'any_scalar' ? textOf(node) : value;
}

/** In maps of the user's own (headers, queries) a bare number or boolean is meant as written. */
function textOf({ value, source }: ScalarNode): Scalar {
  return value === null ? value : (source ?? String(value));
}

/** Where any kind of value may stand, a reference without quotes is the value that it names. */
function meaningOf({ value, meant }: ScalarNode): Scalar {
  return meant === undefined ? value : meant;
}

function readText(text: string, node: ScalarNode, leaf: LeafShape): unknown {
  if (leaf.isNullable && (text === '' || text === 'null')) return null;
  const form = leaf.facts?.form ?? leaf.type;
  if (form === 'any') return meaningOf(node);
  if (form === 'path') return text === '' ? text : resolve(node.folder, text);
  return TEXT_READERS[form](text) ?? text;
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** What a text means by the form of its key; `undefined` where it stays a text. */
const TEXT_READERS = {
  bytes: parseBytes,
  status: (text: string) => (/^\d{3}$/.test(text) ? Number(text) : undefined),
  number: (text: string) => (NUMBER.test(text) ? Number(text) : undefined),
  boolean: (text: string) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  text: keep,
  any_scalar: keep,
};

function keep(text: string): string {
  return text;
}

/** A node as it stands, for the schema to judge. */
function plain(node: SettingNode, read: (node: ScalarNode) => Scalar): unknown {
  if (node.kind === 'scalar') return read(node);
  if (node.kind === 'list') return node.items.map((item) => plain(item, read));
  const value: Record<string, unknown> = {};
  for (const [key, inner] of node.entries) if (!RESERVED.has(key)) value[key] = plain(inner, read);
  return value;
}
