import process from 'node:process';

import type { Party } from '@netscope/domain';

/** One scripted way for a call to be slow. */
export interface LabCase {
  readonly name: string;
  /** Who is to be named; any of them is right. */
  readonly expected: readonly Party[];
  readonly target: string;
  readonly calls: number;
  readonly port?: 'http' | 'slowTls';
  /** Instead of an address, so that there is a lookup. */
  readonly host?: string;
  readonly uploadBytes?: number;
  readonly connections?: number;
  readonly path?: 'auto' | 'direct' | 'proxied';
  /** A proxy beside the client that a rule of its kernel leads connections to, ahead of the link. */
  readonly detour?: 'redirect' | 'connect';
  /** A call that was over sooner did not go the way it was meant to. */
  readonly leastMs?: number;
  /** What goes on in the client meanwhile. */
  readonly disturbance?: 'loop' | 'pool' | 'queue';
  /** What the packets go through; without it, loopback. */
  readonly link?: LabLinkSettings;
}

/** A link between two namespaces. */
export interface LabLinkSettings {
  /** One way, ms. */
  readonly delayMs?: number;
  /** Share of the packets that are dropped. */
  readonly loss?: number;
  /** Rate of the client's way out, by `tc tbf`, bits a second. */
  readonly upBps?: number;
  /** Rate of the way back. */
  readonly downBps?: number;
  /** The server is on no link of the client's. */
  readonly isRouted?: boolean;
}

/** The table of docs/reference/verdicts.md is of 200. */
const CALLS = Number(process.env['NETSCOPE_VERDICT_CALLS'] ?? 60);
/** Each of them takes a tenth of a second. */
const CALLS_BY_DETOUR = Number(process.env['NETSCOPE_VERDICT_CALLS'] ?? 30);

/** Every case of the table in `docs/reference/verdicts.md`. */
export const LAB_CASES: readonly LabCase[] = [
  { name: 'slow handler', expected: ['upstream'], target: '/slow?ms=80', calls: CALLS },
  { name: 'slow body', expected: ['upstream'], target: '/trickle?ms=8', calls: CALLS },
  {
    name: 'slow-reading peer on a large upload',
    expected: ['upstream'],
    target: '/sip',
    uploadBytes: 4_000_000,
    calls: CALLS,
  },
  {
    name: 'slow TLS handshake',
    expected: ['upstream'],
    target: '/?close',
    port: 'slowTls',
    calls: CALLS,
  },
  {
    name: 'blocked event loop',
    expected: ['local'],
    target: '/slow?ms=2',
    calls: CALLS,
    disturbance: 'loop',
  },
  {
    name: 'busy thread pool during DNS',
    expected: ['local'],
    target: '/?close',
    host: 'localhost',
    calls: CALLS,
    disturbance: 'pool',
  },
  {
    name: 'queue for a connection',
    expected: ['local'],
    target: '/slow?ms=20',
    port: 'slowTls',
    connections: 1,
    calls: CALLS,
    disturbance: 'queue',
  },
  {
    name: 'added latency',
    expected: ['network'],
    target: '/',
    calls: CALLS,
    link: { delayMs: 40 },
  },
  {
    name: 'lost packets',
    expected: ['network'],
    target: '/',
    calls: CALLS,
    link: { delayMs: 30, loss: 0.05 },
  },
  {
    name: 'narrow link on an upload',
    expected: ['network'],
    target: '/',
    uploadBytes: 200_000,
    calls: CALLS,
    link: { upBps: 16_000_000 },
  },
  {
    name: 'narrow link on a download',
    // Nothing on the receiving side tells it from a server that sends slowly.
    expected: ['upstream'],
    target: '/?bytes=200000',
    calls: CALLS,
    link: { downBps: 16_000_000 },
  },
  {
    name: 'slow upstream behind a proxy',
    expected: ['upstream_or_beyond'],
    target: '/slow?ms=80',
    path: 'proxied',
    calls: CALLS,
  },
  ...detours('redirect', 'behind a redirect rule'),
  ...detours('connect', 'behind a CONNECT tunnel'),
];

/** Slow links that only the proxy sees: whose the time is cannot be told, and nobody may be named. */
function detours(detour: 'redirect' | 'connect', behind: string): readonly LabCase[] {
  const every = { expected: ['upstream_or_beyond'], detour, calls: CALLS_BY_DETOUR } as const;
  return [
    {
      ...every,
      name: `added latency ${behind}`,
      target: '/',
      leastMs: 80,
      link: { delayMs: 40, isRouted: true },
    },
    {
      ...every,
      name: `narrow upload ${behind}`,
      target: '/',
      uploadBytes: 200_000,
      leastMs: 80,
      link: { upBps: 16_000_000, isRouted: true },
    },
    {
      ...every,
      name: `narrow download ${behind}`,
      target: '/?bytes=200000',
      leastMs: 80,
      link: { downBps: 16_000_000, isRouted: true },
    },
  ];
}
