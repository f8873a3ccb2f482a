import type { CommandName } from './command-line.ts';

const OTHER_EXIT_CODES = `  64   the command line cannot be understood
  69   Node is too old
  70   a defect of NetScope
  75   no Kafka group coordinator within source.kafka.start_budget_ms
  78   the configuration is invalid
  130  ended by a second signal; of audit: by a signal`;

const EXIT_CODES = `Exit codes
  0    done
${OTHER_EXIT_CODES}`;

const TRAIL_EXIT_CODES = `Exit codes
  0    found
  1    nothing found
  2    the store, or a part of it, could not be read: each such object or line is named
  64   the command line cannot be understood
  78   the configuration is invalid
  130  ended by a signal`;

const TRAIL_SPAN = `  --from TIME            from here on: 2026-11-21T12:00:00Z, 2026-11-21, or 2h (ago)
  --to TIME              up to here, which is not included
  --service NAME         of this service`;

const TRAIL_RANGE = `${TRAIL_SPAN}
  --route-group NAME     of this route group; objects without it are not fetched`;

const EVENT_FILTERS = `${TRAIL_RANGE}
  --trace-id ID          of this trace
  --request-id ID        of this request
  --idempotency-key KEY  sent with this key
  --outcome OUTCOME      responded, timed_out, refused, failed or aborted
  --status CODE          answered with this HTTP status`;

const TRAIL_NOTES = `Reads the store of the configuration and nothing else: no running process is needed, no lock is
taken, and memory does not grow with what is read. Objects out of the range are not listed, of the
listed ones those of other services and route groups are not fetched; the last line on standard
error says how many were skipped. With --json that line is JSON. Of an object that was deleted or
replaced in a bucket with versions, the version written first is read.`;

const COMMON = `  --config FILE   the configuration (default: NETSCOPE_CONFIG, else ./netscope.yaml)
  --json          output for machines
  -h, --help      this text
  -v, --version   the version`;

const OVERVIEW = `NetScope: from Kafka to HTTP; resilient, measured, audited.

Usage: netscope COMMAND [OPTIONS]

Commands
  run                consume, call, measure and audit until a signal ends it
  demo               the same with nothing but Node: embedded source, flaky upstream, local audit
  config check       validate the configuration and list every fault
  config print       show the effective values, secrets redacted
  audit cat          the stored events of a time range, as they were written
  audit grep         the stored events of a trace, a request, a key, a route group, a status ...
  audit init-bucket  make the audit bucket: versioned, each object locked
  audit ls           the stored objects of a time range
  audit ship         ship what a stopped replica left in its data_dir
  audit timeline     the story of a request or a trace, with the phases of each attempt drawn
  audit verify       recompute the stored audit trail and list every finding
  routes test        show where a record would go, as curl, or why it would be parked

Options of every command
${COMMON}

Exit codes
  0    done
  1    of audit: not sound (verify), nothing found (ls, cat, grep, timeline)
  2    of audit: the store, or a part of it, could not be read, checked or shipped
${OTHER_EXIT_CODES}
`;

