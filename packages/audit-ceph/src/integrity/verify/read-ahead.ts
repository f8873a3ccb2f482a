/** Reads that run at once where nobody says: enough to hide a store's answer time, few enough to bound memory. */
const READS_MAX = 6;

/** Works on a few items ahead and gives each with its result, in order. @throws what `work` throws */
export async function* ahead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<R>,
  atOnceMax = READS_MAX,
): AsyncIterable<{ readonly item: T; readonly result: R }> {
  const running: { readonly item: T; readonly result: Promise<R> }[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is awaited in its turn; until then a failure is not an unhandled one.
    result.catch(() => undefined);
    running.push({ item, result });
    if (running.length < atOnceMax) continue;
    const next = running.shift();
    if (next !== undefined) yield { item: next.item, result: await next.result };
  }
  for (const next of running) {
    // oxlint-disable-next-line no-await-in-loop -- all of them run already
    yield { item: next.item, result: await next.result };
  }
}
