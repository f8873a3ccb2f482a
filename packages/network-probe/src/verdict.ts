import type { Attempt, NetworkPath, Verdict } from '@netscope/domain';

const US_PER_MS = 1000;

export interface VerdictQuestion {
  readonly attempts: readonly Attempt[];
  readonly path: 'auto' | 'direct' | 'proxied';
}

/**
 * Who held a call up, as far as it can be told without the kernel's facts: our own queue and what
 * is unaccounted against everything that lies beyond this process. `networkMs` is absent and no
 * party but `local` and `upstream_or_beyond` is named; `upstreamMs` then holds both of the latter.
 * Waits between attempts are nobody's. Undefined where no attempt began.
 */
export function judgeCall({ attempts, path }: VerdictQuestion): Verdict | undefined {
  if (attempts.length === 0) return undefined;
  let localMs = 0;
  let totalMs = 0;
  for (const attempt of attempts) {
    localMs += (attempt.phasesMs.queue ?? 0) + attempt.phasesMs.unaccounted;
    totalMs += attempt.totalMs;
  }
  const upstreamMs = Math.max(0, roundMs(totalMs - localMs));
  return {
    party: localMs > upstreamMs ? 'local' : 'upstream_or_beyond',
    path: pathOf(path),
    networkMs: undefined,
    upstreamMs,
    localMs: roundMs(localMs),
  };
}

function roundMs(ms: number): number {
  return Math.round(ms * US_PER_MS) / US_PER_MS;
}

function pathOf(path: VerdictQuestion['path']): NetworkPath {
  return path === 'auto' ? 'unknown' : path;
}
