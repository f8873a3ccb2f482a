/** What stands for a required key while the rest is judged. */
const FILLERS: Readonly<Record<string, unknown>> = {
  origin: 'http://localhost',
  name: 'unnamed',
  topics: ['unnamed'],
};

/**
 * Takes what is wrong out of a value, so that the rest of it can be judged in the same run: the
 * nearest key of a map above each path falls back to its default, or to a filler where it has none;
 * so does a route that is none.
 * Answers the paths that no longer say what was written.
 */
export function repair(
  value: unknown,
  paths: readonly (readonly PropertyKey[])[],
): readonly (readonly string[])[] {
  return paths.map((path) => repairAt(value, path.map(String)));
}

function repairAt(value: unknown, path: readonly string[]): readonly string[] {
  for (let length = path.length; length > 0; length -= 1) {
    const at = path.slice(0, length);
    const parent = valueAt(value, at.slice(0, -1));
    const key = at.at(-1) ?? '';
    if (Array.isArray(parent) && at.length === 2 && at[0] === 'routes') {
      parent[Number(key)] = fillerRoute(key);
      return at;
    }
    if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) continue;
    const filler = FILLERS[key];
    if (filler === undefined) Reflect.deleteProperty(parent, key);
    else Reflect.set(parent, key, filler);
    return at;
  }
  return [];
}

/** In the place of one that is no map: the others are judged as they stand. */
function fillerRoute(index: string): object {
  const name = `unnamed-${index}`;
  return { name, topics: [name], action: 'skip' };
}

/** What stands on a path of plain values; `undefined` where nothing does. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = Reflect.get(inner, key);
  }
  return inner;
}
