/** Past a third of the name's length a likeness is chance. */
const SHARE_MAX = 1 / 3;

/** The known name nearest to one that is unknown, by edit distance; `undefined` where none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length * SHARE_MAX)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name, candidate, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Damerau's distance with adjacent swaps; at least `limit` where it would reach that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_one, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      line.push(cost({ a, b, row, column, line, last, beforeLast }));
    }
    beforeLast = last;
    last = line;
  }
  return last[b.length] ?? limit;
}

interface Cell {
  readonly a: string;
  readonly b: string;
  readonly row: number;
  readonly column: number;
  readonly line: readonly number[];
  readonly last: readonly number[];
  readonly beforeLast: readonly number[];
}

function cost({ a, b, row, column, line, last, beforeLast }: Cell): number {
  const isSame = a[row - 1] === b[column - 1];
  const replaced = (last[column - 1] ?? 0) + (isSame ? 0 : 1);
  const least = Math.min(replaced, (last[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1);
  const isSwap =
    row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  return isSwap ? Math.min(least, (beforeLast[column - 2] ?? 0) + 1) : least;
}
