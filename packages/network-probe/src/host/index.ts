export { HostMonitor, type HostMonitorOptions } from './host-monitor.ts';
