import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { waitUntil } from '../wait-until.ts';
import { cephConf } from './ceph-conf.ts';
import { freePort } from './free-port.ts';
import { OwnedProcess } from './owned-process.ts';
import type { RgwAddress, RgwControl } from './rgw-control.ts';
import { runCommand } from './run-command.ts';

/** The four daemons: program and arguments that name the instance. */
const DAEMONS = {
  mon: ['ceph-mon', '-i', 'a'],
  mgr: ['ceph-mgr', '-i', 'x'],
  osd: ['ceph-osd', '-i', '0'],
  rgw: ['radosgw', '-n', 'client.rgw'],
} as const;

type DaemonName = keyof typeof DAEMONS;

/** Who is in the keyring, and what each may do. */
const CAPABILITIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'client.admin': { mon: 'allow *', osd: 'allow *', mgr: 'allow *', mds: 'allow *' },
  'client.rgw': { mon: 'allow *', osd: 'allow *', mgr: 'allow *' },
  'mgr.x': { mon: 'allow profile mgr', osd: 'allow *', mds: 'allow *' },
  'osd.0': { mon: 'allow profile osd', mgr: 'allow profile osd', osd: 'allow *' },
};

/** A one-node Ceph (monitor, manager, one BlueStore OSD on a sparse file, radosgw) on loopback. */
export class CephCluster implements RgwControl {
  readonly address: RgwAddress;
  readonly #folder: string;
  readonly #daemons = new Map<DaemonName, OwnedProcess>();

  private constructor(folder: string, rgwPort: number) {
    this.#folder = folder;
    this.address = {
      endpoint: `http://127.0.0.1:${rgwPort}`,
      accessKeyId: 'NETSCOPETEST',
      secretAccessKey: randomBytes(20).toString('hex'),
    };
  }

  /** Creates a cluster and its S3 user; 7 to 20 s. @throws {Error} */
  static async start(): Promise<CephCluster> {
    const folder = await mkdtemp(path.join(tmpdir(), 'netscope-ceph-'));
    const rgwPort = await freePort();
    const cluster = new CephCluster(folder, rgwPort);
    try {
      await cluster.#create(rgwPort);
      return cluster;
    } catch (error) {
      const words = await cluster.#lastWords();
      await cluster.stop();
      throw new Error(`Ceph did not start: ${words}`, { cause: error });
    }
  }

  async startRgw(): Promise<void> {
    await this.#startDaemon('rgw');
    await waitUntil(async () => (await fetch(this.address.endpoint)).ok, {
      what: 'radosgw to answer',
      timeoutMs: 90_000,
    });
  }

  async stopRgw(): Promise<void> {
    await this.#daemons.get('rgw')?.stop();
  }

  async killRgw(): Promise<void> {
    await this.#daemons.get('rgw')?.kill();
  }

  async freezeRgw(): Promise<void> {
    this.#daemons.get('rgw')?.signal('SIGSTOP');
  }

  async thawRgw(): Promise<void> {
    this.#daemons.get('rgw')?.signal('SIGCONT');
  }

  async pause(): Promise<void> {
    await this.#ceph('osd', 'set', 'pause');
  }

  async unpause(): Promise<void> {
    await this.#ceph('osd', 'unset', 'pause');
  }

  /** Its data goes, so there is nothing to end gracefully. */
  async admin(args: readonly string[]): Promise<string> {
    return this.#run('radosgw-admin', ...args);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#daemons.values()].map(async (daemon) => daemon.kill()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #create(rgwPort: number): Promise<void> {
    for (const name of ['mon', 'osd', 'mgr', 'rgw', 'run', 'log']) {
      await mkdir(this.#path(name));
    }
    const fsid = randomUUID();
    const [monPort, monLegacyPort] = [await freePort(), await freePort()];
    const facts = { folder: this.#folder, fsid, monPort, monLegacyPort, rgwPort };
    await writeFile(this.#path('ceph.conf'), cephConf(facts));
    await this.#createKeyring();
    await this.#createMonitor(fsid, `[v2:127.0.0.1:${monPort},v1:127.0.0.1:${monLegacyPort}]`);
    await this.#startDaemon('mon');
    await this.#ceph('auth', 'import', '-i', this.#path('keyring'));
    await this.#startDaemon('mgr');
    await this.#createOsd();
    await this.startRgw();
    await this.#createUser();
  }

  async #createKeyring(): Promise<void> {
    const keyring = this.#path('keyring');
    const monitor = ['--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon'];
    await runCommand('ceph-authtool', [...monitor, 'allow *']);
    for (const [name, capabilities] of Object.entries(CAPABILITIES)) {
      const caps = Object.entries(capabilities).flatMap(([what, may]) => ['--cap', what, may]);
      await runCommand('ceph-authtool', [keyring, '--gen-key', '-n', name, ...caps]);
    }
  }

  async #createMonitor(fsid: string, addresses: string): Promise<void> {
    const map = this.#path('monmap');
    await runCommand('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', addresses, map]);
    const keyring = this.#path('keyring');
    await this.#run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring);
  }

  async #createOsd(): Promise<void> {
    const uuid = randomUUID();
    await this.#ceph('osd', 'new', uuid, '0');
    await this.#run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', uuid);
    await this.#ceph('osd', 'crush', 'add', 'osd.0', '1.0', 'root=default', 'host=localhost');
    await this.#startDaemon('osd');
    // `ceph osd stat` lies for a while after a killed OSD, so the daemon itself is asked.
    const socket = this.#path('run', 'osd.0.asok');
    await waitUntil(
      async () => (await this.#ceph('daemon', socket, 'status')).includes('"state": "active"'),
      { what: 'the OSD to be active', timeoutMs: 90_000, everyMs: 200 },
    );
  }

  async #createUser(): Promise<void> {
    const { accessKeyId, secretAccessKey } = this.address;
    const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
    const user = ['--uid=netscope', '--display-name=netscope'];
    await this.#run('radosgw-admin', 'user', 'create', ...user, ...keys);
  }

  /** In the foreground, so that it is this process's child. */
  async #startDaemon(name: DaemonName): Promise<void> {
    const running = this.#daemons.get(name);
    if (running !== undefined && running.end === undefined) return;
    const [program, ...instance] = DAEMONS[name];
    const daemon = await OwnedProcess.start({
      program,
      args: [...instance, '-f', '-c', this.#path('ceph.conf')],
      logFile: this.#path('log', `${name}.out`),
      env: this.#env,
    });
    this.#daemons.set(name, daemon);
  }

  async #ceph(...args: readonly string[]): Promise<string> {
    return this.#run('ceph', ...args);
  }

  async #run(program: string, ...args: readonly string[]): Promise<string> {
    const conf = ['-c', this.#path('ceph.conf')];
    return runCommand(program, [...conf, ...args], { env: this.#env, timeoutMs: 120_000 });
  }

  get #env(): Record<string, string> {
    return { CEPH_CONF: this.#path('ceph.conf') };
  }

  #path(...parts: readonly string[]): string {
    return path.join(this.#folder, ...parts);
  }

  async #lastWords(): Promise<string> {
    const names = Object.keys(DAEMONS).map((name) => this.#path('log', `${name}.out`));
    const texts = await Promise.all(
      names.map(async (name) => readFile(name, 'utf8').catch(() => '')),
    );
    return texts.map((text) => text.slice(-500)).join('\n');
  }
}
