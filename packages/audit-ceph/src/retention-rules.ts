import { EVENTS_PREFIX } from './spool/object-key.ts';

/** From the end of the lock to the removal: S3 counts from the midnight behind the put. */
const SLACK_DAYS = 1;

/**
 * Lifecycle rules that remove event objects once nothing locks them any more, all versions of them.
 * Digests stay: they are small, hold nothing of a record, and prove what is left.
 */
export function retentionRules(lockDays: number): Readonly<Record<string, unknown>> {
  const Filter = { Prefix: EVENTS_PREFIX };
  return {
    Rules: [
      {
        ID: 'netscope-events-expire',
        Status: 'Enabled',
        Filter,
        Expiration: { Days: lockDays + SLACK_DAYS },
        NoncurrentVersionExpiration: { NoncurrentDays: SLACK_DAYS },
      },
      {
        ID: 'netscope-delete-markers',
        Status: 'Enabled',
        Filter,
        Expiration: { ExpiredObjectDeleteMarker: true },
      },
    ],
  };
}
