export { checkKeyFiles } from './encryption/key-checks.ts';
export { type EncryptionKey, presentKeyFiles, readKeyFile } from './encryption/key-file.ts';
export { type LockedKey } from './encryption/locked-fields.ts';
export { FieldOpener } from './encryption/open-fields.ts';
export { isBreach, type Finding } from './integrity/verify/finding.ts';
export { type NodeReport, type TrailReport } from './integrity/verify/trail-report.ts';
export { verifyTrail } from './integrity/verify/verify-trail.ts';
export { publicKeyFiles } from './integrity/key-files.ts';
export { publicKeys, signingKeys } from './integrity/signing-key.ts';
export { type EventFilter, type TrailEvent } from './reader/event-filter.ts';
export {
  type FoundEvent,
  type SearchTally,
  type TrailObject,
  type TrailQuery,
  TrailSearch,
} from './reader/search-trail.ts';
export { timestampMs } from './spool/timestamp-ms.ts';
export { type TimeRange } from './reader/time-range.ts';
export { type TrailStore } from './reader/trail-store.ts';
