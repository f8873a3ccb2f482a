import { StorageError } from '@netscope/domain';

import { faultCode } from './spool/fault-code.ts';

/** The HTTP status of an error as the SDK shapes it; `undefined` where there was no answer. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) {
    return undefined;
  }
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** The name that the store gave to an error, where it did. */
export function faultName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Whether a conditional put met an object. */
export function isExisting(error: unknown): boolean {
  return statusOf(error) === 412;
}

/** Whether there is no such thing. */
export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** The bucket is not there. */
export function noBucket(cause: unknown): StorageError {
  return refused('no_bucket', 'the bucket does not exist', cause);
}

/** The store refused, in one word; never taken as final. */
export function refused(reason: string, message: string, cause?: unknown): StorageError {
  // Quota, suspension, clock and credentials come and go: a refusal is never taken as final.
  return new StorageError('STORAGE_REFUSED', message, {
    kind: 'transient',
    details: { reason },
    cause,
  });
}

/** One word for each refusal that an operator would handle in a way of its own. */
const REASON_BY_NAME: ReadonlyMap<string, string> = new Map([
  ['NoSuchBucket', 'no_bucket'],
  ['QuotaExceeded', 'quota'],
  ['RequestTimeTooSkewed', 'clock_skew'],
  ['InvalidAccessKeyId', 'credentials'],
  ['SignatureDoesNotMatch', 'credentials'],
  ['CredentialsProviderError', 'credentials'],
  ['UserSuspended', 'suspended'],
  ['BadDigest', 'bad_digest'],
]);

const CLOCK_REMEDY =
  ": this machine's clock and the store's are more than 15 minutes apart; set the one that is wrong";

/** What a request of the SDK threw, as the domain's error. */
export function asStorageError(operation: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = faultName(error);
  const reason = REASON_BY_NAME.get(name);
  if (reason !== undefined) {
    const remedy = reason === 'clock_skew' ? CLOCK_REMEDY : '';
    return refused(reason, `${operation}: the store refused: ${name}${remedy}`, error);
  }
  if (name === 'TimeoutError' || name === 'AbortError') {
    return failed('STORAGE_TIMEOUT', { operation, reason: 'timeout' }, error);
  }
  const status = statusOf(error);
  if (status === undefined) {
    const details = { operation, reason: 'unreachable', code: faultCode(error) };
    return failed('STORAGE_UNAVAILABLE', details, error);
  }
  if (status >= 500 || status === 429) {
    return failed('STORAGE_UNAVAILABLE', { operation, reason: 'server_error', status }, error);
  }
  return refused(
    status === 403 ? 'forbidden' : 'refused',
    `${operation}: ${status} ${name}`,
    error,
  );
}

function failed(
  code: 'STORAGE_TIMEOUT' | 'STORAGE_UNAVAILABLE',
  details: Readonly<Record<string, string | number>>,
  cause: unknown,
): StorageError {
  const { operation, reason } = details;
  return new StorageError(code, `${operation}: ${reason}`, { kind: 'transient', details, cause });
}
