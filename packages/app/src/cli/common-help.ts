/** The help of the options that every command takes. */
export const COMMON_OPTIONS = `  --config FILE   the configuration (default: NETSCOPE_CONFIG, else ./netscope.yaml)
  --json          output for machines
  -h, --help      this text
  -v, --version   the version`;

/** Exit codes that every command may end with, besides 0. */
export const OTHER_EXIT_CODES = `  64   the command line cannot be understood
  69   Node is too old
  70   a defect of NetScope
  75   no Kafka group coordinator within source.kafka.start_budget_ms
  78   the configuration is invalid
  130  ended by a second signal; of audit: by a signal`;

/** The exit codes of a command that has none of its own. */
export const EXIT_CODES = `Exit codes
  0    done
${OTHER_EXIT_CODES}`;
