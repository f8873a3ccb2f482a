import type { BrokerControl } from './broker-control.ts';
import { freePort } from './free-port.ts';
import { KafkaBroker, newClusterId } from './kafka-broker.ts';
import { RealKafka } from './real-kafka.ts';

const NODES = [1, 2, 3];

/** Three replicas of everything, two of which must have a write: one broker may be away. */
const REPLICATED = {
  'offsets.topic.replication.factor': 3,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
  'min.insync.replicas': 2,
  // Who leads changes when a test says so.
  'auto.leader.rebalance.enable': 'false',
};

/** Three brokers in one cluster, each broker and controller in one, each with its own data. */
export class RealKafkaCluster implements AsyncDisposable {
  /** What a test does with Kafka as a whole; its process control is of all three. */
  readonly kafka: RealKafka;
  readonly #brokers: ReadonlyMap<number, KafkaBroker>;

  private constructor(brokers: ReadonlyMap<number, KafkaBroker>) {
    this.#brokers = brokers;
    const ports = [...brokers.values()].map(({ port }) => port);
    this.kafka = new RealKafka(ports[0] ?? 0, controlOf([...brokers.values()]), {
      ports,
      replicas: brokers.size,
    });
  }

  /** Some 10 s and 900 MB. @throws {Error} */
  static async start(): Promise<RealKafkaCluster> {
    const clusterId = newClusterId();
    const controllerPorts = new Map<number, number>();
    for (const id of NODES) controllerPorts.set(id, await freePort());
    // None answers before two of them are there.
    const starting = NODES.map(async (id) =>
      KafkaBroker.start({
        member: { id, clusterId, controllerPorts },
        extraProperties: REPLICATED,
      }),
    );
    const started = await Promise.allSettled(starting);
    const brokers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = started.find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      await controlOf(brokers).stop();
      throw new Error('a broker of the cluster did not start', { cause: failed.reason });
    }
    return new RealKafkaCluster(new Map(NODES.map((id, index) => [id, at(brokers, index)])));
  }

  /** One of its brokers, by its node id. */
  broker(id: number): KafkaBroker {
    const broker = this.#brokers.get(id);
    if (broker === undefined) throw new Error(`no broker ${id}`);
    return broker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kafka[Symbol.asyncDispose]();
  }
}

function at(brokers: readonly KafkaBroker[], index: number): KafkaBroker {
  const broker = brokers[index];
  if (broker === undefined) throw new Error('a broker is missing');
  return broker;
}

function controlOf(brokers: readonly KafkaBroker[]): BrokerControl {
  const all =
    (action: (broker: KafkaBroker) => Promise<void>): (() => Promise<void>) =>
    async () =>
      void (await Promise.all(brokers.map(action)));
  return {
    kill: all(async (broker) => broker.kill()),
    restart: all(async (broker) => broker.restart()),
    pause: all(async (broker) => broker.pause()),
    unpause: all(async (broker) => broker.unpause()),
    stop: all(async (broker) => broker.stop()),
  };
}
