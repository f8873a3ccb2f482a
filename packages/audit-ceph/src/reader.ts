export { isBreach, type Finding } from './integrity/verify/finding.ts';
export { type NodeReport, type TrailReport, verifyTrail } from './integrity/verify/verify-trail.ts';
export { publicKeyFiles } from './integrity/key-files.ts';
export { publicKeys } from './integrity/signing-key.ts';
export { type TimeRange } from './reader/time-range.ts';
export { plainTrailStore, type TrailStore } from './reader/trail-store.ts';
