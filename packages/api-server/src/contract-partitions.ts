import { countSchema, msSchema } from '@netscope/domain';
import { z } from 'zod';

const offsetSchema = z.string().regex(/^\d+$/).describe('decimal digits');

/** The lowest offset that is taken over and not settled: nothing above it is committed. */
const blockingSchema = z.object({
  offset: offsetSchema,
  key_sha256: z.string().optional().describe('absent for a record without a key'),
  stage: z
    .enum(['behind_key', 'ready', 'held', 'backoff', 'called', 'parking'])
    .describe('how far it has come'),
  reason: z.string().describe('what it waits for'),
  route: z.string().optional(),
  upstream: z.string().optional(),
  tries: countSchema,
  held_for_ms: msSchema.describe('since it was taken over'),
  retry_in_ms: msSchema.optional().describe('absent where no time is set'),
});

export const partitionSchema = z.object({
  topic: z.string(),
  partition: countSchema,
  position: offsetSchema.describe('the next offset to be handed to delivery'),
  committed: offsetSchema.optional().describe('absent before the first commit'),
  lag_records: countSchema.nullable().describe('log end minus committed; null until it was asked'),
  lag_seconds: z.number().min(0).nullable().describe('age of the oldest record not committed'),
  paused: z.boolean(),
  waiting: countSchema.describe('records taken over and not admitted to a call'),
  in_flight: countSchema,
  blocked_by: blockingSchema.optional().describe('absent where all that was taken is settled'),
  lost: z
    .object({
      committed: offsetSchema,
      log_start: offsetSchema.optional(),
      log_end: offsetSchema.optional(),
    })
    .optional()
    .describe('the log does not hold the committed offset: a seek lets it go on'),
  offset_map_bytes: countSchema
    .optional()
    .describe('what is done above the committed offset, as it went with the last commit'),
  offset_map_bytes_max: countSchema
    .optional()
    .describe('what the broker takes of it; the partition pauses before it is full'),
});

/** `GET /v1/partitions`: those that this process holds. */
export const partitionsSchema = z.object({ partitions: z.array(partitionSchema) });

const EXPECTED = 'expected an offset (a whole number from 0 on), "earliest" or "latest"';

/** Body of `POST /v1/partitions/{topic}/{partition}/seek`. */
export const seekSchema = z.object({
  offset: z
    .union(
      [
        z.enum(['earliest', 'latest']),
        z.int().min(0, EXPECTED),
        z
          .string()
          .regex(/^\d{1,16}$/)
          .transform(Number)
          .pipe(z.int()),
      ],
      EXPECTED,
    )
    .describe('the offset to read next, or an end of the log'),
  reason: z.string().max(500).optional().describe('kept in log and audit trail'),
});

/** Where the group stood and stands. */
export const seekAnswerSchema = z.object({
  topic: z.string(),
  partition: countSchema,
  from: offsetSchema,
  to: offsetSchema,
  audited: z
    .boolean()
    .describe(
      'false where its audit event was not durable within 2 s: no room in the spool, or a slow disk',
    ),
});

export type PartitionBody = z.infer<typeof partitionSchema>;
export type PartitionsBody = z.infer<typeof partitionsSchema>;
export type SeekAnswerBody = z.infer<typeof seekAnswerSchema>;
