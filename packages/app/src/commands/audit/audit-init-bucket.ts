import type { Config } from '@netscope/config';

import { storeOptions } from '../../audit-store-options.ts';
import { textOption } from '../../cli/command-line.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { AuditContext } from './audit-context.ts';

const LOCK = /^(compliance|governance):([1-9]\d{0,4})d$/;

/**
 * Makes the bucket of the configuration with versions and a lock on every object; answers 0, or 130
 * where a signal came before the end.
 * @throws {StorageError}
 */
export async function auditInitBucket(config: Config, context: AuditContext): Promise<number> {
  const { options, output, signal } = context;
  const lock = textOption(options, 'lock') ?? '';
  const [, mode, days] = LOCK.exec(lock) ?? [];
  if (mode === undefined || days === undefined) {
    throw new UsageError(
      `--lock must be compliance:Nd (nobody can delete before) or governance:Nd (a privileged user can), as in compliance:30d, not "${lock}"`,
    );
  }
  if (config.audit.store === 'directory') {
    throw new UsageError('audit.store is a directory, which has neither versions nor locks');
  }
  const { bucketPolicy, retentionRules, S3ObjectStore } = await import('@netscope/audit-ceph/s3');
  const { bucket } = config.audit.rgw;
  const store = new S3ObjectStore(storeOptions(config));
  try {
    const rule = { mode: mode === 'compliance' ? mode : 'governance', days: Number(days) } as const;
    await store.createLocked(rule, signal);
  } catch (error) {
    if (signal.aborted) return EXIT.secondSignal;
    throw error;
  } finally {
    store.close();
  }
  const policy = bucketPolicy(bucket, { writer: 'WRITER', reader: 'READER' });
  const lifecycle = retentionRules(Number(days));
  output.result({
    json: { bucket, lock: { mode, days: Number(days) }, policy, lifecycle },
    text: [
      `bucket ${bucket}: versioned, each object locked (${mode}) for ${days} days`,
      'Least rights, as a bucket policy; put the user of the gateway for WRITER, and for READER the one that reads and checks (on RGW the owner of the bucket, too, must be named to read what others put):',
      JSON.stringify(policy, undefined, 2),
      'Lifecycle rules that remove events when their lock has ended; set them if nothing else asks for more:',
      JSON.stringify(lifecycle, undefined, 2),
    ].join('\n'),
  });
  return EXIT.ok;
}
