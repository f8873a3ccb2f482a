import { randomUUID } from 'node:crypto';

import type { KafkaSettings } from '@netscope/ingest-kafka';
import { freePort, isMissing, RealKafka } from '@netscope/test-support/services';
import kafkajs, { type AclEntry, type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const USER = { username: 'netscope', password: 'open sesame' } as const;
const PLAIN_MODULE = 'org.apache.kafka.common.security.plain.PlainLoginModule';
/** A refusal is told at once; a start that only waits takes the whole budget. */
const BUDGET_MS = 15_000;

type Right = readonly [
  kind: 'TOPIC' | 'GROUP',
  name: string,
  operation: 'READ' | 'WRITE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS',
];

describe.skipIf(await isMissing('kafka'))('A principal on a cluster with ACLs', () => {
  let kafka: RealKafka;
  let admin: Admin;
  let port: number;
  let topic: string;
  let settings: KafkaSettings;
  let all: readonly Right[];

  beforeAll(async () => {
    port = await freePort();
    kafka = await RealKafka.start({
      listeners: { ASKING: { port, protocol: 'SASL_PLAINTEXT' } },
      extraProperties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // Whoever comes by the plain listener: the broker itself, and the tests.
        'super.users': 'User:ANONYMOUS',
        'listener.name.asking.sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.asking.plain.sasl.jaas.config': `${PLAIN_MODULE} required user_${USER.username}="${USER.password}";`,
      },
    });
    admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  });

  afterAll(async () => {
    await admin.disconnect();
    await kafka[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    topic = `guarded-${randomUUID()}`;
    const letterTopic = `${topic}.parked`;
    await kafka.createTopic(topic);
    await kafka.createTopic(letterTopic);
    await kafka.produce(topic, [{ value: 'told' }]);
    settings = {
      ...settingsFor(kafka, { deadLetterTopic: letterTopic, createTopics: false }),
      brokers: [`127.0.0.1:${port}`],
      sasl: { mechanism: 'plain', ...USER },
      startBudgetMs: BUDGET_MS,
    };
    all = [
      ['TOPIC', topic, 'READ'],
      ['TOPIC', topic, 'DESCRIBE_CONFIGS'],
      ['TOPIC', letterTopic, 'WRITE'],
      ['TOPIC', letterTopic, 'DESCRIBE_CONFIGS'],
      ['GROUP', settings.groupId, 'READ'],
    ];
  });

  async function allow(rights: readonly Right[]): Promise<void> {
    const acl = rights.map(([kind, name, operation]): AclEntry => ({
      principal: `User:${USER.username}`,
      host: '*',
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
      resourceType: AclResourceTypes[kind],
      resourceName: name,
      resourcePatternType: ResourcePatternTypes.LITERAL,
    }));
    await admin.createAcls({ acl });
  }

  /** All rights but those that end so. */
  const without = (kind: string, operation: string, name: string): readonly Right[] =>
    all.filter((right) => right.join(' ') !== `${kind} ${name} ${operation}`);

  /** How a start ends that cannot succeed. */
  async function refusal(): Promise<unknown> {
    return startSource(settings, [topic]).ended.catch((error: unknown) => error);
  }

  it('reads with the rights that it needs, and is warned of nothing', async () => {
    await allow(all);
    const running = startSource(settings, [topic]);
    await running.consumer.until(1);
    await running.stop();
    expect(running.log.count('kafka.sizes_not_compared')).toBe(0);
  });

  it('reads where it may not see how topics are configured, and is told so once', async () => {
    await allow(all.filter(([, , operation]) => operation !== 'DESCRIBE_CONFIGS'));
    const running = startSource(settings, [topic]);
    await running.consumer.until(1);
    await running.stop();
    expect(running.log.count('kafka.sizes_not_compared')).toBe(1);
  });

  it('is refused at the start where it may not write dead letters, and nothing is written to find out', async () => {
    const letterTopic = settings.deadLetterTopic;
    await allow([...without('TOPIC', 'WRITE', letterTopic), ['TOPIC', letterTopic, 'DESCRIBE']]);
    expect(await refusal()).toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: `our principal may not write to the dead letter topic ${letterTopic}: it needs the ACL WRITE on that topic`,
    });
    expect(await kafka.endOffsets(letterTopic)).toEqual(new Map([[0, 0]]));
  });

  it('is refused at once where it may not even see the dead letter topic', async () => {
    const letterTopic = settings.deadLetterTopic;
    await allow(all.filter(([, name]) => name !== letterTopic));
    expect(await refusal()).toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: expect.stringContaining(letterTopic),
    });
  });

  it('is refused at once where it may not read a topic', async () => {
    await allow([...without('TOPIC', 'READ', topic), ['TOPIC', topic, 'DESCRIBE']]);
    expect(await refusal()).toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: `our principal may not read the topic ${topic}: it needs the ACL READ on that topic`,
    });
  });

  it.each([[], ['DESCRIBE' as const]])(
    'is refused at once where it may not be in the group (%s)',
    async (...operations) => {
      const rights = operations.map((each): Right => ['GROUP', settings.groupId, each]);
      await allow([...all.filter(([kind]) => kind !== 'GROUP'), ...rights]);
      expect(await refusal()).toMatchObject({
        code: 'SOURCE_MISCONFIGURED',
        message: expect.stringContaining('needs the ACL to read source.kafka.group_id'),
      });
    },
  );
});
