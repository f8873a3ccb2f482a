import { COUNTERS, GAUGES, HISTOGRAMS } from '@netscope/domain';
import {
  DirectEventBus,
  ManualClock,
  RecordingLog,
  sampleCall,
  sampleTimeout,
} from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { createMetricsEngine, type MetricsEngine } from '../src/index.ts';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 5];
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

const CALL = {
  route_group: 'partner',
  upstream: 'partner',
  outcome: 'responded',
  status_class: '2xx',
} as const;

function engineOf(seriesMax = 5000, log = new RecordingLog()): MetricsEngine {
  return createMetricsEngine({ bucketsSeconds: BUCKETS, seriesMax, clock: new ManualClock(), log });
}

async function text(engine: MetricsEngine): Promise<string> {
  return (await engine.scrape('text')).body;
}

describe('counters', () => {
  it('go out with their prefix, labels and value', async () => {
    const engine = engineOf();
    const child = engine.counter('requests_total', CALL);
    child.inc();
    child.inc(2);
    expect(await text(engine)).toContain(
      'netscope_requests_total{route_group="partner",upstream="partner",outcome="responded",status_class="2xx"} 3',
    );
    expect(engine.counterTotal('requests_total')).toBe(3);
  });

  it('are one child for one set of labels, in whatever order they come', () => {
    const engine = engineOf();
    const { status_class, ...rest } = CALL;
    expect(engine.counter('requests_total', { status_class, ...rest })).toBe(
      engine.counter('requests_total', CALL),
    );
  });

  it('ignore what is not a positive finite number', () => {
    const engine = engineOf();
    const child = engine.counter('commit_errors_total', {});
    for (const by of [-1, Number.NaN, Infinity, 0]) child.inc(by);
    expect(engine.counterTotal('commit_errors_total')).toBe(0);
  });

  it('without labels are there at 0 before anything happened', async () => {
    expect(await text(engineOf())).toMatch(/^netscope_audit_writes_total 0$/m);
  });
});

describe('histograms', () => {
  it('have the configured buckets, cumulative, with sum and count', async () => {
    const engine = engineOf();
    const child = engine.histogram('request_duration_seconds', {
      route_group: 'partner',
      upstream: 'partner',
    });
    for (const seconds of [0.001, 0.3, 0.4, 9]) child.observe(seconds);
    const lines = (await text(engine))
      .split('\n')
      .filter((line) => line.startsWith('netscope_request_duration_seconds'))
      .map((line) => line.replace(/route_group="partner",upstream="partner",?/, ''));
    expect(lines).toEqual([
      ...['0.005', '0.01', '0.025', '0.05', '0.1', '0.2'].map(bucketLine(1)),
      ...['0.4', '0.8', '1.5', '3', '5'].map(bucketLine(3)),
      bucketLine(4)('+Inf'),
      'netscope_request_duration_seconds_sum{} 9.701',
      'netscope_request_duration_seconds_count{} 4',
    ]);
  });

  it('ignore what is no number and count a negative duration as 0', async () => {
    const engine = engineOf();
    const child = engine.histogram('record_age_seconds', { topic: 't' });
    for (const seconds of [Number.NaN, Infinity, -Infinity, -3]) child.observe(seconds);
    const body = await text(engine);
    expect(body).toContain('netscope_record_age_seconds_count{topic="t"} 1');
    expect(body).toContain('netscope_record_age_seconds_sum{topic="t"} 0');
  });

  it('carry trace ids as exemplars in OpenMetrics and never in text', async () => {
    const engine = engineOf();
    engine.histogram('record_age_seconds', { topic: 't' }).observe(0.3, TRACE);
    const open = await engine.scrape('openmetrics');
    expect(open.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.body).toContain(
      `netscope_record_age_seconds_bucket{topic="t",le="0.4"} 1 # {trace_id="${TRACE}"} 0.3 1771578000`,
    );
    expect(await text(engine)).not.toContain(TRACE);
  });

  it('renew the exemplar of a bucket after each scrape', async () => {
    const engine = engineOf();
    const child = engine.histogram('record_age_seconds', { topic: 't' });
    child.observe(0.3, 'a'.repeat(32));
    child.observe(0.3, 'b'.repeat(32));
    expect((await engine.scrape('openmetrics')).body).toContain('a'.repeat(32));
    child.observe(0.3, 'c'.repeat(32));
    expect((await engine.scrape('openmetrics')).body).toContain('c'.repeat(32));
  });
});

function bucketLine(count: number): (le: string) => string {
  return (le) => `netscope_request_duration_seconds_bucket{le="${le}"} ${count}`;
}

