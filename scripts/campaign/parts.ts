/** One long form: a test that `pnpm test` runs for a minute or two at most, run in full. */
export interface CampaignPart {
  readonly name: string;
  /** What passes when it passes. */
  readonly proves: string;
  /** Vitest's project and file. */
  readonly project: 'slow' | 'integration' | 'e2e';
  readonly file: string;
  /** What makes it long. */
  readonly variable: string;
  readonly value: string;
  /** On two cores that do nothing else. */
  readonly someMinutes: number;
}

/** In this order: what needs a quiet machine least comes first. */
export const CAMPAIGN: readonly CampaignPart[] = [
  {
    name: 'soak',
    proves:
      'a gateway with the probe on grows in neither memory nor open files while sockets break under it and bad questions come',
    project: 'e2e',
    file: 'e2e/soak.e2e.test.ts',
    variable: 'NETSCOPE_SOAK_MINUTES',
    value: '10',
    someMinutes: 11,
  },
  {
    name: 'native-soak',
    proves:
      'the native library outlives wrong and ended processes, closed and reused descriptors, and threads that are torn down in it, with nothing left of them',
    project: 'slow',
    file: 'packages/network-probe/test/native-soak.slow.test.ts',
    variable: 'NETSCOPE_NATIVE_SOAK_SECONDS',
    value: '600',
    someMinutes: 11,
  },
  {
    name: 'kills',
    proves:
      'an audit sink whose process is killed keeps every acknowledged event, in order and once',
    project: 'integration',
    file: 'packages/audit-ceph/test/kill-nine.integration.test.ts',
    variable: 'NETSCOPE_KILLS',
    value: '200',
    someMinutes: 3,
  },
  {
    name: 'power-losses',
    proves:
      'a spool whose disk loses what was not synced has every acknowledged event in the store, in order and once',
    project: 'slow',
    file: 'packages/audit-ceph/test/faults/power-loss.slow.test.ts',
    variable: 'NETSCOPE_POWER_LOSSES',
    value: '3000',
    someMinutes: 3,
  },
  {
    name: 'frozen-cluster',
    proves:
      'a Ceph cluster that is frozen for three minutes holds no event up, is told, and has every event afterwards, in order and once',
    project: 'integration',
    file: 'packages/audit-ceph/test/rgw-faults.integration.test.ts',
    variable: 'NETSCOPE_FROZEN_MS',
    value: '180000',
    someMinutes: 7,
  },
  {
    name: 'mutations',
    proves:
      'every mutation of a stored trail of three nodes is found and named, byte by byte and object by object, and no sound trail raises an alarm',
    project: 'slow',
    file: 'packages/audit-ceph/test/integrity/mutated-trail.slow.test.ts',
    variable: 'NETSCOPE_MUTATIONS',
    value: '1000000',
    someMinutes: 15,
  },
  {
    name: 'second-verifier',
    proves: 'the verifier in Python finds mutations of the same classes',
    project: 'slow',
    file: 'packages/audit-ceph/test/integrity/python-verifier.slow.test.ts',
    variable: 'NETSCOPE_MUTATIONS',
    value: '1000000',
    someMinutes: 4,
  },
  {
    name: 'reading',
    proves:
      'a trail of ten million events is queried, summed up and exported in bounded memory, and a signal leaves nothing behind',
    project: 'slow',
    file: 'packages/app/test/commands/audit/large-trail.slow.test.ts',
    variable: 'NETSCOPE_TRAIL_EVENTS',
    value: '10000000',
    someMinutes: 40,
  },
  {
    name: 'rebalances',
    proves:
      'members that join, leave and are killed at random lose no record, keep the order of keys, and repeat only what kills cut off',
    project: 'e2e',
    file: 'e2e/regressions/fifty-rebalances.e2e.test.ts',
    variable: 'NETSCOPE_REBALANCES',
    value: '50',
    someMinutes: 7,
  },
  {
    name: 'fast-kills',
    proves:
      'a gateway that is killed at ten thousand records a second repeats at most 200 calls, and loses none',
    project: 'e2e',
    file: 'e2e/killed-at-full-speed.e2e.test.ts',
    variable: 'NETSCOPE_FAST_KILLS',
    value: '8',
    someMinutes: 5,
  },
  {
    name: 'absent-upstream',
    proves:
      'an upstream that is absent for a minute from the start on costs no dead letter and a handful of attempts',
    project: 'e2e',
    file: 'e2e/regressions/upstream-absent-at-start.e2e.test.ts',
    variable: 'NETSCOPE_ABSENT_MS',
    value: '60000',
    someMinutes: 3,
  },
  {
    name: 'audit-store-down',
    proves:
      'an audit store that is away for ten minutes holds up no record, and has every event after',
    project: 'e2e',
    file: 'e2e/regressions/audit-store-down.e2e.test.ts',
    variable: 'NETSCOPE_STORE_DOWN_MS',
    value: '600000',
    someMinutes: 12,
  },
  {
    name: 'burst',
    proves:
      'one destination of ten that refuses, or is slow, takes no more than a tenth from the throughput of the others',
    project: 'e2e',
    file: 'e2e/one-of-ten.e2e.test.ts',
    variable: 'NETSCOPE_BURST',
    value: '200000',
    someMinutes: 7,
  },
  {
    name: 'verdicts',
    proves: 'the party that a call names is the right one but for one call in a hundred',
    project: 'integration',
    file: 'packages/outbound-client/test/verdicts.integration.test.ts',
    variable: 'NETSCOPE_VERDICT_CALLS',
    value: '200',
    someMinutes: 5,
  },
  {
    name: 'first-bytes',
    proves: 'first bytes are told within 2 ms while the event loop stalls, and never too early',
    project: 'integration',
    file: 'packages/outbound-client/test/first-byte.integration.test.ts',
    variable: 'NETSCOPE_FIRST_BYTES',
    value: '20000',
    someMinutes: 6,
  },
  {
    name: 'watched-sockets',
    proves: 'sockets that come, go and break while they are watched leave no memory or descriptor',
    project: 'slow',
    file: 'packages/network-probe/test/socket-watch.slow.test.ts',
    variable: 'NETSCOPE_WATCH_SOAK_S',
    value: '600',
    someMinutes: 13,
  },
];

export type ChosenParts =
  | { readonly kind: 'chosen'; readonly parts: readonly CampaignPart[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads `--only NAME`, which may come more than once; without it, all. */
export function chosenParts(args: readonly string[]): ChosenParts {
  const names: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [word, given] = (args[at] ?? '').split('=', 2);
    if (word !== '--only') return { kind: 'refused', reason: `"${args[at]}" is not understood` };
    const name = given ?? args[(at += 1)] ?? '';
    if (CAMPAIGN.every((part) => part.name !== name)) {
      return { kind: 'refused', reason: `there is no part "${name}"` };
    }
    names.push(name);
  }
  const parts = CAMPAIGN.filter(({ name }) => names.length === 0 || names.includes(name));
  return { kind: 'chosen', parts };
}
