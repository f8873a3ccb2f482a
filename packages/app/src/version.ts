import manifest from '../package.json' with { type: 'json' };

/** Of this NetScope. */
export const VERSION: string = manifest.version;
