export { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export { GatewayProcess, type GatewayEnd, type GatewayProcessOptions } from './gateway-process.ts';
export { ManualClock } from './manual-clock.ts';
export { RecordingMetrics } from './recording-metrics.ts';
export { SeededRandom } from './seeded-random.ts';
export { respond, type Answer, type Arrival, type Script } from './upstream/answer.ts';
export {
  MARKER_HEADERS,
  type Ledger,
  type LedgerCounts,
  type LedgerEntry,
} from './upstream/ledger.ts';
export { scriptOfRules, shareOf, type Rule, type RuleCondition } from './upstream/rules.ts';
export { ScriptedUpstream, type ScriptedUpstreamOptions } from './upstream/scripted-upstream.ts';
export {
  BareUpstream,
  type BareCounts,
  type BareUpstreamOptions,
} from './upstream/bare-upstream.ts';
export { UpstreamProcess, type UpstreamProcessOptions } from './upstream/upstream-process.ts';
export { waitUntil, type WaitOptions } from './wait-until.ts';
export { dieWithParent } from './die-with-parent.ts';
export { DirectEventBus } from './direct-event-bus.ts';
export { FixedHost } from './fixed-host.ts';
export { RecordingLog } from './recording-log.ts';
export { sampleCall, sampleTimeout, type SampleCall } from './sample-call.ts';
export {
  callLine,
  type CallFacts,
  circuitLine,
  INCIDENT,
  type TrailLine,
  writeTrail,
} from './sample-trail.ts';
export { MemoryObjectStore } from './memory-object-store.ts';
export { CollectingConsumer, type HandedRecord } from './collecting-consumer.ts';
export { realClock, realTimers } from './real-time.ts';
