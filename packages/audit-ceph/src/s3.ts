export { bucketPolicy } from './bucket-policy.ts';
export { retentionRules } from './retention-rules.ts';
export { S3ObjectStore } from './s3-object-store.ts';
export { type CredentialsSource, type S3ObjectStoreOptions } from './s3-store-options.ts';
