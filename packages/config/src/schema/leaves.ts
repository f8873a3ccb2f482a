import { z } from 'zod';

/** What is known of one key beyond its type. */
export interface LeafFacts {
  /** One sentence for the reference page. */
  readonly about: string;
  /** What would be right, as a fault says it. */
  readonly expected: string;
  /** Why its default is what it is, a sentence for the reference page. */
  readonly why?: string | undefined;
  /** How text becomes the value: `bytes` reads `8MiB`, `path` is relative to where it was written. */
  readonly form?: 'bytes' | 'path' | 'status' | 'any_scalar' | undefined;
  /** Never shown, neither in faults nor in the effective configuration. */
  readonly secret?: boolean | undefined;
}

/** Facts of every leaf of the settings, by its innermost schema. */
export const leafFacts: z.core.$ZodRegistry<LeafFacts> = z.registry<LeafFacts>();

/** Registers a leaf. */
export function leaf<S extends z.ZodType>(schema: S, facts: LeafFacts): S {
  leafFacts.add(schema, facts);
  return schema;
}

interface NumberKey {
  readonly about: string;
  readonly why: string;
  readonly default: number;
  readonly min?: number;
  readonly max?: number;
}

/** A whole number; the bounds are inclusive. */
export function whole(key: NumberKey): z.ZodDefault<z.ZodInt> {
  return leaf(bounded(z.int(), key), {
    about: key.about,
    why: key.why,
    expected: `a whole number${range(key)}`,
  }).default(key.default);
}

/** A duration in whole milliseconds, a day at most. */
export function ms(key: NumberKey): z.ZodDefault<z.ZodInt> {
  const limits = { ...key, max: key.max ?? DAY_MS };
  return leaf(bounded(z.int(), limits), {
    about: key.about,
    why: key.why,
    expected: `whole milliseconds${range(limits)}`,
  }).default(key.default);
}

const DAY_MS = 86_400_000;

/** A number that need not be whole. */
export function decimal(key: NumberKey): z.ZodDefault<z.ZodNumber> {
  return leaf(
    z
      .number()
      .min(key.min ?? 0)
      .max(key.max ?? Number.MAX_SAFE_INTEGER),
    {
      about: key.about,
      why: key.why,
      expected: `a number${range(key)}`,
    },
  ).default(key.default);
}

/** A size; whole bytes or text as `8MiB`. */
export function bytes(key: NumberKey): z.ZodDefault<z.ZodInt> {
  const limits = { ...key, min: key.min ?? 1 };
  return leaf(bounded(z.int(), limits), {
    about: key.about,
    why: key.why,
    expected: `a size${range(limits)} bytes, as 1024, 64KiB, 8MiB or 1GiB`,
    form: 'bytes',
  }).default(key.default);
}

export function flag(about: string, standard: boolean, why?: string): z.ZodDefault<z.ZodBoolean> {
  return leaf(z.boolean(), { about, why, expected: 'true or false' }).default(standard);
}

/** One of a few words; the first is the default, and `why` says why. */
export function choice<const W extends readonly [string, ...string[]]>(
  words: W,
  about: string,
  why?: string,
): z.ZodDefault<z.ZodEnum<{ [K in W[number]]: K }>> {
  const schema = leaf(z.enum(words), { about, why, expected: `one of ${words.join(', ')}` });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the first word is a member of the enumeration made of the words
  return schema.default(words[0] as never);
}

export interface TextKey {
  readonly about: string;
  readonly expected?: string;
  readonly pattern?: RegExp;
  /** What no pattern can tell. */
  readonly check?: (text: string) => boolean;
  readonly secret?: true;
  readonly path?: true;
}

/** Text that must be given. */
export function text(key: TextKey): z.ZodString {
  const schema = key.pattern === undefined ? z.string().min(1) : z.string().regex(key.pattern);
  const { check } = key;
  return leaf(check === undefined ? schema : schema.refine(check), textFacts(key));
}

/** Text that may be empty. */
export function anyText(key: TextKey): z.ZodString {
  return leaf(z.string(), textFacts(key));
}

function textFacts(key: TextKey): LeafFacts {
  return {
    about: key.about,
    expected: key.expected ?? (key.path === true ? 'a path' : 'text'),
    form: key.path === true ? 'path' : undefined,
    secret: key.secret,
  };
}

/** Text, or null where it is not wanted; null unless given. */
export function textOrNull(key: TextKey): z.ZodDefault<z.ZodNullable<z.ZodString>> {
  return text(key).nullable().default(null);
}

/** A secret's file beside it. */
export function secretFile(about: string): z.ZodOptional<z.ZodNullable<z.ZodString>> {
  return text({ about, expected: 'the path of a file that holds the secret', path: true })
    .nullable()
    .optional();
}

/** A list of texts, empty unless given. */
export function texts(
  key: TextKey,
  standard: string[] = [],
): z.ZodDefault<z.ZodArray<z.ZodString>> {
  return z.array(text(key)).default(standard);
}

function bounded(schema: z.ZodInt, { min, max }: { min?: number; max?: number }): z.ZodInt {
  return schema.min(min ?? 0).max(max ?? Number.MAX_SAFE_INTEGER);
}

function range({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (max === undefined) return ` from ${min ?? 0}`;
  return ` from ${min ?? 0} to ${max}`;
}
