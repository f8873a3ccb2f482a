import { type ErrorCode, HTTP_STATUS_BY_CODE } from '@netscope/domain';

/** What a request is refused with; it ends in the error envelope and nowhere else. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  /** Small and free of secrets; it goes to the client. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return HTTP_STATUS_BY_CODE[this.code];
  }
}
