import type { DigestChain } from './digest-chain.ts';

/** How far one node's trail is proved. */
export interface NodeReport {
  readonly node: string;
  readonly digests: number;
  readonly segments: number;
  readonly events: number;
  /** Read and chained, and not signed yet. */
  readonly unprovedEvents: number;
  /** By the newest digest; absent where there is none. */
  readonly proved:
    | {
        readonly timestamp: string;
        readonly head: string;
        readonly epoch: string;
        readonly seq: number;
      }
    | undefined;
}

export interface TrailReport {
  readonly isSound: boolean;
  readonly nodes: readonly NodeReport[];
  readonly findings: number;
  readonly events: number;
}

/** By the newest digest that counts; `undefined` where there is none. */
export function provedBy({ last, head, position }: DigestChain): NodeReport['proved'] {
  if (last === undefined || head === undefined) return undefined;
  const { timestamp } = last;
  return { timestamp, head, epoch: position?.epoch ?? last.epoch, seq: position?.seq ?? 0 };
}
