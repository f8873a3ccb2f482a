export { HostMonitor, type HostMonitorOptions } from './host-monitor.ts';
export { createHostNative } from './load-host-native.ts';
