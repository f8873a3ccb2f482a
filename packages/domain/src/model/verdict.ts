/** `upstream_or_beyond` where the path to the upstream cannot be told from the upstream itself. */
export type Party = 'network' | 'upstream' | 'local' | 'upstream_or_beyond';

export type NetworkPath = 'direct' | 'proxied' | 'unknown';

/** Who held a call up, with the milliseconds of each; what cannot be told is absent. */
export interface Verdict {
  readonly party: Party;
  readonly path: NetworkPath;
  readonly networkMs: number | undefined;
  readonly upstreamMs: number | undefined;
  readonly localMs: number | undefined;
}
