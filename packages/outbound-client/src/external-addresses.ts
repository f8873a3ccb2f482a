import type { Log, Timers, UpstreamDefinition } from '@netscope/domain';

import { AddressGuard } from './address-guard.ts';
import { ANSWER_BYTES_MAX, ExternalAddress } from './external-address.ts';
import { guardedGet } from './guarded-get.ts';

/** Whoever is asked for the address that the outside sees: once for upstreams that agree on it. */
export class ExternalAddresses {
  readonly #timers: Timers;
  readonly #log: Log;
  readonly #addressByQuestion = new Map<string, ExternalAddress>();

  constructor({ timers, log }: { readonly timers: Timers; readonly log: Log }) {
    this.#timers = timers;
    this.#log = log;
  }

  /** Undefined where the address is configured, or nobody is to be asked. */
  of(network: UpstreamDefinition['network']): ExternalAddress | undefined {
    const { externalIp, externalIpUrl: url, addresses, allow } = network;
    if (externalIp !== 'auto' || url === undefined) return undefined;
    const question = JSON.stringify([url, addresses, allow]);
    const known = this.#addressByQuestion.get(question);
    if (known !== undefined) return known;
    const how = { guard: new AddressGuard(network), bodyBytesMax: ANSWER_BYTES_MAX };
    const made = new ExternalAddress({
      url,
      ask: (asked, signal) => guardedGet(asked, how, signal),
      timers: this.#timers,
      log: this.#log,
    });
    this.#addressByQuestion.set(question, made);
    return made;
  }

  /** Asks each now, and again from time to time until `close`. */
  start(): void {
    for (const address of this.#addressByQuestion.values()) address.start();
  }

  close(): void {
    for (const address of this.#addressByQuestion.values()) address.close();
  }
}
