import type { AuditHealth } from './audit-health.ts';
import { FieldEncryption } from './encryption/field-encryption.ts';
import { RingWriter } from './ring/ring-writer.ts';
import type { SharedRing } from './ring/shared-ring.ts';
import type { SpooledAuditSinkOptions } from './sink-options.ts';
import { Intake } from './spool/intake.ts';
import { GROUP_BYTES } from './spool/spool-writer.ts';

/**
 * The way into a ring, with encryption where it is configured.
 * @throws {ConfigError} where its key file cannot be used.
 */
export function openIntake(
  options: SpooledAuditSinkOptions,
  edges: {
    readonly ring: SharedRing;
    readonly epoch: string;
    readonly health: AuditHealth;
    readonly onDurable: (tag: string) => void;
  },
): Intake {
  const { ring, epoch, health, onDurable } = edges;
  const onTrouble = (reason: string | undefined): void => {
    if (reason === undefined) health.end('encryption');
    else health.begin('encryption', reason);
  };
  const encryption = FieldEncryption.open(options.encryption, { ...options, epoch, onTrouble });
  const writer = new RingWriter(ring, GROUP_BYTES, encryption?.fields);
  return new Intake(writer, onDurable, encryption);
}
