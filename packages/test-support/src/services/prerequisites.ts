import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { canInstallPackages, installPackages } from './debian-packages.ts';
import { fetchKafkaJars, kafkaClassPath } from './kafka-jars.ts';

/** What tests need from outside the workspace. */
export type ServiceKind = 'kafka' | 'rgw' | 'chromium';

/** What can be found on this machine and brought to it. */
export interface Machine {
  has(program: string): boolean;
  readonly canInstall: boolean;
  /** @throws {Error} with the installer's own words. */
  install(packages: readonly string[]): Promise<void>;
  readonly hasKafkaJars: boolean;
  /** @throws {Error} with Maven's own words. */
  fetchKafkaJars(): Promise<void>;
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
  return ensureKafka(machine);
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
