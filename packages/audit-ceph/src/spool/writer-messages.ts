import type { SegmentFacts } from './segment.ts';

/** What the writer thread tells the main thread. */
export type WriterMessage =
  | {
      readonly kind: 'durable';
      /** Every event up to this one is on disk. */
      readonly seq: number;
      /** Lines of the open segment on disk. */
      readonly openBytes: number;
      /** Time of the open segment's first event. */
      readonly openSinceMs: number;
    }
  | { readonly kind: 'sealed'; readonly segment: SegmentFacts }
  /** The disk is full, and the reserve was cut to go on. */
  | { readonly kind: 'reserve_used' }
  /** The disk takes nothing; the group is kept and tried again. */
  | { readonly kind: 'stalled'; readonly code: string; readonly message: string }
  | { readonly kind: 'resumed' }
  /** Everything is on disk and sealed, or, where abandoned, as much as the disk took. */
  | { readonly kind: 'closed'; readonly isComplete: boolean };

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly dataDir: string;
  readonly node: string;
  readonly epoch: string;
  /** Head of the chain before. */
  readonly prev: string;
  readonly syncMs: number;
  readonly segmentBytesMax: number;
  readonly segmentAgeMaxMs: number;
  /** Whether frames of events have a private part, which is encrypted. */
  readonly encrypts: boolean;
}
