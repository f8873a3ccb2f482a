import type { Config } from '@netscope/config';
import { loadNative, NetworkProbe } from '@netscope/network-probe';
import type { ComposedOutboundGateway } from '@netscope/outbound-client';

import type { Foundation } from './foundation.ts';

/** The gateway and its probe, both owned by `owned`, the probe ended last. */
export async function openGateway(
  config: Config,
  foundation: Foundation,
  owned: AsyncDisposableStack,
): Promise<ComposedOutboundGateway> {
  const { createOutboundGateway } = await import('@netscope/outbound-client');
  const probe = openProbe(foundation);
  owned.defer(() => probe.close());
  const gateway = createOutboundGateway({
    upstreams: config.upstreams,
    throttleBaseMs: config.delivery.backoffBaseMs,
    throttleCapMs: config.delivery.backoffCapMs,
    probe,
    ...foundation,
  });
  owned.defer(() => gateway.close());
  gateway.start();
  const { stampsMissing } = probe;
  if (stampsMissing !== undefined) {
    const lacks = 'first bytes are timed by our event loop: the kernel stamps none for us';
    foundation.log.warn('probe.stamps_missing', lacks, { reason: stampsMissing });
  }
  return gateway;
}

/** The probe with the native library where there is one; what is missing is logged once. */
function openProbe({ clock, log }: Foundation): NetworkProbe {
  const load = loadNative();
  const probe = new NetworkProbe(clock, load.library);
  const reason = load.library === undefined ? load.reason : probe.socketsMissing;
  if (reason !== undefined) {
    const lacks = 'what only the kernel knows of a call is absent';
    log.warn('probe.native_missing', lacks, { reason });
  }
  return probe;
}
