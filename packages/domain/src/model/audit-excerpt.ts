/** Bounds of excerpts, bytes. */
export const EXCERPT_BYTES_MAX = {
  /** A body larger than this is not read: reading takes the main thread. */
  read: 65_536,
  /** What the trail takes of one body. */
  body: 6144,
  /** What it takes of the headers of one side. */
  headers: 2048,
  /** What all that adds to one event, with the names around it. */
  event: 2 * (6144 + 2048) + 512,
} as const;

export const UNREAD_REASONS = [
  'not_utf8',
  'not_json',
  'too_deep',
  'too_large',
  'repeated_name',
] as const;

/**
 * Why nothing was read of a body. `too_large`: past the bound of reading or the route's own
 * bound; `repeated_name`: an allowed name stands twice in one object, which readers take differently.
 */
export type UnreadReason = (typeof UNREAD_REASONS)[number];

/** What a route lets through of one body or of its headers. */
export interface AuditExcerpt {
  /** JSON in UTF-8, on one line; absent where nothing that is allowed was there. */
  readonly json: Uint8Array | undefined;
  /**
   * What is allowed and was there, and is absent: it found no room, is an object or a list, or a
   * text with half of a surrogate pair.
   */
  readonly omitted: number;
  /** Absent where it was read, or there was nothing to read. */
  readonly unread: UnreadReason | undefined;
}

/** One side of a call as the audit trail tells it besides its digest. */
export interface SideExcerpts {
  readonly body: AuditExcerpt;
  readonly headers: AuditExcerpt;
}

/** What a route's `audit.paths` and `audit.headers` let through of one call. */
export interface CallExcerpts {
  readonly request: SideExcerpts;
  /** Absent where no answer came. */
  readonly response: SideExcerpts | undefined;
}
