import { describe, expect, it } from 'vitest';

import { ensurePrerequisites, type Machine } from '../../src/services/prerequisites.ts';

class FakeMachine implements Machine {
  readonly installed: string[] = [];
  readonly #programs: Set<string>;
  readonly canInstall: boolean;
  hasKafkaJars = false;
  installError: Error | undefined;
  hasVersity = false;
  fetchError: Error | undefined;
  buildError: Error | undefined;

  constructor(programs: readonly string[], canInstall: boolean) {
    this.#programs = new Set(programs);
    this.canInstall = canInstall;
  }

  has(program: string): boolean {
    return this.#programs.has(program);
  }

  async install(packages: readonly string[]): Promise<void> {
    if (this.installError !== undefined) throw this.installError;
    this.installed.push(...packages);
  }

  async fetchKafkaJars(): Promise<void> {
    if (this.fetchError !== undefined) throw this.fetchError;
    this.hasKafkaJars = true;
  }

  async buildVersity(): Promise<void> {
    if (this.buildError !== undefined) throw this.buildError;
    this.hasVersity = true;
  }
}

describe('the prerequisites of real services', () => {
  it('are fulfilled where every program is there', async () => {
    const machine = new FakeMachine(['/usr/bin/chromium'], false);
    expect(await ensurePrerequisites('chromium', machine)).toBeUndefined();
  });

  it('are named in one sentence where nothing may be installed', async () => {
    expect(await ensurePrerequisites('kafka', new FakeMachine([], false))).toBe(
      'Apache Kafka is missing: install java (on Debian, as root: apt-get install default-jre-headless).',
    );
  });

  it('are also what makes a network of its own', async () => {
    const machine = new FakeMachine(['ip', 'tc'], true);
    expect(await ensurePrerequisites('networks', machine)).toBeUndefined();
    expect(machine.installed).toEqual(['iproute2', 'nftables']);
  });

  it('are installed where they may be', async () => {
    const machine = new FakeMachine([], true);
    expect(await ensurePrerequisites('rgw', machine)).toBeUndefined();
    expect(machine.installed).toEqual([
      'ceph-mon',
      'ceph-mgr',
      'ceph-osd',
      'radosgw',
      'ceph-common',
    ]);
  });

  it('are still missing, with the reason, when the installation fails', async () => {
    const machine = new FakeMachine([], true);
    machine.installError = new Error('no network');
    expect(await ensurePrerequisites('chromium', machine)).toMatch(
      /^Chromium is missing and could not be installed \(no network\): install/u,
    );
  });

  it('build the S3 server where there is Go, and name Go where there is none', async () => {
    const machine = new FakeMachine(['go'], false);
    expect(await ensurePrerequisites('versitygw', machine)).toBeUndefined();
    expect(machine.hasVersity).toBe(true);
    expect(await ensurePrerequisites('versitygw', new FakeMachine([], true))).toBe(
      'The S3 server versitygw is missing: install Go 1.25 or later, which builds it.',
    );
    const offline = new FakeMachine(['go'], true);
    offline.buildError = new Error('no network');
    expect(await ensurePrerequisites('versitygw', offline)).toBe(
      'The S3 server versitygw is missing: Go could not build it (no network).',
    );
  });

  it('include the jars of Kafka, and Maven only as long as those are missing', async () => {
    const machine = new FakeMachine(['java', 'mvn'], false);
    expect(await ensurePrerequisites('kafka', machine)).toBeUndefined();
    expect(machine.hasKafkaJars).toBe(true);
    const withJars = new FakeMachine(['java'], false);
    withJars.hasKafkaJars = true;
    expect(await ensurePrerequisites('kafka', withJars)).toBeUndefined();
  });

  it('are missing when the jars cannot be fetched', async () => {
    const machine = new FakeMachine(['java', 'mvn'], false);
    machine.fetchError = new Error('no route to host');
    expect(await ensurePrerequisites('kafka', machine)).toContain('no route to host');
  });
});
