import { z } from 'zod';

import { auditEventSchema } from './audit-event-schema.ts';
import { AUDIT_EVENT_VERSION } from './audit-event.ts';

/**
 * The JSON Schema (2020-12) of one line of the audit trail, as this release writes it. Fields that
 * it does not name are allowed: within a major version they are only added.
 */
export function auditEventJsonSchema(): z.core.JSONSchema.BaseSchema {
  return {
    ...z.toJSONSchema(auditEventSchema, { io: 'input', target: 'draft-2020-12' }),
    title: `NetScope audit event ${AUDIT_EVENT_VERSION}`,
    description:
      'One line of the audit trail. What is absent is not known: it is never null and never 0 instead. Fields are only added within a major version.',
  };
}
