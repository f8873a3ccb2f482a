import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { canInstallPackages, installPackages } from './debian-packages.ts';
import { fetchKafkaJars, kafkaClassPath } from './kafka-jars.ts';
import { buildVersity, versityBinary } from './versity-binary.ts';

/** What tests need from outside the workspace. */
export type ServiceKind = 'kafka' | 'rgw' | 'chromium' | 'versitygw' | 'networks';

/** What can be found on this machine and brought to it. */
export interface Machine {
  has(program: string): boolean;
  readonly canInstall: boolean;
  /** @throws {Error} with the installer's own words. */
  install(packages: readonly string[]): Promise<void>;
  readonly hasKafkaJars: boolean;
  /** @throws {Error} with Maven's own words. */
  fetchKafkaJars(): Promise<void>;
  readonly hasVersity: boolean;
  /** @throws {Error} with Go's own words. */
  buildVersity(): Promise<void>;
}

interface Need {
  /** Programs that must be on the path. */
  readonly programs: readonly string[];
  /** Debian's packages that bring them. */
  readonly packages: readonly string[];
}

const CEPH: Need = {
  programs: ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph', 'monmaptool'],
  packages: ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw', 'ceph-common'],
};

const CHROMIUM: Need = {
  programs: ['/usr/bin/chromium'],
  packages: ['chromium', 'fonts-dejavu-core'],
};

/** Networks of one's own, with links, rates and rules. */
const NETWORKS: Need = {
  programs: ['ip', 'tc', 'nft'],
  packages: ['iproute2', 'nftables'],
};

const JAVA: Need = { programs: ['java'], packages: ['default-jre-headless'] };
const MAVEN: Need = { programs: ['mvn'], packages: ['maven'] };

/**
 * Sees to it that a service can be started here: finds what it needs, or installs it where it may.
 * Answers one sentence that says what to install when it is not there and could not be brought.
 */
export async function ensurePrerequisites(
  kind: ServiceKind,
  machine: Machine = thisMachine(),
): Promise<string | undefined> {
  if (kind === 'rgw') return ensure('Ceph RGW', CEPH, machine);
  if (kind === 'chromium') return ensure('Chromium', CHROMIUM, machine);
  if (kind === 'networks') return ensure('A network of the tests', NETWORKS, machine);
  if (kind === 'versitygw') return ensureVersity(machine);
  return ensureKafka(machine);
}

/** Go is not installed by us: what Debian has may be older than the server needs. */
async function ensureVersity(machine: Machine): Promise<string | undefined> {
  if (machine.hasVersity) return undefined;
  if (!machine.has('go')) {
    return 'The S3 server versitygw is missing: install Go 1.25 or later, which builds it.';
  }
  try {
    await machine.buildVersity();
    return undefined;
  } catch (error) {
    return `The S3 server versitygw is missing: Go could not build it (${reasonOf(error)}).`;
  }
}

/** Maven is only needed until the jars are in the cache. */
async function ensureKafka(machine: Machine): Promise<string | undefined> {
  const java = await ensure('Apache Kafka', JAVA, machine);
  if (java !== undefined || machine.hasKafkaJars) return java;
  const maven = await ensure('Apache Kafka', MAVEN, machine);
  if (maven !== undefined) return maven;
  try {
    await machine.fetchKafkaJars();
    return undefined;
  } catch (error) {
    return `Apache Kafka is missing: its jars could not be fetched with Maven (${reasonOf(error)}).`;
  }
}

async function ensure(name: string, need: Need, machine: Machine): Promise<string | undefined> {
  const absent = need.programs.filter((program) => !machine.has(program));
  if (absent.length === 0) return undefined;
  const packages = need.packages.join(' ');
  const remedy = `install ${absent.join(', ')} (on Debian, as root: apt-get install ${packages})`;
  if (!machine.canInstall) return `${name} is missing: ${remedy}.`;
  try {
    await machine.install(need.packages);
    return undefined;
  } catch (error) {
    return `${name} is missing and could not be installed (${reasonOf(error)}): ${remedy}.`;
  }
}

function thisMachine(): Machine {
  return {
    has: isOnPath,
    canInstall: canInstallPackages(),
    install: installPackages,
    hasKafkaJars: kafkaClassPath() !== undefined,
    fetchKafkaJars,
    hasVersity: versityBinary() !== undefined,
    buildVersity,
  };
}

function isOnPath(program: string): boolean {
  if (path.isAbsolute(program)) return existsSync(program);
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, program)));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
