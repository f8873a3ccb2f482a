/** Whether what a panel shows is old, and what to say about it there. */
export interface Staleness {
  readonly isStale: boolean;
  /** Absent where the page as a whole already says why. */
  readonly problem: string | undefined;
}

/** While the connection is lost the banner speaks for every panel. */
export function stalenessOf(link: 'connecting' | 'live' | 'lost', problem?: string): Staleness {
  if (link === 'lost') return { isStale: true, problem: undefined };
  return { isStale: problem !== undefined, problem };
}
