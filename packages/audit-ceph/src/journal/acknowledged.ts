import type { OffsetMapPlace } from '@netscope/domain';

import type { SpoolPaths } from '../spool/segment.ts';
import type { SpoolFiles } from '../spool/spool-files.ts';
import { readSummed, summedLine } from '../spool/summed-text.ts';
import { placeName } from './place-name.ts';

/** What this node saw of a partition. */
export interface SeenPlace extends OffsetMapPlace {
  /** The last commit that was acknowledged; absent where there was none yet. */
  readonly offset: number | undefined;
  /** Events up to this instant (wall clock, ms) count no more: the partition was lost, or reset. */
  readonly deadToMs: number | undefined;
}

/**
 * Where the group stood, as this node last saw it. Written over and over without a sync, in turn into
 * two files, so that `kill -9` leaves one of them whole. A power loss may leave an older one: then a
 * reset that fell between the two goes unnoticed.
 */
export class Acknowledged {
  readonly #byName = new Map<string, SeenPlace>();
  readonly #instanceId: string;
  /** False where the files are of another directory, of which this one is a copy. */
  readonly isOurs: boolean;
  #turn = 0;

  constructor(paths: SpoolPaths, files: SpoolFiles, instanceId: string) {
    this.#instanceId = instanceId;
    const found = paths.acknowledged.flatMap((path) => read(path, files) ?? []);
    const newest = found.toSorted((a, b) => b.turn - a.turn)[0];
    this.isOurs = newest === undefined || newest.instance === instanceId;
    if (newest === undefined || !this.isOurs) return;
    this.#turn = newest.turn;
    for (const seen of newest.places) this.#byName.set(placeName(seen), seen);
  }

  /** `name`: that of the place, where it is known already. */
  of(place: OffsetMapPlace, name: string = placeName(place)): SeenPlace | undefined {
    return this.#byName.get(name);
  }

  set(seen: SeenPlace): void {
    this.#byName.set(placeName(seen), seen);
  }

  all(): IterableIterator<SeenPlace> {
    return this.#byName.values();
  }

  /** What to write next, and which of the two files takes it. */
  next(): { readonly slot: number; readonly text: string } {
    this.#turn += 1;
    const content = {
      turn: this.#turn,
      instance: this.#instanceId,
      places: [...this.#byName.values()],
    };
    return { slot: this.#turn % 2, text: summedLine(JSON.stringify(content)) };
  }
}

interface Content {
  readonly turn: number;
  readonly instance: string;
  readonly places: readonly SeenPlace[];
}

function read(path: string, files: SpoolFiles): Content | undefined {
  if (files.size(path) === undefined) return undefined;
  // A shorter text leaves the end of a longer one behind it.
  const [line = ''] = files.read(path).toString('utf8').split('\n', 1);
  const text = readSummed(line);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own text, by its checksum
  return text === undefined ? undefined : (JSON.parse(text) as Content);
}
