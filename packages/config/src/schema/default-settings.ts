import { type Settings, settingsSchema } from './settings-schema.ts';

/** Every key at its default; those of an upstream or route stand under `0`. */
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({
  upstreams: { '0': { origin: 'http://localhost' } },
  routes: [{ name: '0', topics: ['0'] }],
});
