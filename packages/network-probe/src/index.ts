export { type AttemptStamps, phasesOf } from './attempt-phases.ts';
export type { ConnectionTrace } from './connection-trace.ts';
export { LocalAddresses } from './local-addresses.ts';
export { type AttemptMeasures, type EndedAttempt, measureAttempt } from './measure-attempt.ts';
export { loadNative, type NativeLoad } from './native/load-native.ts';
export type { NativeLibrary } from './native/native-library.ts';
export type { SocketLook } from './native/socket-slots.ts';
export { type JoinTarget, NetworkProbe, type SentRequest } from './network-probe.ts';
export { type AttemptEvidence, CallShares, latenessMs, type PathSetting } from './verdict.ts';
