import type { TimerHandle } from '@netscope/domain';

import type { SpooledAuditSinkOptions } from '../sink-options.ts';
import { digestsPrefix } from '../spool/object-key.ts';

type Options = Pick<SpooledAuditSinkOptions, 'node' | 'store' | 'timers' | 'log' | 'digest'>;

/** The lives of a spool that it knows of. */
export interface KnownEpochs {
  readonly epoch: string;
  /** The last before; `undefined` where this is the first. */
  readonly epochBefore: string | undefined;
}

const TIMEOUT_MS = 10_000;
/** Sorts behind every number of an epoch. */
const BEHIND = '~';

/**
 * Looks now and then for digests under this node's name that another spool signed: the volume that
 * made them was lost, or two processes have one name. Either way `verify` will find a trail that is
 * not joined, and whoever can mend it should hear of it sooner. Says it once.
 */
export class NodeClaim {
  readonly #options: Options;
  readonly #known: KnownEpochs;
  #next: TimerHandle | undefined;
  #controller: AbortController | undefined;
  #isStopped = false;

  constructor(options: Options, known: KnownEpochs) {
    this.#options = options;
    this.#known = known;
  }

  /** Does nothing once it was stopped. */
  start(): void {
    if (!this.#isStopped) void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#next !== undefined) this.#options.timers.clear(this.#next);
    this.#controller?.abort();
  }

  async #look(): Promise<void> {
    const { timers, digest } = this.#options;
    const key = await this.#foreignDigest();
    if (this.#isStopped) return;
    if (key !== undefined) return this.#tell(key);
    this.#next = timers.background(() => void this.#look(), digest.intervalMs);
  }

  /** A store that does not answer, or may not list, tells nothing: others say that it is away. */
  async #foreignDigest(): Promise<string | undefined> {
    const { timers } = this.#options;
    const controller = new AbortController();
    this.#controller = controller;
    const timer = timers.background(() => controller.abort(), TIMEOUT_MS);
    try {
      return await firstForeign(this.#options, this.#known, controller.signal);
    } catch {
      return undefined;
    } finally {
      timers.clear(timer);
    }
  }

  #tell(key: string): void {
    const { node, log } = this.#options;
    log.warn(
      'audit.node_taken',
      'Digests of a node by this name are in the store which this data_dir did not make: its volume was lost, or two processes have one name. Their trails do not join: give this one a service.node of its own.',
      { name: node, object: key },
    );
  }
}

/**
 * Its own digests are of epochs up to the one before and of the present one, so that the first key
 * behind each of these is looked at, however many there are.
 */
async function firstForeign(
  { node, store }: Options,
  { epoch, epochBefore }: KnownEpochs,
  signal: AbortSignal,
): Promise<string | undefined> {
  const prefix = digestsPrefix(node);
  const behind = [epochBefore === undefined ? prefix : prefix + epochBefore + BEHIND];
  for (const after of [...behind, prefix + epoch + BEHIND]) {
    // oxlint-disable-next-line no-await-in-loop -- the second is seldom needed
    for await (const key of store.list({ prefix, after }, signal)) {
      if (key.startsWith(prefix + epoch)) break;
      return key;
    }
  }
  return undefined;
}