const BY_COMMAND: Readonly<Record<CommandName, string>> = {
  run: `Usage: netscope run [--config FILE]

Consumes records, makes one outbound call for each, measures and audits it, until SIGTERM or
SIGINT. The first signal drains: intake stops, calls under way end, offsets are committed, the audit
spool is flushed. A second signal ends at once.

${COMMON}

${EXIT_CODES}
`,
  demo: `Usage: netscope demo [--port N] [--rate N] [--for SECONDS]

Shows NetScope at work with nothing but Node. An upstream inside the process is slow, answers 503
and resets connections in rounds of ten seconds.

  --port N        port of the page (default: 8080, else a free one)
  --rate N        records a second (default: 40)
  --for SECONDS   end by itself, counted from readiness

${COMMON}

${EXIT_CODES}
`,
  'config check': `Usage: netscope config check [--config FILE] [--json]

Validates the configuration as "run" would and lists every fault and warning with its place.

${COMMON}

${EXIT_CODES}
`,
  'config print': `Usage: netscope config print [--config FILE] [--json]

Shows the effective values: file, .env and environment together, defaults filled in, secrets
redacted.

${COMMON}

${EXIT_CODES}
`,
  'audit cat': `Usage: netscope audit cat [--from TIME] [--to TIME] [FILTER]...

Gives the events of the stored trail that match, one a line, byte for byte as they were written, in
the order of the objects' keys: by hour, service, node and number.

${TRAIL_NOTES}

${EVENT_FILTERS}

${COMMON}

${TRAIL_EXIT_CODES}
`,
  'audit grep': `Usage: netscope audit grep FILTER... [--from TIME] [--to TIME]

Finds events of the stored trail by all the filters given, at least one, and tells each in a line
for people; with --json each is given byte for byte as it was written.

${TRAIL_NOTES}

${EVENT_FILTERS}

${COMMON}

${TRAIL_EXIT_CODES}
`,
  'audit init-bucket': `Usage: netscope audit init-bucket --lock compliance:Nd|governance:Nd

Makes the bucket of the configuration (audit.rgw) with versions and a lock on each object for N
days, and prints the least rights that the gateway's own user needs. Run it with credentials
that may make buckets. Object Lock can only be had when a bucket is made.

  --lock RULE     compliance:30d (nobody deletes before) or governance:30d (a privileged user can)

${COMMON}

${EXIT_CODES}
`,
  'audit ls': `Usage: netscope audit ls [--from TIME] [--to TIME] [--service NAME] [--route-group NAME]

Lists the objects of the stored trail, each with its events and bytes; with --json one JSON object
a line.

${TRAIL_NOTES}

${TRAIL_RANGE}

${COMMON}

${TRAIL_EXIT_CODES}
`,
  'audit ship': `Usage: netscope audit ship --data-dir DIR

Ships what lies in the spool of a replica that is gone, and signs its trail off. Takes the kernel's
lock on DIR: a running process is never disturbed. Node and service are read from the spool; the
store comes from the configuration. Retries until all is shipped or a signal ends it; what is left
then stays in DIR.

  --data-dir DIR  the replica's data_dir

${COMMON}

${EXIT_CODES}
`,
  'audit timeline': `Usage: netscope audit timeline --request-id ID|--trace-id ID [--html FILE]

Tells the story of a request, or of all that a trace came by: each event in the order of time with
its facts, and below it each attempt with its phases drawn to the scale of the call. At most 2000
events. --from and --to make it quicker in a large store. With --json the events are a JSON array.

${TRAIL_NOTES}

  --request-id ID        of this request
  --trace-id ID          of this trace
  --html FILE            also as a page in one file, which needs nothing else
${TRAIL_SPAN}

${COMMON}

${TRAIL_EXIT_CODES}
`,
  'audit verify': `Usage: netscope audit verify [--from TIME] [--to TIME] [--public-key FILE]... [--head HASH]...

Recomputes the stored audit trail: signatures, joins, objects, lines and Merkle roots, and lists
every finding with its place. Only the store is read; no running process is needed and no lock is
taken. Keys come from --public-key, else audit.digest.public_key_files, else data_dir.

With --from or --to the digests of other times are not read, unless something is not sound or a
--head is looked for. Without --head the newest digests, and what they alone list, could have been
cut off unseen: the output says up to when each node's trail is proved.

  --from TIME        check objects from here on: 2026-11-21T12:00:00Z, 2026-11-21, or 2h (ago)
  --to TIME          ... up to here
  --public-key FILE  trust this Ed25519 key (PEM); repeatable
  --head HASH        a digest's SHA-256 kept elsewhere (log line audit.digest) must be there;
                     repeatable

${COMMON}

Exit codes
  0    sound
  1    not sound
  2    could not check: no key, no store, no trail
  64   the command line cannot be understood
  78   the configuration is invalid
  130  ended by a signal
`,
  'routes test': `Usage: netscope routes test --record FILE|-
       netscope routes test --topic TOPIC [--last N]

Shows for each record the route that matches, the request as curl with secrets masked, or why the
record would be parked. A record is a JSON object with "topic", and where it has them "key",
"value" (text, or JSON that is used as it is), "headers", "partition", "offset", "timestamp". Nothing
is sent. With --topic the last records are read without a group and nothing is committed.
There the idempotency key is the one that run sends; with --record a derived key is an example.

  --record FILE   the record; "-" reads standard input
  --topic TOPIC   read from Kafka
  --last N        how many (default: 10)

${COMMON}

${EXIT_CODES}
`,
};

/** The help of one command, or of all. */
export function helpText(command: CommandName | undefined): string {
  return command === undefined ? OVERVIEW : BY_COMMAND[command];
}
