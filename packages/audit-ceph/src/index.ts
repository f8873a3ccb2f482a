export { freeReserve, leftSpools, takeUpSpool } from './former-spools.ts';
export { spoolIdentity } from './integrity/spool-identity.ts';
export { type ProbedObjectStore, type SpooledAuditSinkOptions } from './sink-options.ts';
export { SpooledAuditSink } from './spooled-audit-sink.ts';
export { DirectoryObjectStore } from './stores/directory-object-store.ts';
