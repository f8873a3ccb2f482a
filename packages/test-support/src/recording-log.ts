import type { Log, LogFields } from '@netscope/domain';

/** Keeps every line that was logged. */
export class RecordingLog implements Log {
  readonly lines: {
    readonly level: 'info' | 'warn' | 'error';
    readonly event: string;
    readonly fields: LogFields;
    readonly error?: unknown;
  }[] = [];

  info(event: string, _message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', event, fields });
  }

  warn(event: string, _message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', event, fields });
  }

  error(event: string, error: unknown, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', event, fields, error });
  }

  /** How often one event was logged. */
  count(event: string): number {
    return this.lines.filter((line) => line.event === event).length;
  }
}
