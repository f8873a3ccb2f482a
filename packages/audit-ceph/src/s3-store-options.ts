/** Where credentials are looked up anew. */
export type CredentialsSource = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}>;

export interface S3ObjectStoreOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Empty with the secret: the SDK's default chain is used. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Asked before each request and wins over the two: a rotated key counts from then on. */
  readonly credentials?: CredentialsSource | undefined;
  /** Longest wait for the head of an answer, and longest silence in its body, ms; default 20,000. */
  readonly requestTimeoutMs?: number;
}

/** How long nobody may delete or change an object. */
export interface LockRule {
  /** `compliance`: nobody at all; `governance`: nobody without a right of its own. */
  readonly mode: 'compliance' | 'governance';
  /** From the put of each object. */
  readonly days: number;
}
