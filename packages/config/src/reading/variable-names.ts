import type { z } from 'zod';

import { walkSchema } from '../schema-walk.ts';

/** Keys of `routes` and `upstreams` have no variable: their names are the user's. */
const WITHOUT_VARIABLES: ReadonlySet<string> = new Set(['routes', 'upstreams']);

/** A key that a variable can set. */
export interface VariableKey {
  readonly path: readonly string[];
  readonly isList: boolean;
}

/** Every variable of the settings by its name: `NETSCOPE_` and the path in upper case. */
export function variableKeys(settings: z.core.$ZodType): ReadonlyMap<string, VariableKey> {
  const found = new Map<string, VariableKey>();
  collect(settings, [], found);
  return found;
}

/** The variable of a key, whether or not it can be set so. */
export function variableName(path: readonly string[]): string {
  return `NETSCOPE_${path.join('_').toUpperCase()}`;
}

function collect(
  schema: z.core.$ZodType,
  path: readonly string[],
  found: Map<string, VariableKey>,
): void {
  const { shape } = walkSchema(schema);
  if (shape.kind === 'leaf') {
    found.set(variableName(path), { path, isList: false });
  } else if (shape.kind === 'list' && walkSchema(shape.item).shape.kind === 'leaf') {
    found.set(variableName(path), { path, isList: true });
  } else if (shape.kind === 'object') {
    for (const [key, inner] of Object.entries(shape.keys)) {
      if (path.length === 0 && WITHOUT_VARIABLES.has(key)) continue;
      collect(inner, [...path, key], found);
    }
  }
}
