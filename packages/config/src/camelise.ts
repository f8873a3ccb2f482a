type CamelKey<S> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelKey<Tail>>}`
  : S;

/** A settings type in TypeScript's names: camelCase, readonly, absent instead of null. */
export type Camelised<T> = T extends null
  ? undefined
  : T extends readonly (infer Item)[]
    ? readonly Camelised<Item>[]
    : T extends object
      ? { readonly [K in keyof T as CamelKey<K & string>]: Camelised<T[K]> }
      : T;

/** Turns snake_case keys into camelCase and null into undefined, all the way down. */
export function camelise<T>(value: T): Camelised<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the recursion mirrors the type case by case
  return convert(value) as Camelised<T>;
}

function convert(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [camelKey(key), convert(inner)]),
  );
}

function camelKey(key: string): string {
  return key.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
