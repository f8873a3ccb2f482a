import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import {
  type Finding,
  isBreach,
  type NodeReport,
  publicKeyFiles,
  publicKeys,
  type TimeRange,
  type TrailReport,
  verifyTrail,
} from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';
import { ConfigError, NetScopeError, StorageError } from '@netscope/domain';

import { type OptionValues, textsOption } from '../../cli/command-line.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { parseInstant } from '../../edges/parse-instant.ts';
import type { AuditContext } from './audit-context.ts';
import { plainText } from './event-text.ts';
import { rangeOption } from './range-option.ts';
import { trailOfConfig, trailPlace } from './trail-of-config.ts';

/** More than these are counted and not listed: of a trail that is gone, they would not fit in memory. */
const FINDINGS_MAX = 500_000;
const PROGRESS_MS = 1000;

/** Checks a stored trail; answers 0 (sound), 1 (not sound) or 2 (could not check). */
export async function auditVerify(config: Config, context: AuditContext): Promise<number> {
  const { options, edges, output, signal } = context;
  const nowMs = edges.clock.wallMs();
  const range = rangeOption(options, { nowMs, parse: parseInstant });
  const heads = headsOf(options);
  const findings: Finding[] = [];
  const startedAtMs = edges.clock.monotonicMs();
  try {
    const keys = keysOf(config, context);
    using store = await trailOfConfig(config);
    const report = await verifyTrail(
      {
        store,
        range,
        keys,
        heads,
        nowMs,
        onFinding: (finding) => {
          if (findings.length < FINDINGS_MAX) findings.push(finding);
        },
        onProgress: progress(context),
      },
      signal,
    );
    if (report.nodes.length === 0) throw nothing(config, range);
    if (report.isSound && report.events === 0)
      output.note('netscope: there were no events to check');
    const seconds = (edges.clock.monotonicMs() - startedAtMs) / 1000;
    output.result(resultOf(report, { findings, seconds, place: trailPlace(config) }));
    return report.isSound ? EXIT.ok : EXIT.unsound;
  } catch (error) {
    if (signal.aborted) return EXIT.secondSignal;
    if (!(error instanceof NetScopeError)) throw error;
    const { code, message } = error;
    output.result({
      json: { sound: false, checked: false, error: { code, message }, findings },
      // Lines of it are ours, and names in it may be anybody's.
      text: `could not check: ${code}: ${message.split('\n').map(plainText).join('\n')}`,
    });
    return EXIT.unchecked;
  }
}

function headsOf(options: OptionValues): readonly string[] {
  return textsOption(options, 'head').map((head) => {
    if (/^[0-9a-f]{64}$/i.test(head)) return head.toLowerCase();
    throw new UsageError(
      `--head must be the SHA-256 of a digest, 64 hex digits as the log line audit.digest has them, not "${head}"`,
    );
  });
}

interface KeyFile {
  readonly file: string;
  /** Who named it. */
  readonly where: string;
}

const KEYS_EXPECTED = 'a readable file with Ed25519 public keys in PEM';

/** @throws {ConfigError} where there is none, or one cannot be used */
function keysOf(config: Config, context: AuditContext) {
  const files = keyFilesOf(config, context);
  if (files.length > 0) return files.flatMap((file) => keysIn(file));
  throw new ConfigError([
    {
      path: '',
      where: 'public keys',
      found: 'none to check with',
      expected: `--public-key FILE, audit.digest.public_key_files, or a data_dir (${config.service.dataDir}) that has keys/; a key found in the store would prove nothing`,
    },
  ]);
}

/** From the command line, else from the configuration, else from `data_dir`. */
function keyFilesOf(
  { audit, service }: Config,
  { options, cwd }: AuditContext,
): readonly KeyFile[] {
  const named = (files: readonly string[], where: string): readonly KeyFile[] =>
    files.map((file) => ({ file, where }));
  const given = textsOption(options, 'public-key').map((file) => resolve(cwd, file));
  if (given.length > 0) return named(given, '--public-key');
  const { publicKeyFiles: configured } = audit.digest;
  if (configured.length > 0) return named(configured, 'audit.digest.public_key_files');
  return named(publicKeyFiles(service.dataDir), 'service.data_dir');
}

function keysIn({ file, where }: KeyFile): ReturnType<typeof publicKeys> {
  try {
    return publicKeys(readFileSync(file, 'utf8'), file);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ path: '', where, found, expected: KEYS_EXPECTED }]);
  }
}

function progress({ edges, output }: AuditContext): (events: number) => void {
  let toldAtMs = edges.clock.monotonicMs();
  return (events) => {
    if (edges.clock.monotonicMs() - toldAtMs < PROGRESS_MS) return;
    toldAtMs = edges.clock.monotonicMs();
    output.note(`${events} events checked`);
  };
}

function nothing(config: Config, { fromMs, toMs }: TimeRange): StorageError {
  const isOpen = fromMs === undefined && toMs === undefined;
  return new StorageError(
    'STORAGE_REFUSED',
    `there is no trail in ${trailPlace(config)}: no digest, and no object below audit/v1/${isOpen ? '' : ' in the range'}`,
    { kind: 'permanent' },
  );
}

function resultOf(
  report: TrailReport,
  facts: {
    readonly findings: readonly Finding[];
    readonly seconds: number;
    readonly place: string;
  },
) {
  const { findings, seconds, place } = facts;
  const listed = findings.map((finding) => ({ ...finding, breach: isBreach(finding) }));
  return {
    json: {
      sound: report.isSound,
      checked: true,
      place,
      events: report.events,
      seconds: Number(seconds.toFixed(3)),
      findings: listed,
      findings_total: report.findings,
      nodes: report.nodes.map(wireNode),
    },
    text: [
      ...findings.map((finding) => plainText(findingText(finding))),
      ...(report.findings > findings.length
        ? [`and ${report.findings - findings.length} more findings`]
        : []),
      ...report.nodes.map((node) => plainText(nodeText(node))),
      `${report.isSound ? 'sound' : 'NOT SOUND'}: ${report.events} events in ${place}, ${seconds.toFixed(1)} s`,
    ].join('\n'),
  };
}

function findingText(finding: Finding): string {
  const { kind, place, message } = finding;
  return `${isBreach(finding) ? 'FINDING' : 'note'} ${kind}: ${place}: ${message}`;
}

function nodeText({ node, events, digests, segments, proved, unprovedEvents }: NodeReport): string {
  const counts = `${node}: ${events} events in ${segments} segments, listed by ${digests} digests`;
  if (proved === undefined) return `${counts}; nothing is proved`;
  const { timestamp, head, epoch, seq } = proved;
  const rest = unprovedEvents > 0 ? `, ${unprovedEvents} newer ones are not` : '';
  return `${counts}; proved up to ${timestamp} (epoch ${epoch}, number ${seq}, head ${head})${rest}`;
}

function wireNode({ node, events, digests, segments, proved, unprovedEvents }: NodeReport) {
  return { node, events, digests, segments, unproved_events: unprovedEvents, proved };
}
