import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { BrokerControl } from './broker-control.ts';
import { freePort } from './free-port.ts';
import { kafkaClassPath } from './kafka-jars.ts';
import { waitForBroker } from './kafka-ready.ts';
import { OwnedProcess } from './owned-process.ts';
import { runCommand } from './run-command.ts';

const JVM_FLAGS = [
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Xss512k',
  '-Xms32m',
  '-Xmx256m',
  '-XX:MaxDirectMemorySize=128m',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dlog4j2.statusLoggerLevel=OFF',
];

export interface KafkaListener {
  readonly port: number;
  readonly protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';
}

/** One of several nodes that are brokers and controllers of the same cluster. */
export interface KafkaMember {
  readonly id: number;
  readonly clusterId: string;
  /** Of the controllers by node id. */
  readonly controllerPorts: ReadonlyMap<number, number>;
}

export interface KafkaBrokerOptions {
  /** Default: a cluster of its own. */
  readonly member?: KafkaMember;
  /** Partitions of a topic created without a number. Default: 1. */
  readonly partitions?: number;
  /** Listeners besides the plain one, by name, on loopback. */
  readonly listeners?: Readonly<Record<string, KafkaListener>>;
  /** Users of SCRAM, as `kafka-storage format --add-scram` takes them. */
  readonly scramUsers?: readonly string[];
  /** Further lines of server.properties; they win over the ones set here. */
  readonly extraProperties?: Readonly<Record<string, string | number>>;
}

/** One Apache Kafka node (KRaft, broker and controller in one) on loopback with its own data folder. */
export class KafkaBroker implements BrokerControl {
  readonly port: number;
  readonly #folder: string;
  readonly #classPath: string;
  #process: OwnedProcess | undefined;

  private constructor(port: number, folder: string, classPath: string) {
    this.port = port;
    this.#folder = folder;
    this.#classPath = classPath;
  }

  /** Formats a data folder and starts; resolves when it answers. @throws {Error} */
  static async start(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
    const classPath = kafkaClassPath();
    if (classPath === undefined) throw new Error('the jars of Apache Kafka were not fetched');
    const folder = await mkdtemp(path.join(tmpdir(), 'netscope-kafka-'));
    const broker = new KafkaBroker(await freePort(), folder, classPath);
    try {
      await broker.#format(options);
      await broker.restart();
      return broker;
    } catch (error) {
      await broker.stop();
      throw error;
    }
  }

  get #properties(): string {
    return path.join(this.#folder, 'server.properties');
  }

  async restart(): Promise<void> {
    if (this.#process?.end === undefined && this.#process !== undefined) return;
    const logFile = path.join(this.#folder, 'broker.out');
    const child = await OwnedProcess.start({
      program: 'java',
      args: [...JVM_FLAGS, '-cp', this.#classPath, 'kafka.Kafka', this.#properties],
      logFile,
    });
    this.#process = child;
    try {
      await waitForBroker(this.port, () => child.end === undefined);
    } catch (error) {
      const log = await readFile(logFile, 'utf8').catch(() => '');
      throw new Error(`Kafka did not start: ${log.slice(-1500)}`, { cause: error });
    }
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** SIGTERM: it gives what it leads to others before it ends. */
  async shutDown(): Promise<void> {
    await this.#process?.stop();
  }

  async pause(): Promise<void> {
    this.#process?.signal('SIGSTOP');
  }

  async unpause(): Promise<void> {
    this.#process?.signal('SIGCONT');
  }

  /** Its data goes, so there is nothing to end gracefully. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #format(options: KafkaBrokerOptions): Promise<void> {
    const logFolder = path.join(this.#folder, 'log');
    await mkdir(logFolder);
    const { member } = options;
    const controller = member?.controllerPorts.get(member.id) ?? (await freePort());
    const properties = serverProperties({ broker: this.port, controller }, logFolder, options);
    await writeFile(this.#properties, properties);
    await runCommand('java', [
      ...JVM_FLAGS,
      '-cp',
      this.#classPath,
      'kafka.tools.StorageTool',
      'format',
      ...(member === undefined ? ['--standalone'] : []),
      '-t',
      member?.clusterId ?? newClusterId(),
      '-c',
      this.#properties,
      ...(options.scramUsers ?? []).flatMap((user) => ['--add-scram', user]),
    ]);
  }
}

/** 22 characters of URL-safe base64; a leading dash would be taken for an option. */
export function newClusterId(): string {
  return randomBytes(16).toString('base64url').replaceAll('-', 'a');
}

function serverProperties(
  ports: { readonly broker: number; readonly controller: number },
  logFolder: string,
  options: KafkaBrokerOptions,
): string {
  const extra = Object.entries(options.listeners ?? {});
  const further = extra.map(([name, { port }]) => `,${name}://127.0.0.1:${port}`).join('');
  const protocols = extra.map(([name, { protocol }]) => `,${name}:${protocol}`).join('');
  const values: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': options.member?.id ?? 1,
    listeners: `PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}${further}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.broker}${further}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols}`,
    ...quorumOf(options.member, ports.controller),
    'log.dirs': logFolder,
    'num.partitions': options.partitions ?? 1,
    'auto.create.topics.enable': 'false',
    'num.network.threads': 2,
    'num.io.threads': 2,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 1,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'log.segment.bytes': 67_108_864,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.segment.bytes': 4_194_304,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.segment.bytes': 4_194_304,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // A group's first member is not made to wait for others.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // A killed broker is fenced and takes over again in 2 s, not in 9.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 300,
    ...options.extraProperties,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function quorumOf(member: KafkaMember | undefined, controller: number): Record<string, string> {
  if (member === undefined) {
    return { 'controller.quorum.bootstrap.servers': `127.0.0.1:${controller}` };
  }
  const voters = [...member.controllerPorts].map(([id, port]) => `${id}@127.0.0.1:${port}`);
  return { 'controller.quorum.voters': voters.join(',') };
}
