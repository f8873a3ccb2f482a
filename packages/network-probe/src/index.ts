export { type AttemptStamps, phasesOf } from './attempt-phases.ts';
export { ConnectionTrace } from './connection-trace.ts';
export { LocalAddresses } from './local-addresses.ts';
export { type JoinTarget, NetworkProbe, type SentRequest } from './network-probe.ts';
export { judgeCall, type VerdictQuestion } from './verdict.ts';
