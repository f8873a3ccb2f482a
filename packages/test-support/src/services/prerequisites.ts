import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { canInstallPackages, installPackages } from './debian-packages.ts';
import { fetchKafkaJars, kafkaClassPath } from './kafka-jars.ts';

/** What tests need from outside the workspace. */
export type ServiceKind = 'kafka' | 'rgw' | 'chromium';

interface Prerequisite {
  /** Programs that must be on the path. */
  readonly programs: readonly string[];
  /** Debian's packages that bring them. */
  readonly packages: readonly string[];
}

const CHROMIUM = '/usr/bin/chromium';

const CEPH: Prerequisite = {
  programs: ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph', 'monmaptool'],
  packages: ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw', 'ceph-common'],
};

const BROWSER: Prerequisite = {
  programs: [CHROMIUM],
  packages: ['chromium', 'fonts-dejavu-core'],
};

const JAVA: Prerequisite = { programs: ['java'], packages: ['default-jre-headless'] };
const MAVEN: Prerequisite = { programs: ['mvn'], packages: ['maven'] };

/**
 * Sees to it that a service can be started here: finds what it needs, or installs it where it may.
 * Answers one sentence that says what to install when it is not there and could not be brought.
 */
export async function ensurePrerequisites(kind: ServiceKind): Promise<string | undefined> {
  if (kind === 'rgw') return ensurePrograms('Ceph RGW', CEPH);
  if (kind === 'chromium') return ensurePrograms('Chromium', BROWSER);
  return ensureKafka();
}

/** Maven is only needed until the jars are in the cache. */
async function ensureKafka(): Promise<string | undefined> {
  const java = await ensurePrograms('Apache Kafka', JAVA);
  if (java !== undefined || kafkaClassPath() !== undefined) return java;
  const maven = await ensurePrograms('Apache Kafka', MAVEN);
  if (maven !== undefined) return maven;
  try {
    await fetchKafkaJars();
    return undefined;
  } catch (error) {
    return `Apache Kafka is missing: its jars could not be fetched with Maven (${reasonOf(error)}).`;
  }
}

async function ensurePrograms(
  name: string,
  { programs, packages }: Prerequisite,
): Promise<string | undefined> {
  const absent = programs.filter((program) => !isOnPath(program));
  if (absent.length === 0) return undefined;
  const remedy = `install ${packages.join(', ')} (on Debian: apt-get install ${packages.join(' ')})`;
  if (!canInstallPackages()) return `${name} is missing (${absent.join(', ')}): ${remedy}.`;
  try {
    await installPackages(packages);
    return undefined;
  } catch (error) {
    return `${name} is missing and could not be installed (${reasonOf(error)}): ${remedy}.`;
  }
}

function isOnPath(program: string): boolean {
  if (path.isAbsolute(program)) return existsSync(program);
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return [...folders, '/usr/bin', '/usr/sbin'].some((folder) =>
    existsSync(path.join(folder, program)),
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
