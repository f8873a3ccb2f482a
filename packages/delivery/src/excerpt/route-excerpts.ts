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
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  begin(headers: ResponseHeaders): void {
    this.headers = headers;
    this.#chunks = [];
    this.#bytes = 0;
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= EXCERPT_BYTES_MAX.read) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  /** The whole body; absent where it is too large to be read. */
  bytes(): Uint8Array | undefined {
    if (this.#bytes > EXCERPT_BYTES_MAX.read) return undefined;
    const [first = NO_BYTES] = this.#chunks;
    return this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
  }
}
