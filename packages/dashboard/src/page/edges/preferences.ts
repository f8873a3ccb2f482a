const PREFIX = 'netscope.';

/** A choice of this reader, kept where the browser allows it. */
export function readPreference<T extends string>(
  name: string,
  allowed: readonly T[],
  otherwise: T,
): T {
  try {
    const stored = localStorage.getItem(PREFIX + name);
    return allowed.find((value) => value === stored) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Forgotten at the end of the visit where the browser keeps nothing. */
export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage may be switched off or full; the choice then lasts as long as the page.
  }
}
