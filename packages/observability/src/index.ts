export { createLog, type LogLevel, type LogOptions, type ProcessLog } from './create-log.ts';
export { InProcessEventBus } from './in-process-event-bus.ts';
export { type LogDestination } from './log-destination.ts';
export { logEvents } from './log-events.ts';
