import type { ParkGuardPolicy } from '../policies/park-guard.ts';
import type { HttpMethod } from './outbound-request.ts';
import type { StatusPattern } from './status-set.ts';

/** One upstream as configured; durations in ms, rates per second. See `configuration.md`. */
export interface UpstreamDefinition {
  readonly name: string;
  /** Scheme, host and port; no path. */
  readonly origin: string;
  readonly timeouts: {
    readonly connectMs: number;
    readonly readMs: number;
    readonly globalMs: number;
  };
  readonly retry: {
    readonly attempts: number;
    readonly baseMs: number;
    readonly capMs: number;
    readonly budgetRatio: number;
    readonly budgetMinPerSecond: number;
  };
  readonly bulkhead: {
    readonly inFlight: number;
    readonly queue: number;
    readonly queueAgeMaxMs: number;
    /** The limit follows what answers take; `inFlight` is then its maximum. */
    readonly adaptive: boolean;
  };
  readonly circuit: {
    readonly failureRate: number;
    readonly windowMs: number;
    readonly minimumAttempts: number;
    readonly consecutiveFailures: number;
    readonly openMs: number;
    readonly openMaxMs: number;
    readonly mode: 'enforce' | 'observe';
  };
  readonly rateLimit: {
    /** 0 switches it off. */
    readonly perSecond: number;
    readonly burst: number;
    readonly mode: 'enforce' | 'observe';
  };
  readonly connections: {
    readonly max: number;
    readonly keepAliveMs: number;
    readonly http2: boolean;
  };
  readonly tls: {
    /** PEM text, already read. */
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly serverName: string | undefined;
    readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  };
  readonly network: {
    readonly addresses: 'any' | 'public';
    readonly allow: readonly string[];
    /** `auto`, or the address the outside sees. */
    readonly externalIp: string;
    /** Who tells it where that is `auto`; undefined: nobody is asked. */
    readonly externalIpUrl: string | undefined;
    readonly path: 'auto' | 'direct' | 'proxied';
  };
}

/** One value or several of which any may match. */
export type MatchValue = readonly (string | number | boolean | null)[];

/** What a route lets into the audit trail in clear. */
export interface ExcerptDefinition {
  /** Steps into a JSON body: a name, the index of a list's item, or `*` for each item. */
  readonly paths: readonly (readonly string[])[];
  /** Lower-case names of headers of request and response. */
  readonly headers: readonly string[];
}

/** One route as configured. See `configuration.md`. */
export interface RouteDefinition {
  readonly name: string;
  readonly group: string;
  readonly topics: readonly string[];
  readonly match: {
    /** By header name; compared with the header's text. */
    readonly headers: Readonly<Record<string, MatchValue>>;
    /** By dotted path into the JSON value. */
    readonly value: Readonly<Record<string, MatchValue>>;
  };
  readonly action: 'send' | 'skip';
  /** Absent only where the action is `skip`. */
  readonly upstream: string | undefined;
  readonly request: {
    readonly method: HttpMethod;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string>>;
    readonly forwardHeaders: readonly string[];
    readonly body: 'value' | 'none';
    readonly bodyBytesMax: number;
  };
  readonly nullValue: 'park' | 'skip' | 'send_empty';
  readonly success: readonly StatusPattern[];
  readonly responseBytesMax: number;
  readonly transient: readonly StatusPattern[];
  readonly idempotency: {
    readonly honoured: boolean;
    readonly header: string;
    /** `header.NAME` or `value.a.b`; derived where absent. */
    readonly from: string | undefined;
    readonly format: 'plain' | 'quoted';
  };
  readonly order: 'key' | 'partition' | 'none';
  /** What is told of bodies: their digests, or nothing. */
  readonly auditBodies: 'digest' | 'none';
  /** What the audit trail shows besides; absent where it shows nothing. */
  readonly auditExcerpt?: ExcerptDefinition | undefined;
}

/** What happens to a record whose call failed; durations in ms. */
export interface DeliveryPolicy {
  /** Calls for one record. */
  readonly triesMax: number;
  /** And at least this long since the first; only past both is it exhausted. */
  readonly retryForMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  readonly throttledMaxMs: number;
  readonly ambiguous: 'retry' | 'park';
  readonly parkGuard: ParkGuardPolicy;
}
