import {
  type AuditExcerpt,
  type CallExcerpts,
  EXCERPT_BYTES_MAX,
  type ExcerptDefinition,
  type OutboundRequest,
  type OutboundResult,
  type ResponseHeaders,
  type ResponseTap,
  type SideExcerpts,
} from '@netscope/domain';

import { BodyExcerpts, NOTHING } from './body-excerpts.ts';
import { HeaderExcerpts } from './header-excerpts.ts';

const NO_BYTES = new Uint8Array();
const TOO_LARGE: AuditExcerpt = { ...NOTHING, unread: 'too_large' };

type SentParts = Pick<OutboundRequest, 'headers' | 'body'>;

/** What one route lets the audit trail show of its calls. */
export class RouteExcerpts {
  readonly #bodies: BodyExcerpts;
  readonly #headers: HeaderExcerpts;

  constructor({ paths, headers }: ExcerptDefinition) {
    this.#bodies = new BodyExcerpts(paths);
    this.#headers = new HeaderExcerpts(headers);
  }

  /** What is shown of a request as it is sent. */
  ofRequest({ headers, body }: SentParts): SideExcerpts {
    return { body: this.#bodies.of(body ?? NO_BYTES), headers: this.#headers.ofRequest(headers) };
  }

  /** What is shown of a call that has ended; `kept` has heard its responses. */
  ofCall(request: SentParts, result: OutboundResult, kept: KeptResponse): CallExcerpts {
    const isAnswered = result.outcome === 'responded';
    return {
      request: this.ofRequest(request),
      response: isAnswered ? this.#ofResponse(kept, result.truncated) : undefined,
    };
  }

  #ofResponse(kept: KeptResponse, isTruncated: boolean): SideExcerpts {
    const bytes = isTruncated ? undefined : kept.bytes();
    return {
      body: bytes === undefined ? TOO_LARGE : this.#bodies.of(bytes),
      headers: this.#headers.ofResponse(kept.headers),
    };
  }
}

/** Keeps the last response of a call until it is told, as far as a body is read for excerpts. */
export class KeptResponse implements ResponseTap {
  headers: ResponseHeaders = {};
  /** The first chunk, or all of them in a buffer that has room for more. */
  #kept: Uint8Array = NO_BYTES;
  #isOwn = false;
  #bytes = 0;

  begin(headers: ResponseHeaders): void {
    this.headers = headers;
    this.#kept = NO_BYTES;
    this.#isOwn = false;
    this.#bytes = 0;
  }

  add(chunk: Uint8Array): void {
    const start = this.#bytes;
    this.#bytes += chunk.length;
    if (this.#bytes > EXCERPT_BYTES_MAX.read) this.#kept = NO_BYTES;
    else if (start === 0) this.#kept = chunk;
    else this.#append(chunk, start);
  }

  /** The whole body; absent where it is too large to be read. */
  bytes(): Uint8Array | undefined {
    if (this.#bytes > EXCERPT_BYTES_MAX.read) return undefined;
    return this.#kept.subarray(0, this.#bytes);
  }

  /** A list of chunks would be no bound: an upstream may send each byte as one. */
  #append(chunk: Uint8Array, start: number): void {
    if (!this.#isOwn || this.#bytes > this.#kept.length) {
      const roomy = Buffer.allocUnsafe(Math.min(EXCERPT_BYTES_MAX.read, 2 * this.#bytes));
      roomy.set(this.#kept.subarray(0, start));
      this.#kept = roomy;
      this.#isOwn = true;
    }
    this.#kept.set(chunk, start);
  }
}
