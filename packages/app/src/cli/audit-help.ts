import type { CommandName } from './command-line.ts';
import { COMMON_OPTIONS } from './common-help.ts';

const TRAIL_EXIT_CODES = `Exit codes
  0    found
  1    nothing found
  2    the store, or a part of it, could not be read: each such object or line is named; or standard
       output could not be written
  64   the command line cannot be understood
  70   a defect of NetScope
  78   the configuration is invalid
  130  ended by a signal`;

const INIT_EXIT_CODES = `Exit codes
  0    made
  2    the store did not answer
  64   the command line cannot be understood
  70   a defect of NetScope
  78   the configuration is invalid, or the store refused
  130  ended by a signal`;

const SHIP_EXIT_CODES = `Exit codes
  0    all is in the store
  2    something is left
  64   the command line cannot be understood
  70   a defect of NetScope
  78   the configuration is invalid, or DIR has no spool or is in use
  130  ended by a signal; what is left stays in DIR`;

const TRAIL_SPAN = `  --from TIME            from here on: 2026-11-21T12:00:00Z, 2026-11-21, or 2h (ago)
  --to TIME              up to here, which is not included
  --service NAME         of this service`;

const TRAIL_RANGE = `${TRAIL_SPAN}
  --route-group NAME     of this route group; objects without it are not fetched`;

const KEY_FILES = `  --key-file FILE        opens encrypted fields; repeatable; default: audit.encryption.key_files`;

const EVENT_FILTERS = `${KEY_FILES}
${TRAIL_RANGE}
  --trace-id ID          of this trace
  --request-id ID        of this request
  --idempotency-key KEY  sent with this key
  --outcome OUTCOME      responded, timed_out, refused, failed or aborted
  --status CODE          answered with this HTTP status`;

const TRAIL_NOTES = `Reads the store of the configuration and nothing else: no running process is needed, no lock is
taken, and memory does not grow with what is read. Objects out of the range are not listed, of the
listed ones those of other services and route groups are not fetched; the last line on standard
error says how many were skipped. With --json that line is JSON. Of an object that was deleted or
replaced in a bucket with versions, the version written first is read.

Encrypted fields are opened where the key is at hand; else they read as "encrypted", and the keys
that they need are named. What is looked for by such a field without its key is not "nothing found"
but exit code 2.`;

type TrailCommand = Extract<CommandName, `audit ${string}` | 'report'>;

