import type { CallRecord } from '../model/call-record.ts';
import type { Severity } from './netscope-event.ts';

/**
 * How bad a call's end is, the same in its live event and its audit event: delivered is INFO; an
 * answer that does not deliver and a call that we gave up are WARN; anything else is ERROR.
 */
export function callSeverity({ delivered, result }: CallRecord): Severity {
  if (delivered) return 'INFO';
  return result.outcome === 'responded' || result.outcome === 'aborted' ? 'WARN' : 'ERROR';
}
