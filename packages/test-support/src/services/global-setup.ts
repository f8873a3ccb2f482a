import process from 'node:process';

import { HOST_VARIABLE, ServiceHost } from './service-host.ts';

/**
 * For vitest's `globalSetup`: offers shared services to the files of a run, and ends them with it.
 * A run inside another run (`scripts/test.ts`) uses the outer one's.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[HOST_VARIABLE] !== undefined) return undefined;
  const host = await ServiceHost.listen();
  process.env[HOST_VARIABLE] = host.url;
  return async () => {
    delete process.env[HOST_VARIABLE];
    await host[Symbol.asyncDispose]();
  };
}
