import { AUDIT_HELP } from './audit-help.ts';
import type { CommandName } from './command-line.ts';
import { COMMON_OPTIONS, EXIT_CODES, OTHER_EXIT_CODES } from './common-help.ts';

const OVERVIEW = `NetScope: from Kafka to HTTP; resilient, measured, audited.

Usage: netscope COMMAND [OPTIONS]

Commands
  run                consume, call, measure and audit until a signal ends it
  demo               the same with nothing but Node: embedded source, flaky upstream, local audit
  config check       validate the configuration and list every fault
  config print       show the effective values, secrets redacted
  audit cat          the stored events of a time range, as they were written
  audit export       the stored events as Parquet, a file for each day
  audit grep         the stored events of a trace, a request, a key, a route group, a status ...
  audit init-bucket  make the audit bucket: versioned, each object locked
  audit ls           the stored objects of a time range
  audit query SQL    SQL over the stored events of a time range
  audit ship         ship what a stopped replica left in its data_dir
  audit timeline     the story of a request or a trace, with the phases of each attempt drawn
  audit verify       recompute the stored audit trail and list every finding
  report             what happened in a range of the stored trail, as Markdown and as a page
  routes test        show where a record would go, as curl, or why it would be parked

Options of every command
${COMMON_OPTIONS}

Exit codes
  0    done
  1    of audit: not sound (verify), nothing found (what reads); of report: no events
  2    of audit: the store, or a part of it, could not be read, checked or shipped
${OTHER_EXIT_CODES}
`;

const BY_COMMAND: Readonly<Record<CommandName, string>> = {
  run: `Usage: netscope run [--config FILE]

Consumes records, makes one outbound call for each, measures and audits it, until SIGTERM or
SIGINT. The first signal drains: intake stops, calls under way end, offsets are committed, the audit
spool is flushed. A second signal ends at once.

${COMMON_OPTIONS}

${EXIT_CODES}
`,
  demo: `Usage: netscope demo [--port N] [--rate N] [--for SECONDS] [--keep]

Shows NetScope at work with nothing but Node. An upstream inside the process is slow, answers 503
and resets connections in rounds of ten seconds.

  --port N        port of the page (default: 8080, else a free one)
  --rate N        records a second (default: 40)
  --for SECONDS   end by itself, counted from readiness
  --keep          leave the folder with configuration and audit trail; else it goes at the end

${COMMON_OPTIONS}

${EXIT_CODES}
`,
  'config check': `Usage: netscope config check [--config FILE] [--json]

Validates the configuration as "run" would and lists every fault and warning with its place.

${COMMON_OPTIONS}

${EXIT_CODES}
`,
  'config print': `Usage: netscope config print [--config FILE] [--json]

Shows the effective values: file, .env and environment together, defaults filled in, secrets
redacted.

${COMMON_OPTIONS}

${EXIT_CODES}
`,
  ...AUDIT_HELP,
  'routes test': `Usage: netscope routes test --record FILE|-
       netscope routes test --topic TOPIC [--last N]

Shows for each record the route that matches, the request as curl with secrets masked, or why the
record would be parked. A record is a JSON object with "topic", and where it has them "key",
"value" (text, or JSON, which is used without its spaces), "headers", "partition", "offset",
"timestamp". Nothing is sent. With --topic the last records are read without a group and nothing is
committed; where source.kind is embedded, from the logs in data_dir, without a lock. There the
idempotency key is the one that run sends; with --record a derived key is an example.

  --record FILE   the record; "-" reads standard input
  --topic TOPIC   read from the source
  --last N        how many (default: 10)

${COMMON_OPTIONS}

${EXIT_CODES}
`,
};

/** The help of one command, or of all. */
export function helpText(command: CommandName | undefined): string {
  return command === undefined ? OVERVIEW : BY_COMMAND[command];
}
