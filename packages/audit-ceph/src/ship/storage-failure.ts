import { StorageError } from '@netscope/domain';

/** What a store threw, as the domain's error; a store that keeps its contract throws no other. */
export function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError('STORAGE_UNAVAILABLE', 'the store failed in an unknown way', {
    kind: 'fault',
    details: { reason: 'unknown' },
    cause: error,
  });
}

/** One word of a bounded set, for label and status. */
export function reasonOf(error: StorageError): string {
  const { reason } = error.details;
  return typeof reason === 'string' ? reason : error.code.toLowerCase();
}
