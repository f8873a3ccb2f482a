import type { LogDestination } from '../src/index.ts';

type Line = Readonly<Record<string, unknown>>;

/** Keeps lines, parsed, in place of a sink. */
export class MemoryDestination implements LogDestination {
  readonly lines: Line[] = [];
  readonly raw: string[] = [];

  write(line: string): void {
    this.raw.push(line);
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) throw new Error('no line of JSON');
    this.lines.push({ ...parsed });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get last(): Line {
    return this.lines.at(-1) ?? {};
  }
}
