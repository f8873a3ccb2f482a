import type { CallRecord } from '@netscope/domain';
import { ManualClock } from '@netscope/test-support';

import type { FieldEncryption } from '../src/encryption/field-encryption.ts';
import { RingReader } from '../src/ring/ring-reader.ts';
import { RingWriter } from '../src/ring/ring-writer.ts';
import { createSharedRing, FRAME_CLOSE } from '../src/ring/shared-ring.ts';
import { Intake } from '../src/spool/intake.ts';
import type { SegmentFacts } from '../src/spool/segment.ts';
import { SpoolWriter } from '../src/spool/spool-writer.ts';
import type { WriterMessage } from '../src/spool/writer-messages.ts';
import { MemoryFiles } from './memory-files.ts';

export const EPOCH = '000000000001ab12';

/** Runs the same turns as the real one, without ever sleeping. */
export class SleeplessReader extends RingReader {
  onPause: () => void = () => undefined;
  /** How often it would have slept for others to come. */
  gathered = 0;

  override waitForFrame(): void {
    // There is nobody to wait for: the test is the other end.
  }

  override gather(): void {
    // What is there is the group.
    this.gathered += 1;
  }

  override pause(): void {
    this.onPause();
  }
}

/** A writer and an intake on one thread, over files in memory. */
export class WriterFixture {
  readonly files = new MemoryFiles();
  readonly clock = new ManualClock();
  /** How far the wall clock was set. */
  clockSetMs = 0;
  readonly messages: WriterMessage[] = [];
  readonly intake: Intake;
  readonly writer: SpoolWriter;
  readonly #reader: SleeplessReader;

  constructor(
    options: {
      readonly segmentBytesMax?: number;
      readonly ringBytes?: number;
      readonly encryption?: FieldEncryption | undefined;
    } = {},
  ) {
    const { encryption } = options;
    const ring = createSharedRing(options.ringBytes ?? 1024 * 1024);
    this.#reader = new SleeplessReader(ring);
    this.intake = new Intake(
      new RingWriter(ring, 1000, encryption?.fields),
      () => undefined,
      encryption,
    );
    this.writer = new SpoolWriter(
      {
        dataDir: '/data',
        node: 'netscope-0',
        epoch: EPOCH,
        prev: '0'.repeat(64),
        syncMs: 5,
        segmentBytesMax: options.segmentBytesMax ?? 1_000_000,
        segmentAgeMaxMs: 30_000,
        encrypts: encryption !== undefined,
      },
      {
        reader: this.#reader,
        files: this.files,
        post: (message) => {
          this.messages.push(message);
          this.files.log.push(`post ${message.kind}`);
        },
        monotonicMs: () => this.clock.monotonicMs(),
        wallMs: () => this.clock.wallMs() + this.clockSetMs,
      },
    );
  }

  /** Called instead of each sleep between attempts at a failing disk. */
  set onPause(callback: () => void) {
    this.#reader.onPause = callback;
  }

  get gathered(): number {
    return this.#reader.gathered;
  }

  get sealed(): readonly SegmentFacts[] {
    return this.messages.flatMap((message) => (message.kind === 'sealed' ? [message.segment] : []));
  }

  append(call: CallRecord): Promise<void> {
    return this.intake.push({ kind: 'call', call });
  }

  close(): void {
    this.intake.command(FRAME_CLOSE);
    this.writer.run();
  }

  lines(name: string): string {
    return this.files.files.get(`/data/spool/segments/${name}.jsonl`)?.bytes.toString() ?? '';
  }

  allLines(): string {
    return this.files
      .list('/data/spool/segments')
      .map((name) => this.lines(name.replace('.jsonl', '')))
      .join('');
  }
}
