const SIZE = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?$/;

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Bytes of a size as `8MiB`, `1.5GiB` or `1024`; `undefined` where it is none or not whole. */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit] = SIZE.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  const bytes = Number(amount) * (UNITS[unit ?? 'B'] ?? 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
