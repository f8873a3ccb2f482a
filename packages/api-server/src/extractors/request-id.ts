/** What may stand in a log line and a header without harm. */
const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/;

/** The caller's own `x-request-id`; undefined where there is none or it is not usable. */
export function requestIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : undefined;
}
