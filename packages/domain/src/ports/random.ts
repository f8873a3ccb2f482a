/** Chance, injected, so that a test can seed it. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** `bytes` random bytes as lower-case hex; never all zero. */
  hex(bytes: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}
