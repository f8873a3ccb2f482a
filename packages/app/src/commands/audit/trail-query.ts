import type { EventFilter, TrailQuery } from '@netscope/audit-ceph/reader';

import { countOption, type OptionValues, textOption } from '../../cli/command-line.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { parseInstant } from '../../edges/parse-instant.ts';
import type { AuditContext } from './audit-context.ts';
import { rangeOption } from './range-option.ts';

const OUTCOMES = ['responded', 'timed_out', 'refused', 'failed', 'aborted'];
const TRACE_ID = /^[0-9a-f]{32}$/;
const REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the options ask for. @throws {UsageError} for what no event could have */
export function trailQuery({ options, edges }: AuditContext): TrailQuery {
  return {
    range: rangeOption(options, { nowMs: edges.clock.wallMs(), parse: parseInstant }),
    service: filled(options, 'service'),
    filter: filterOf(options),
  };
}

function filterOf(options: OptionValues): EventFilter {
  const outcome = textOption(options, 'outcome');
  if (outcome !== undefined && !OUTCOMES.includes(outcome)) {
    throw new UsageError(`--outcome must be one of ${OUTCOMES.join(', ')}, not "${outcome}"`);
  }
  return {
    routeGroup: filled(options, 'route-group'),
    traceId: idOption(options, { name: 'trace-id', form: TRACE_ID, is: '32 hex digits' }),
    requestId: idOption(options, { name: 'request-id', form: REQUEST_ID, is: 'a UUID' }),
    idempotencyKey: filled(options, 'idempotency-key'),
    outcome,
    status: countOption(options, 'status', { least: 100, most: 999 }),
  };
}

function idOption(
  options: OptionValues,
  id: { readonly name: 'trace-id' | 'request-id'; readonly form: RegExp; readonly is: string },
): string | undefined {
  const text = textOption(options, id.name)?.toLowerCase();
  if (text === undefined || id.form.test(text)) return text;
  throw new UsageError(`--${id.name} must be ${id.is}, not "${text}"`);
}

function filled(
  options: OptionValues,
  name: 'service' | 'route-group' | 'idempotency-key',
): string | undefined {
  const text = textOption(options, name);
  if (text === '') throw new UsageError(`--${name} must not be empty`);
  return text;
}