describe('gauges', () => {
  it('are read at each scrape and only then', async () => {
    const engine = engineOf();
    let reads = 0;
    engine.gauge('records_waiting', () => {
      reads += 1;
      return [{ labels: {}, value: reads }];
    });
    expect(reads).toBe(0);
    expect(await text(engine)).toMatch(/^netscope_records_waiting 1$/m);
    expect(await text(engine)).toMatch(/^netscope_records_waiting 2$/m);
  });

  it('forget a series that is no longer returned', async () => {
    const engine = engineOf();
    let topics = ['a', 'b'];
    engine.gauge('partitions_assigned', () =>
      topics.map((topic) => ({ labels: { topic }, value: 1 })),
    );
    expect(await text(engine)).toContain('netscope_partitions_assigned{topic="b"} 1');
    topics = ['a'];
    expect(await text(engine)).not.toContain('topic="b"');
  });

  it('sum what several readers say of one series', async () => {
    const engine = engineOf();
    const read = () => [{ labels: { upstream: 'x' }, value: 2 }];
    engine.gauge('queue_depth', read);
    engine.gauge('queue_depth', read);
    expect(await text(engine)).toContain('netscope_queue_depth{upstream="x"} 4');
  });

  it('whose reader throws cost the scrape nothing and are logged once', async () => {
    const log = new RecordingLog();
    const engine = engineOf(5000, log);
    engine.gauge('records_waiting', () => {
      throw new Error('gone');
    });
    expect(await text(engine)).toContain('# TYPE netscope_records_waiting gauge');
    await text(engine);
    expect(log.count('metrics.gauge_failed')).toBe(1);
  });
});

describe('the series cap', () => {
  it('sends what is past it to one overflow series, losing no count', async () => {
    const engine = engineOf(3);
    for (let topic = 0; topic < 10; topic += 1) {
      engine.counter('commits_total', { topic: `t${topic}` }).inc();
    }
    expect(engine.counterTotal('commits_total')).toBe(10);
    const body = await text(engine);
    expect(body).toContain('netscope_commits_total{topic="__overflow__"} 7');
    expect(body).toContain('netscope_series_overflowed_total{metric="commits_total"} 7');
  });

  it('counts a histogram by its buckets', async () => {
    const engine = engineOf(BUCKETS.length + 3);
    engine.histogram('record_age_seconds', { topic: 'a' }).observe(1);
    engine.histogram('record_age_seconds', { topic: 'b' }).observe(1);
    expect(await text(engine)).toContain(
      'netscope_record_age_seconds_count{topic="__overflow__"} 1',
    );
  });

  it('holds for the samples of a gauge', async () => {
    const engine = engineOf(2);
    engine.gauge('partitions_assigned', () =>
      Array.from({ length: 50 }, (_, index) => ({ labels: { topic: `t${index}` }, value: 1 })),
    );
    const lines = (await text(engine)).match(/^netscope_partitions_assigned\{.*$/gm) ?? [];
    expect(lines).toHaveLength(3);
    expect(lines).toContain('netscope_partitions_assigned{topic="__overflow__"} 48');
  });
});

describe('labels', () => {
  it('outside the catalogue do not go out, and no label throws', async () => {
    const engine = engineOf();
    const hostile: Record<string, unknown> = {
      topic: 'a"b\\c\nd',
      path: '/secret',
      __proto__: null,
    };
    loose(engine, 'counter', ['commits_total', hostile]).inc();
    for (const topic of [undefined, null, 7, {}, Symbol('s'), 'x'.repeat(10_000)]) {
      loose(engine, 'counter', ['commits_total', { topic }]).inc();
    }
    loose(engine, 'counter', ['no_such_metric', {}]).inc();
    loose(engine, 'histogram', ['no_such_metric', {}]).observe(1);
    loose(engine, 'gauge', ['no_such_metric', () => []]);
    const body = await text(engine);
    expect(body).toContain('netscope_commits_total{topic="a\\"b\\\\c\\nd"} 1');
    expect(body).not.toContain('secret');
    expect(body).not.toContain('no_such_metric');
  });
});

/** Past the types, as untyped callers would. */
function loose(engine: MetricsEngine, method: keyof MetricsEngine, given: unknown[]) {
  return Reflect.apply(Reflect.get(engine, method), engine, given);
}

describe('a scrape', () => {
  it('has every metric of the catalogue under its prefix, and the process', async () => {
    const body = await text(engineOf());
    for (const name of [COUNTERS, HISTOGRAMS, GAUGES].flatMap((part) => Object.keys(part))) {
      expect(body).toContain(`# TYPE netscope_${name} `);
    }
    expect(body).toMatch(/^process_cpu_seconds_total \d/m);
    expect(body).toMatch(/^process_resident_memory_bytes \d/m);
  });

  it('in OpenMetrics names counter families without their suffix and ends with EOF', async () => {
    const engine = engineOf();
    engine.counter('commits_total', { topic: 't' }).inc();
    const { body } = await engine.scrape('openmetrics');
    expect(body).toContain('# TYPE netscope_commits counter');
    expect(body).toContain('netscope_commits_total{topic="t"} 1');
    expect(body.endsWith('# EOF\n')).toBe(true);
    expect(body).not.toContain('total_total');
  });
});

describe('calls on the bus', () => {
  it('are counted once each until the subscription ends', () => {
    const engine = engineOf();
    const bus = new DirectEventBus();
    const stop = engine.follow(bus);
    for (const call of [sampleCall(), sampleTimeout()]) {
      bus.publish({
        eventType: 'network.request.completed',
        timestampMs: call.timestampMs,
        traceId: call.context.traceId,
        severity: 'INFO',
        call,
      });
    }
    expect(engine.totals()).toMatchObject({ requests: 2, errors: 1, timeouts: 1 });
    expect(engine.window(60_000).all.requests).toBe(2);
    stop();
    expect(bus.listeners).toBe(0);
  });
});
