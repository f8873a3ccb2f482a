import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** As kafkajs has it. */
const KEEP_ALIVE_DELAY_MS = 60_000;

interface SocketQuestion {
  readonly host: string;
  readonly port: number;
  /** None where no TLS is spoken. */
  readonly ssl: ConnectionOptions | null | undefined;
  readonly onConnect: () => void;
}

export interface SeedBrokers {
  readonly brokers: string[];
  readonly socketFactory?: (question: SocketQuestion) => Socket;
}

const IPV6 = /^\[(?<address>[^\]]+)\]:(?<port>\d+)$/u;

/**
 * The brokers to start from, for a client that takes `host:port` apart at its first colon: an IPv6
 * address goes under a name without one, by which its sockets know it again.
 */
export function seedBrokers(brokers: readonly string[]): SeedBrokers {
  const addressByName = new Map<string, string>();
  const names = brokers.map((broker) => {
    const { address, port } = IPV6.exec(broker)?.groups ?? {};
    if (address === undefined) return broker;
    const name = `${address.replaceAll(':', '-')}.ipv6`;
    addressByName.set(name, address);
    return `${name}:${port}`;
  });
  if (addressByName.size === 0) return { brokers: names };
  return {
    brokers: names,
    socketFactory: (question) =>
      open({ ...question, host: addressByName.get(question.host) ?? question.host }),
  };
}

function open({ host, port, ssl, onConnect }: SocketQuestion): Socket {
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket =
    ssl === null || ssl === undefined
      ? connect({ host, port }, onConnect)
      : connectTls({ host, port, ...name, ...ssl }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
}
