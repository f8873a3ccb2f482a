/** Short facts of a log line under snake_case names; undefined ones are left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One line an event, never a payload, never a secret. Never throws, never blocks. */
export interface Log {
  /** `event` is a dotted name (`kafka.disconnected`), `message` one sentence. */
  info(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields & { readonly cause?: string }): void;
  /** `error` is logged with its code and cause chain. */
  error(event: string, error: unknown, fields?: LogFields): void;
}
