import { DirectoryObjectStore } from '../../src/index.ts';
import { type FoundEvent, type TimeRange, TrailSearch } from '../../src/reader.ts';

const OPEN: TimeRange = { fromMs: undefined, toMs: undefined };

/** The events of a folder, as a reader gives them. */
export function eventsBelow(root: string, signal: AbortSignal): AsyncIterable<FoundEvent> {
  const query = { range: OPEN, service: undefined, filter: {} };
  const silent = { onRefused: () => undefined, onProgress: () => undefined };
  return new TrailSearch(query, { store: new DirectoryObjectStore(root), ...silent }).events(
    signal,
  );
}
