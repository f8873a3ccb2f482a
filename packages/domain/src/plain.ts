// What threads use that load nothing else: the schemas beside it take some 16 MB in each of them.
export { StorageError } from './errors/storage-error.ts';
export { AUDIT_DIGEST_VERSION } from './events/audit-digest-version.ts';
export { exactNumber } from './events/exact-number.ts';
export { isoTimestamp } from './events/iso-timestamp.ts';
export { PRIVATE_FIELDS } from './events/private-fields.ts';
