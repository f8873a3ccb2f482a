import { LOG_FIELDS, type LogFields } from '@netscope/domain';

const ALLOWED: ReadonlySet<string> = new Set(LOG_FIELDS);

const TEXT_MAX = 1000;

/** The fields that may be written, and the names of those that were withheld. */
export function allowedFields(fields: LogFields): Readonly<Record<string, unknown>> {
  const allowed: Record<string, unknown> = {};
  let withheld: string[] | undefined;
  for (const [name, value] of Object.entries<unknown>(fields)) {
    if (value === undefined) continue;
    if (ALLOWED.has(name) && isPrimitive(value)) {
      allowed[name] = typeof value === 'string' ? safeText(value) : value;
    } else {
      (withheld ??= []).push(name);
    }
  }
  if (withheld !== undefined) allowed['withheld'] = withheld.join(', ').slice(0, TEXT_MAX);
  return allowed;
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The scheme is bounded, or a long word would cost the square of its length. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@]*@/gi;
const CREDENTIAL = /\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{6,}/gi;

/** A text of bounded length without what looks like credentials in it. */
export function safeText(text: string): string {
  const bounded = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return bounded.replaceAll(USER_INFO, '$1(redacted)@').replaceAll(CREDENTIAL, '$1 (redacted)');
}
