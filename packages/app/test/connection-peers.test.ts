import { loadConfig } from '@netscope/config';
import type { Broker } from '@netscope/ingest-kafka';
import { ManualClock } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { ConnectionPeers } from '../src/connection-peers.ts';

const SETTINGS = `
source: { kind: kafka, kafka: { brokers: ['127.0.0.1:9092'] } }
audit: { store: directory }
`;

test('a broker that only the cluster names is Kafka as soon as the cluster does', async () => {
  const { config } = loadConfig({ text: SETTINGS, env: {}, cwd: '/srv', dotenv: false });
  const told: Broker[] = [];
  const clock = new ManualClock();
  const peers = new ConnectionPeers({ config, clock, brokers: () => told });
  const kafka = { role: 'kafka', name: undefined, address: '127.0.0.1', port: 9092 };
  expect(await peers.resolve()).toEqual([kafka]);
  told.push({ host: '127.0.0.1', port: 9094 });
  expect(await peers.resolve()).toEqual([kafka, { ...kafka, port: 9094 }]);
});
