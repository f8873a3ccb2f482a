import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { KafkaSasl, KafkaSettings, KafkaTls } from '@netscope/ingest-kafka';
import { freePort, isMissing, RealKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { TestAuthority } from './certificates.ts';
import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

const USER = { username: 'netscope', password: 'open sesame' } as const;
const PLAIN_MODULE = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const SCRAM_MODULE = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const OAUTH_MODULE = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule';
/** A refusal is told at once; a start that only waits takes the whole budget. */
const BUDGET_MS = 15_000;

describe.skipIf(await isMissing('kafka'))('Brokers that ask who we are', () => {
  let kafka: RealKafka;
  let folder: string;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let tokens: Server;
  let ports: { readonly sasl: number; readonly mutual: number; readonly oauth: number };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'netscope-certificates-'));
    authority = await TestAuthority.create(folder, 'authority');
    stranger = await TestAuthority.create(folder, 'stranger');
    ports = { sasl: await freePort(), mutual: await freePort(), oauth: await freePort() };
    tokens = createServer((_request, response) => {
      response.end(JSON.stringify({ access_token: unsignedToken(), token_type: 'bearer' }));
    }).listen(0, '127.0.0.1');
    await once(tokens, 'listening');
    kafka = await RealKafka.start({
      listeners: {
        SECRET: { port: ports.sasl, protocol: 'SASL_SSL' },
        MUTUAL: { port: ports.mutual, protocol: 'SSL' },
        OAUTH: { port: ports.oauth, protocol: 'SASL_PLAINTEXT' },
      },
      scramUsers: [256, 512].map(
        (bits) => `SCRAM-SHA-${bits}=[name=${USER.username},password=${USER.password}]`,
      ),
      extraProperties: await securityProperties(),
    });
  });

  afterAll(async () => {
    await kafka[Symbol.asyncDispose]();
    tokens.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function securityProperties(): Promise<Record<string, string>> {
    const { cert, key } = await authority.issue('broker');
    const keyStore = path.join(folder, 'broker-store.pem');
    await writeFile(keyStore, key + cert);
    const stores = (listener: string): Record<string, string> => ({
      [`listener.name.${listener}.ssl.keystore.type`]: 'PEM',
      [`listener.name.${listener}.ssl.keystore.location`]: keyStore,
      [`listener.name.${listener}.ssl.truststore.type`]: 'PEM',
      [`listener.name.${listener}.ssl.truststore.location`]: authority.caFile,
    });
    const { username, password } = USER;
    return {
      ...stores('secret'),
      ...stores('mutual'),
      'listener.name.mutual.ssl.client.auth': 'required',
      'listener.name.secret.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.secret.plain.sasl.jaas.config': `${PLAIN_MODULE} required user_${username}="${password}";`,
      'listener.name.secret.scram-sha-256.sasl.jaas.config': `${SCRAM_MODULE} required;`,
      'listener.name.secret.scram-sha-512.sasl.jaas.config': `${SCRAM_MODULE} required;`,
      'listener.name.oauth.sasl.enabled.mechanisms': 'OAUTHBEARER',
      'listener.name.oauth.oauthbearer.sasl.jaas.config': `${OAUTH_MODULE} required unsecuredLoginStringClaim_sub="broker";`,
    };
  }

  interface Way {
    readonly port: number;
    readonly tls?: KafkaTls;
    readonly sasl?: KafkaSasl;
  }

  function settings({ port, tls, sasl }: Way): KafkaSettings {
    const brokers = [`127.0.0.1:${port}`];
    return { ...settingsFor(kafka), brokers, tls, sasl, startBudgetMs: BUDGET_MS };
  }

  async function trusting(ca: TestAuthority, own?: KafkaTls): Promise<KafkaTls> {
    return { cert: own?.cert, key: own?.key, serverName: undefined, ca: await ca.ca() };
  }

  async function reads(way: Way): Promise<unknown> {
    const topic = `secured-${randomUUID()}`;
    await kafka.createTopic(topic);
    await kafka.produce(topic, [{ value: 'told' }]);
    const running = startSource(settings(way), [topic]);
    const [handed] = await running.consumer.until(1);
    await running.stop();
    return Buffer.from(handed?.record.value ?? []).toString();
  }

  /** How a start ends that cannot succeed. */
  async function refusal(way: Way): Promise<unknown> {
    const topic = `refused-${randomUUID()}`;
    await kafka.createTopic(topic);
    return startSource(settings(way), [topic]).ended.catch((error: unknown) => error);
  }

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'are answered by %s over TLS',
    async (mechanism) => {
      const tls = await trusting(authority);
      expect(await reads({ port: ports.sasl, tls, sasl: { mechanism, ...USER } })).toBe('told');
    },
  );

  it.each(['plain', 'scram-sha-512'] as const)(
    'refuse a wrong password for %s, which ends the start at once',
    async (mechanism) => {
      const tls = await trusting(authority);
      const sasl = { mechanism, ...USER, password: 'wrong' };
      expect(await refusal({ port: ports.sasl, tls, sasl })).toMatchObject({
        code: 'SOURCE_MISCONFIGURED',
        message: expect.stringMatching(/authentication failed/iu),
      });
    },
  );

  it('are answered by a certificate of ours', async () => {
    const own = await authority.issue('netscope');
    const tls = await trusting(authority, { ...own, ca: undefined, serverName: undefined });
    expect(await reads({ port: ports.mutual, tls })).toBe('told');
  });

  it('refuse us without a certificate where they ask for one, and the error tells', async () => {
    const tls = await trusting(authority);
    expect(await refusal({ port: ports.mutual, tls })).toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: expect.stringMatching(/source\.kafka\.tls\.cert_file/u),
    });
  });

  it('whose certificate an unknown authority signed end the start at once', async () => {
    const tls = await trusting(stranger);
    const sasl = { mechanism: 'plain', ...USER } as const;
    expect(await refusal({ port: ports.sasl, tls, sasl })).toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: expect.stringMatching(/source\.kafka\.tls\.ca_file/u),
    });
  });

  it('are answered by a token of an OAuth endpoint', async () => {
    const address = tokens.address();
    const sasl = {
      mechanism: 'oauthbearer',
      tokenUrl: `http://127.0.0.1:${portOf(address)}/token`,
      clientId: 'netscope',
      clientSecret: 'secret',
      scope: undefined,
    } as const;
    expect(await reads({ port: ports.oauth, sasl })).toBe('told');
  });
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** As Kafka's own validator for tests takes it: a JWT with no signature. */
function unsignedToken(): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const part = (content: object): string =>
    Buffer.from(JSON.stringify(content)).toString('base64url');
  const claims = { sub: 'netscope', iat: nowSeconds, exp: nowSeconds + 3600 };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}
