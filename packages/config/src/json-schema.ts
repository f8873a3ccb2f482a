import { z } from 'zod';

import { leafFacts } from './schema/leaves.ts';
import { settingsSchema } from './schema/settings-schema.ts';

/** A text that is replaced before it is judged may stand for any value. */
const REFERENCE = { type: 'string', pattern: '\\$\\{[A-Za-z_]' } as const;
const SIZE = { type: 'string', pattern: '^\\d+(\\.\\d+)?\\s*(B|KiB|MiB|GiB|TiB)?$' } as const;

/** The JSON Schema (2020-12) of `netscope.yaml`, for editors and charts. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(settingsSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodPrefault) delete jsonSchema.default;
      const facts = leafFacts.get(zodSchema);
      if (facts !== undefined) widen(jsonSchema, facts.about, facts.form === 'bytes');
    },
  });
  return { ...schema, title: 'netscope.yaml', description: 'The configuration of NetScope.' };
}

function widen(schema: z.core.JSONSchema.BaseSchema, about: string, isSize: boolean): void {
  const own = { ...schema };
  for (const key of Object.keys(schema)) Reflect.deleteProperty(schema, key);
  schema.description = about;
  if (isFreeText(own)) {
    Object.assign(schema, own);
    return;
  }
  schema.anyOf = isSize ? [own, SIZE, REFERENCE] : [own, REFERENCE];
}

function isFreeText(schema: z.core.JSONSchema.BaseSchema): boolean {
  return schema.type === 'string' && schema.pattern === undefined && schema.enum === undefined;
}