/** The help of the commands that work on the stored trail. */
export const AUDIT_HELP: Readonly<Record<TrailCommand, string>> = {
  'audit cat': `Usage: netscope audit cat [--from TIME] [--to TIME] [FILTER]...

Gives the events of the stored trail that match, one a line, byte for byte as they were written (but
for encrypted fields that were opened), in the order of the objects' keys: by hour, service, node and
number.

${TRAIL_NOTES}

${EVENT_FILTERS}

${COMMON_OPTIONS}

${TRAIL_EXIT_CODES}
`,
  'audit export': `Usage: netscope audit export --parquet --out DIR [--from DAY] [--to DAY]

Writes the events of each day (UTC) to DIR/events-YYYY-MM-DD.parquet, with the columns of "audit query"
but for the whole line (docs/reference/audit-columns.md). A file is there whole or not at all, and is
replaced when it is written again; the same events make the same bytes. Where a part of a day could not
be read, what could be is in events-YYYY-MM-DD.incomplete.parquet, and the exit code is 2.

What has no room in memory goes to a folder below TMPDIR, at most 16 GiB for a day, which is removed at
the end.

${TRAIL_NOTES}

  --parquet              the format: there is no other
  --out DIR              where the files go; made where only its last part is not there
${KEY_FILES}
${TRAIL_RANGE}

${COMMON_OPTIONS}

${TRAIL_EXIT_CODES}
`,
  'audit grep': `Usage: netscope audit grep FILTER... [--from TIME] [--to TIME]

Finds events of the stored trail by all the filters given, at least one, and tells each in a line
for people; with --json each is given as by audit cat.

${TRAIL_NOTES}

${EVENT_FILTERS}

${COMMON_OPTIONS}

${TRAIL_EXIT_CODES}
`,
  'audit init-bucket': `Usage: netscope audit init-bucket --lock compliance:Nd|governance:Nd

Makes the bucket of the configuration (audit.rgw) with versions and a lock on each object for N
days, and prints the least rights of the gateway's own user and of one that reads and checks. Run it with credentials
that may make buckets. Object Lock can only be had when a bucket is made.

  --lock RULE     compliance:30d (nobody deletes before) or governance:30d (a privileged user can)

${COMMON_OPTIONS}

${INIT_EXIT_CODES}
`,
  'audit ls': `Usage: netscope audit ls [--from TIME] [--to TIME] [FILTER]...

Lists the objects of the stored trail, each with its events and bytes; with --json one JSON object
a line. Times, service and route group are told by keys and metadata. What is asked of events (trace,
request, idempotency key, outcome, status) is not: each object left is then fetched and looked into,
and those are listed that hold at least one event which matches all that is asked.

${TRAIL_NOTES}

${EVENT_FILTERS}

${COMMON_OPTIONS}

${TRAIL_EXIT_CODES}
`,
  'audit query': `Usage: netscope audit query 'SELECT ...' [--from TIME] [--to TIME] [FILTER]... [--csv]

Answers one SELECT over the table "events": the events of the stored trail that match, each field a
column (docs/reference/audit-columns.md). 'describe events' lists the columns. The SQL is DuckDB's; it
sees this table and what DuckDB tells of itself: no file, no network, no extension, and it changes no
setting. It is checked before anything is
read, and only the columns that it names are kept. A table on standard output; with --json a JSON
object a row.

What has no room in memory (256 MiB for the query) goes to a folder below TMPDIR, at most 16 GiB,
which is removed at the end.

  --csv                  comma-separated values (RFC 4180) with the names first

${TRAIL_NOTES}

${EVENT_FILTERS}

${COMMON_OPTIONS}

Exit codes
  0    rows
  1    no events in the range, or no rows
  2    the store, or a part of it, could not be read: each such object or line is named; or the query
       needs more room than it has; or standard output could not be written
  64   the command line or the SQL cannot be understood, or asks for more than the table
  70   a defect of NetScope
  78   the configuration is invalid
  130  ended by a signal
`,
  'audit ship': `Usage: netscope audit ship --data-dir DIR

Ships what lies in the spool of a replica that is gone, and signs its trail off. Takes the kernel's
lock on DIR: a running process is never disturbed. Node and service are read from the spool; the
store comes from the configuration. Retries until all is shipped or a signal ends it; what is left
then stays in DIR.

  --data-dir DIR  the replica's data_dir

${COMMON_OPTIONS}

${SHIP_EXIT_CODES}
`,
  'audit timeline': `Usage: netscope audit timeline --request-id ID|--trace-id ID [--html FILE]

Tells the story of a request, or of all that a trace came by: each event in the order of time with
its facts, and below it each attempt with its phases drawn to the scale of the call. At most 2000
events. --from and --to make it quicker in a large store. With --json the events are a JSON array.

${TRAIL_NOTES}

  --request-id ID        of this request
  --trace-id ID          of this trace
  --html FILE            also as a page in one file, which needs nothing else
${KEY_FILES}
${TRAIL_SPAN}

${COMMON_OPTIONS}

${TRAIL_EXIT_CODES}
`,
  'audit verify': `Usage: netscope audit verify [--from TIME] [--to TIME] [--public-key FILE]... [--head HASH]...

Recomputes the stored audit trail: signatures, joins, objects, lines and Merkle roots, and lists
every finding with its place (500,000 at most; all are counted). Only the store is read; no running process is needed and no lock is
taken. Keys come from --public-key, else audit.digest.public_key_files, else data_dir.

With --from or --to the digests of other times are not read, unless something is not sound or a
--head is looked for. Without --head the newest digests, and what they alone list, could have been
cut off unseen: the output says up to when each node's trail is proved.

A note makes nothing unsound: events that are not signed yet (unproved), an epoch that is running or
not shipped to its end (unshipped), a lock that ended (lock_expired), and events of a damaged spool
that the trail itself says are gone (lost).

  --from TIME        check objects from here on: 2026-11-21T12:00:00Z, 2026-11-21, or 2h (ago)
  --to TIME          ... up to here
  --public-key FILE  trust this Ed25519 key (PEM); repeatable
  --head HASH        a digest's SHA-256 kept elsewhere (log line audit.digest) must be there;
                     repeatable

${COMMON_OPTIONS}

Exit codes
  0    sound
  1    not sound
  2    could not check: no key, no store, no trail; or standard output could not be written
  64   the command line cannot be understood
  70   a defect of NetScope
  78   the configuration is invalid
  130  ended by a signal
`,
  report: `Usage: netscope report [--from TIME] [--to TIME] [--html FILE]

Sums up what happened in a range of the stored trail, as Markdown: calls and failures over time,
errors by cause, the worst upstreams, latency by who held the calls up, changes of circuits, the
slowest calls, and starts, stops, gaps and what operators did. With --html the same as a page with
charts in one file, which needs nothing else. With --json as JSON. Percentiles are estimates, within
some 1 %.

What has no room in memory goes to a folder below TMPDIR, at most 16 GiB, which is removed at the end.

${TRAIL_NOTES}

  --html FILE            also as a page
${KEY_FILES}
${TRAIL_RANGE}

${COMMON_OPTIONS}

${TRAIL_EXIT_CODES}
`,
};
