import { ConfigError, type ConfigFault } from '@netscope/domain';

import { loadConfig, type LoadedConfig } from '../src/index.ts';

type Variables = Readonly<Record<string, string>>;

/** The least that a usable file holds. */
export const MINIMAL = `
upstreams:
  partner: { origin: https://partner.example.net }
routes:
  - name: partner-send
    topics: [netscope.ingress]
    upstream: partner
    request: { path: /v1/partner/send }
`;

/** Loads a text as if it were `/srv/netscope.yaml`. */
export function load(text: string, env: Variables = {}): LoadedConfig {
  return loadConfig({ text, env, cwd: '/srv', dotenv: false });
}

/** What is wrong with a text; empty where nothing is. */
export function faultsOf(text: string, env: Variables = {}): readonly ConfigFault[] {
  return errorOf(text, env)?.faults ?? [];
}

export function errorOf(text: string, env: Variables = {}): ConfigError | undefined {
  try {
    load(text, env);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
