/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  /** Writes a result: one JSON document with `--json`, else text for people. */
  result(forms: { readonly json: unknown; readonly text: string }): void;
  /** Tells a person something on the way; silent with `--json`. */
  note(line: string): void;
  /** Tells on standard error what must not be missed: one line of JSON with `--json`, else text. */
  summary(forms: { readonly json: unknown; readonly text: string }): void;
}

export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export function createOutput(streams: Streams, asJson: boolean): Output {
  return {
    result: ({ json, text }) => {
      streams.stdout.write(asJson ? `${JSON.stringify(json, undefined, 2)}\n` : `${text}\n`);
    },
    note: (line) => {
      if (!asJson) streams.stderr.write(`${line}\n`);
    },
    summary: ({ json, text }) => {
      streams.stderr.write(`${asJson ? JSON.stringify(json) : text}\n`);
    },
  };
}
