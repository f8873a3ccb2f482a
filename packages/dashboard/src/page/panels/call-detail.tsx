import type { WireAttempt, WireCall, WireVerdict } from '@netscope/api-server/contract';
import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { formatBytes, formatMs } from '../model/format.ts';
import { PHASES } from '../model/phases.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import { verdictView } from '../model/verdict.ts';
import { PhaseBar } from '../parts/phase-bar.tsx';
import { Fact, Facts } from './facts.tsx';
import { OutcomeBadge } from './outcome-badge.tsx';

export interface CallDetailProps {
  readonly read: () => Promise<WireCall | undefined>;
}

type Reading = { readonly kind: 'asking' } | { readonly kind: 'read'; readonly call?: WireCall };

/** Every attempt of one call on the call's own scale of time, and what ties it to its record. */
export function CallDetail({ read }: CallDetailProps): JSX.Element {
  const reading = useSignal<Reading>({ kind: 'asking' });
  useEffect(() => {
    const look = { isOver: false };
    void show(reading, read, look);
    return () => {
      look.isOver = true;
    };
  }, []);
  if (reading.value.kind === 'asking') return <p class="call-detail note">Asking…</p>;
  const { call } = reading.value;
  if (call === undefined) {
    return <p class="call-detail note">The API does not hold this call any more.</p>;
  }
  return (
    <div class="call-detail">
      <Attempts call={call} />
      <CallFacts call={call} />
    </div>
  );
}

async function show(
  reading: Signal<Reading>,
  read: CallDetailProps['read'],
  look: { readonly isOver: boolean },
): Promise<void> {
  const call = await read();
  if (!look.isOver) reading.value = call === undefined ? { kind: 'read' } : { kind: 'read', call };
}

function Attempts({ call }: { readonly call: WireCall }): JSX.Element {
  const { attempts } = call.network;
  const startMs = Math.min(...attempts.map((attempt) => parseTimestamp(attempt.started_at)));
  const endMs = Math.max(
    ...attempts.map((attempt) => parseTimestamp(attempt.started_at) + attempt.total_ms),
  );
  return (
    <ol class="attempts">
      {attempts.map((attempt, index) => (
        <AttemptRow
          key={attempt.started_at + String(index)}
          number={index + 1}
          attempt={attempt}
          offsetMs={parseTimestamp(attempt.started_at) - startMs}
          scaleMs={endMs - startMs}
        />
      ))}
    </ol>
  );
}

interface AttemptRowProps {
  readonly number: number;
  readonly attempt: WireAttempt;
  readonly offsetMs: number;
  readonly scaleMs: number;
}

function AttemptRow({ number, attempt, offsetMs, scaleMs }: AttemptRowProps): JSX.Element {
  return (
    <li>
      <p class="attempt-head">
        <span>Attempt {number}</span>
        <OutcomeBadge
          call={{
            outcome: attempt.outcome,
            delivered: attempt.outcome === 'responded' && (attempt.status_code ?? 0) < 400,
            statusCode: attempt.status_code,
            errorCode: attempt.error_code,
          }}
        />
        <span>{formatMs(attempt.total_ms)}</span>
        {attempt.backoff_ms !== undefined && (
          <span class="of">after a wait of {formatMs(attempt.backoff_ms)}</span>
        )}
        <span class="of">{connectionText(attempt)}</span>
      </p>
      <PhaseBar phases={attempt.phases_ms} scaleMs={scaleMs} offsetMs={offsetMs} />
      <dl class="phase-times">
        {PHASES.filter(({ name }) => attempt.phases_ms[name] !== undefined).map(({ name }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatMs(attempt.phases_ms[name])}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function connectionText(attempt: WireAttempt): string {
  if (attempt.reused === undefined) return '';
  const kind = attempt.reused ? 'reused connection' : 'new connection';
  return attempt.remote_address === undefined ? kind : `${kind} to ${attempt.remote_address}`;
}

function CallFacts({ call }: { readonly call: WireCall }): JSX.Element {
  const { source, network, resilience, upstream } = call;
  return (
    <Facts>
      {call.result !== undefined && (
        <Fact name="Ended with">
          {call.result.error_code}: {call.result.error_message}
        </Fact>
      )}
      <Fact name="Request">
        {call.method} {upstream.host}:{upstream.port}
        {call.request.path_template}
      </Fact>
      <Fact name="Route">
        {call.route ?? 'none'} <span class="of">group {call.route_group ?? 'none'}</span>
      </Fact>
      <Fact name="Record">
        {source.topic}/{source.partition}@{source.offset}
        <span class="of"> call {resilience.tries} for it</span>
      </Fact>
      <Fact name="Bytes">
        {formatBytes(network.bytes_sent)} out, {formatBytes(network.bytes_received)} in
      </Fact>
      <Fact name="Held up by">
        {network.verdict === undefined ? 'not known' : <Verdict verdict={network.verdict} />}
      </Fact>
      <Fact name="Address inside">{call.internal_ip ?? 'not known'}</Fact>
      <Fact name="Address outside">{call.external_ip ?? 'not known'}</Fact>
      <Fact name="Trace">
        <code>{call.trace_id}</code>
      </Fact>
      <Fact name="Request id">
        <code>{call.request_id}</code>
      </Fact>
      <Fact name="Idempotency key">
        <code>{call.idempotency_key}</code>
      </Fact>
    </Facts>
  );
}

function Verdict({ verdict }: { readonly verdict: WireVerdict }): JSX.Element {
  const { party, shares, path } = verdictView(verdict);
  return (
    <>
      {party}
      <span class="of">
        {' '}
        {shares.map(({ text, ms }) => `${text} ${formatMs(ms)}`).join(', ')}; {path}
      </span>
    </>
  );
}
