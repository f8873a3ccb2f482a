export {
  type PhasesMs,
  PHASE_NAMES,
  type PhaseName,
  type SocketFacts,
  type TlsFacts,
  type Attempt,
} from './model/attempt.ts';
export {
  type AuditDigest,
  auditDigestSchema,
  type AuditDigestSegment,
} from './events/audit-digest.ts';
export { type AuditStatus } from './model/audit-status.ts';
export { type RequestFacts, type CallRecord } from './model/call-record.ts';
export {
  PARK_REASONS,
  type ParkReason,
  type DeadLetter,
  type DeadLetterPlace,
} from './model/dead-letter.ts';
export {
  HOST_PARTS,
  type HostPart,
  type HostSample,
  hostSampleSchema,
  type ProcessSample,
  processSampleSchema,
  type SocketSample,
  socketSchema,
} from './model/host-sample.ts';
export {
  type HistoryAnswer,
  type HistoryPoint,
  type HistoryQuestion,
  type HostObserver,
  type HostOrigin,
  type HostView,
} from './ports/host-observer.ts';
export {
  type AuditExcerpt,
  type CallExcerpts,
  EXCERPT_BYTES_MAX,
  type SideExcerpts,
} from './model/audit-excerpt.ts';
export {
  type HttpMethod,
  IDEMPOTENT_METHODS,
  type OutboundRequest,
  type ResponseHeaders,
  type ResponseTap,
} from './model/outbound-request.ts';
export {
  type Outcome,
  type TimeoutType,
  type CircuitStateName,
  type Throttle,
  type BodyDigest,
  type CallFacts,
  type RespondedCall,
  type TimedOutCall,
  type UnansweredCall,
  type OutboundResult,
} from './model/outbound-result.ts';
export {
  type UpstreamDefinition,
  type MatchValue,
  type ExcerptDefinition,
  type RouteDefinition,
  type DeliveryPolicy,
} from './model/policy-definitions.ts';
export { RESERVED_HEADERS } from './model/reserved-headers.ts';
export { type RequestContext } from './model/request-context.ts';
export { type CircuitSnapshot, type ResilienceSnapshot } from './model/resilience-snapshot.ts';
export { queueDepthOf } from './policies/queue-depth.ts';
export {
  NULL_HEADER_VALUE,
  type RecordHeader,
  type SourceRecord,
  type SourceCoordinates,
  type SourceKind,
} from './model/source-record.ts';
export {
  type PartitionHoldings,
  type RecordStage,
  type RecordStanding,
} from './model/record-standing.ts';
export { type OffsetLoss } from './model/offset-loss.ts';
export {
  type OffsetMapSize,
  type PartitionStatus,
  type SourceStatus,
} from './model/source-status.ts';
export {
  type PartitionControl,
  type SeekOrder,
  type SeekOutcome,
} from './ports/partition-control.ts';
export { type StatusPattern, StatusSet } from './model/status-set.ts';
export { type Party, type NetworkPath, type Verdict } from './model/verdict.ts';
export { type AuditSink } from './ports/audit-sink.ts';
export { type Clock } from './ports/clock.ts';
export { type DeadLetters } from './ports/dead-letters.ts';
export { type EventListener, type EventBus } from './ports/event-bus.ts';
export {
  type Counter,
  type Histogram,
  type GaugeSample,
  type MetricsRecorder,
} from './ports/metrics-recorder.ts';
export { type ObjectToPut, type ObjectHead, type ObjectStore } from './ports/object-store.ts';
export {
  type WaitReason,
  type CallPermit,
  type Admission,
  type OutboundCall,
  type OutboundGateway,
} from './ports/outbound-gateway.ts';
export { type Random } from './ports/random.ts';
export {
  type PartitionLease,
  type RecordConsumer,
  type RecordSource,
} from './ports/record-source.ts';
export { type TimerHandle, type Timers } from './ports/timers.ts';
export { type AuditErrorCode, AuditError } from './errors/audit-error.ts';
export { type AuthErrorCode, AuthError } from './errors/auth-error.ts';
export { ConfigError, type ConfigFault } from './errors/config-error.ts';
export { HTTP_STATUS_BY_CODE, type ErrorCode } from './errors/error-code.ts';
export {
  type ErrorKind,
  type ErrorDetails,
  type ErrorFacts,
  NetScopeError,
} from './errors/netscope-error.ts';
export { type RecordErrorCode, RecordError } from './errors/record-error.ts';
export { type SourceErrorCode, SourceError } from './errors/source-error.ts';
export { type StorageErrorCode, StorageError } from './errors/storage-error.ts';
export { type UpstreamErrorCode, UpstreamError } from './errors/upstream-error.ts';
export {
  AUDIT_EVENT_VERSION,
  type CallAuditEvent,
  type QuarantineAuditEvent,
  type CircuitAuditEvent,
  type ProcessAuditEvent,
  type AuditEvent,
  AUDIT_EVENT_TYPES,
  type AuditEventType,
  auditEventType,
} from './events/audit-event.ts';
export {
  SEVERITIES,
  type Severity,
  type CallCompletedEvent,
  type CircuitChangedEvent,
  type BackpressureEvent,
  type AuditDegradedEvent,
  type IntakeChangedEvent,
  type NetScopeEvent,
  type RateLimitChangedEvent,
} from './events/netscope-event.ts';
export {
  COUNTERS,
  HISTOGRAMS,
  GAUGES,
  type CounterName,
  type HistogramName,
  type GaugeName,
  type LabelsOf,
} from './metrics/metric-catalogue.ts';
export type { KeyedHash, PartialHash } from './ports/keyed-hash.ts';
export { type Log, LOG_FIELDS, type LogFields } from './ports/log.ts';
export { type DeliveryStatus } from './model/delivery-status.ts';
export { type ProbeCapabilities } from './model/probe-capabilities.ts';
export { type ReadinessReport, type DependencyReadiness } from './model/readiness-report.ts';
export {
  circuitStateSchema,
  countSchema,
  msSchema,
  timestampSchema,
  traceIdSchema,
  type WirePhases,
  type WireVerdict,
} from './events/wire-parts.ts';
export { callWireSchema, type WireAttempt, type WireCall, wireCall } from './events/wire-call.ts';
export {
  liveEventSchema,
  type WireAuditDegradedEvent,
  type WireBackpressureEvent,
  type WireCircuitChangedEvent,
  type WireDropNoticeEvent,
  type WireHeartbeatEvent,
  type WireIntakeChangedEvent,
  type WireLiveEvent,
  type WireHostSampledEvent,
  type WireOffsetLostEvent,
  type WireRequestCompletedEvent,
} from './events/wire-live-event.ts';
export {
  type CallRules,
  CREDENTIAL_STATUSES,
  decideFate,
  type Fate,
  type FateQuestion,
  type RecordHistory,
} from './policies/decide-fate.ts';
export { isoTimestamp } from './events/iso-timestamp.ts';
export {
  parsePlaceholder,
  parseTemplate,
  PLAIN_PLACEHOLDERS,
  type ParsedTemplate,
  type Placeholder,
  type PlainPlaceholder,
  type Template,
  type TemplatePart,
} from './policies/template.ts';
export { type IntakeRefusal, type IntakeState, refuseIntake } from './policies/admission.ts';
export { Amplification } from './policies/amplification.ts';
export { AdaptiveLimit } from './policies/adaptive-limit.ts';
export { callsAtOnce } from './policies/calls-at-once.ts';
export { doneBefore, doneWithin } from './policies/bounded-wait.ts';
export { type BackoffBounds, backoffCeilingMs, backoffMs } from './policies/backoff.ts';
export {
  type CircuitAnswer,
  type CircuitChange,
  type CircuitHearing,
  type CircuitPermitOptions,
  CircuitPermits,
  type CircuitTicket,
  type CircuitVerdict,
} from './policies/circuit-permits.ts';
export {
  type AttemptEvidence,
  circuitVerdict,
  describeEvidence,
} from './policies/circuit-verdict.ts';
export { isThrottle, readRetryAfter, type RetryAfterBounds } from './policies/retry-after.ts';
export { RetryBudget, type RetryBudgetOptions } from './policies/retry-budget.ts';
export { ThrottleHold } from './policies/throttle-hold.ts';
export { TokenBucket, type TokenBucketOptions } from './policies/token-bucket.ts';
export { callSeverity } from './events/call-severity.ts';
export {
  type ByteAllocator,
  auditEventGroup,
  auditEventTimeMs,
  encodeAuditEvent,
} from './events/encode-audit-event.ts';
export { JsonBytes, type TextBytes } from './events/json-bytes.ts';
export { PRIVATE_FIELDS, type PrivateField, PrivatePart } from './events/private-fields.ts';
export { writeAuditEvent } from './events/write-audit-event.ts';
export { OffsetTracker } from './policies/offset-tracker.ts';
export { TrackedLease, type TrackedLeaseOptions } from './policies/tracked-lease.ts';
export { deadLetterHeaders, omittedHeaders } from './policies/dead-letter-headers.ts';
export { offsetLossForm } from './events/wire-form.ts';
export { encodeDropNotice, encodeHeartbeat, encodeLiveEvent } from './events/encode-live-event.ts';
export { registerSourceGauges } from './policies/source-gauges.ts';
export { auditEventJsonSchema } from './events/audit-event-json-schema.ts';
export { auditEventSchema, type WireAuditEvent } from './events/audit-event-schema.ts';
export { type TriesSpent } from './model/tries-spent.ts';
export { type OffsetMap, type OffsetMapPlace, type TriesOfRecord } from './policies/offset-map.ts';
export {
  type DecodedMap,
  decodeOffsetMap,
  encodeOffsetMap,
  type MapCut,
  WHOLE_MAP,
} from './policies/offset-map-codec.ts';
export { fateOfSpent } from './policies/fate-of-spent.ts';
export { type KnownFrom, KnownRecords } from './policies/known-records.ts';
export { recordFingerprint } from './policies/record-fingerprint.ts';
export type {
  IntakeAction,
  IntakeHold,
  IntakeStanding,
  IntakeTarget,
} from './model/intake-hold.ts';
export type {
  IntakeControl,
  IntakeOrder,
  IntakeOutcome,
  OperatorAnswer,
  OperatorCommand,
  OperatorControl,
  OperatorRequest,
  SeekAnswer,
  SeekCommand,
} from './ports/operator-control.ts';
export { ParkGuard, type ParkGuardPolicy, type ParkShare } from './policies/park-guard.ts';
export {
  type AcknowledgedOffset,
  type DeliveryJournal,
  type HeldOffsets,
  type Recalled,
} from './ports/delivery-journal.ts';
export { SkipCounters } from './policies/skip-counters.ts';
