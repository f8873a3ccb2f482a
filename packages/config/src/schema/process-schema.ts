import { z } from 'zod';

import { HTTP_ADDRESS } from './addresses.ts';
import { flag, leaf, ms, text, whole } from './leaves.ts';

/** `service`: who this replica is. */
export const serviceSchema = z
  .strictObject({
    name: text({
      about: 'In object keys and telemetry.',
      expected: 'letters, digits, dot, dash and underscore, 64 at most',
      pattern: /^(?!\.{1,2}$)[\w.-]{1,64}$/,
    }).default('netscope'),
    node: text({
      about: 'Stable id of this replica; `${HOSTNAME:-local}` unless given.',
      expected: 'letters, digits, dot, dash and underscore, 128 at most',
      pattern: /^(?!\.{1,2}$)[\w.-]{1,128}$/,
    }).default('${HOSTNAME:-local}'),
    data_dir: text({
      about: 'Spool, embedded source and history; locked while a process uses it.',
      path: true,
    }).default('./data'),
  })
  .prefault({});

/** `metrics`: what is measured and how finely. */
export const metricsSchema = z
  .strictObject({
    buckets_seconds: z
      .array(
        leaf(z.number().positive(), {
          about: 'Upper bounds of the buckets of every duration, seconds, ascending.',
          expected: 'a number over 0',
        }),
      )
      .min(1)
      .default([0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 5]),
    series_max: whole({
      about: 'Series of all metrics; past it they go to one overflow series.',
      default: 5000,
      min: 1,
      why: 'Many times what some ten routes and upstreams have, and little for one Prometheus.',
    }),
    host_interval_ms: ms({
      about: 'How often the host is measured.',
      default: 1000,
      min: 100,
      why: 'Charts of a host show seconds, and a look costs a fifth of a millisecond.',
    }),
    node_metrics: flag(
      "Whether `/metrics` tells the host too, under node_exporter's names; off, so that one beside it is not counted twice.",
      false,
    ),
  })
  .prefault({});

/** `logs`: what is written to standard output. */
export const logsSchema = z
  .strictObject({
    level: leaf(z.enum(['debug', 'info', 'warn', 'error']), {
      about: 'Lowest level that is written; `debug` adds a line for each call.',
      expected: 'one of debug, info, warn, error',
    }).default('info'),
  })
  .prefault({});

/** `telemetry`: what is sent out over OTLP. */
export const telemetrySchema = z
  .strictObject({
    otlp_endpoint: text({
      about: 'Where OTLP goes; the OTEL_* variables work as their standard says.',
      ...HTTP_ADDRESS,
    })
      .nullable()
      .default(null),
  })
  .prefault({});

/** `shutdown`: how long a stop may take. */
export const shutdownSchema = z
  .strictObject({
    drain_ms: ms({
      about: 'How long a stop waits for what is in flight.',
      default: 20_000,
      why: 'Below the 30 s after which Kubernetes kills.',
    }),
  })
  .prefault({});
