import type {
  DeliveryStatus,
  OperatorControl,
  PartitionHoldings,
  SeekAnswer,
  SeekCommand,
  SourceStatus,
} from '@netscope/domain';

import type { PartitionsBody, SeekAnswerBody } from '../contract-partitions.ts';
import { partitionDto } from '../dto/partitions-dto.ts';
import { RequestError } from '../dto/request-error.ts';

interface PartitionsServiceOptions {
  readonly sourceStatus: () => SourceStatus;
  readonly holdings: (topic: string, partition: number) => PartitionHoldings;
  readonly deliveryStatus: () => Pick<DeliveryStatus, 'holds'>;
  readonly operator: OperatorControl;
}

/** The partitions that this process holds, and moves of their offsets. */
export class PartitionsService {
  readonly #options: PartitionsServiceOptions;

  constructor(options: PartitionsServiceOptions) {
    this.#options = options;
  }

  all(): PartitionsBody {
    const { sourceStatus, holdings, deliveryStatus } = this.#options;
    const { holds } = deliveryStatus();
    const partitions = sourceStatus().partitions.map((status) => {
      const { topic, partition } = status;
      // Nothing is told to a partition of which no record has come yet.
      const isHeld = holds.some(({ target, name }) => target === 'topic' && name === topic);
      const paused = status.paused || isHeld;
      return partitionDto({ ...status, paused }, holdings(topic, partition));
    });
    return { partitions };
  }

  /** @throws {RequestError} where the partition is not held here, or the log has no such offset. */
  async seek(command: SeekCommand): Promise<SeekAnswerBody> {
    const answer = await this.#options.operator.seek(command);
    if (answer.kind !== 'done') throw refusalOf(command, answer);
    const { topic, partition } = command;
    const { from, offset, audited } = answer;
    return { topic, partition, from: String(from), to: String(offset), audited };
  }
}

function refusalOf(
  { topic, partition }: SeekCommand,
  answer: Exclude<SeekAnswer, { readonly kind: 'done' }>,
): RequestError {
  if (answer.kind === 'unsupported') {
    return new RequestError('NOT_FOUND', 'this source has no offsets to move');
  }
  if (answer.kind === 'not_held') {
    const message = `${topic}/${partition} is not held by this process: ask the one that holds it`;
    return new RequestError('NOT_FOUND', message, { held: answer.held });
  }
  const { logStart, logEnd } = answer;
  const message = `offset: the log of ${topic}/${partition} holds ${logStart} to ${logEnd}`;
  return new RequestError('INVALID_QUERY_PARAM', message, {
    expected: `${logStart} to ${logEnd}, "earliest" or "latest"`,
  });
}
