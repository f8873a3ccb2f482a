import type { WireVerdict } from '@netscope/api-server/contract';

/** Who can have held a call up, as the page names them, in the order of the page. */
export const PARTIES = [
  { party: 'network', text: 'network' },
  { party: 'upstream', text: 'upstream' },
  { party: 'upstream_or_beyond', text: 'upstream or beyond' },
  { party: 'local', text: 'NetScope itself' },
] as const satisfies readonly { party: WireVerdict['party']; text: string }[];

const PATHS = {
  direct: 'straight to the upstream',
  proxied: 'through a proxy, which hides what lies beyond',
  unknown: 'by a path that is not known',
} as const satisfies Readonly<Record<WireVerdict['path'], string>>;

/** A verdict in words: who held the call up, what each party took of it (ms), and the path. */
export interface VerdictView {
  readonly party: string;
  readonly shares: readonly { readonly text: string; readonly ms: number }[];
  readonly path: string;
}

/** A party that the path hides has no share; its time is with the upstream's. */
export function verdictView(verdict: WireVerdict): VerdictView {
  const { network_ms: network, upstream_ms: upstream, local_ms: local } = verdict;
  const far = network === undefined ? 'upstream_or_beyond' : 'upstream';
  const taken = { network, [far]: upstream, local };
  return {
    party: PARTIES.find(({ party }) => party === verdict.party)?.text ?? verdict.party,
    shares: PARTIES.flatMap(({ party, text }) => {
      const ms = taken[party];
      return ms === undefined ? [] : [{ text, ms }];
    }),
    path: PATHS[verdict.path],
  };
}
