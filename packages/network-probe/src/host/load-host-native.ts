import process from 'node:process';

import { loadNative } from '../native/load-native.ts';
import type { HostNative, HostNativeLoad } from './host-native.ts';

/** The native library's view of the host, or why there is none. Never throws. */
export function loadHostNative(): HostNativeLoad {
  const load = loadNative();
  if (load.library === undefined) return { kind: 'missing', reason: load.reason };
  const { HostProbe } = load.library;
  if (HostProbe === undefined) {
    return { kind: 'missing', reason: `the native probe does not look at ${process.platform}` };
  }
  return { kind: 'loaded', native: new HostProbe() };
}

/** A view of the host for whoever asks by themselves; undefined where there is no library. */
export function createHostNative(): HostNative | undefined {
  const load = loadHostNative();
  return load.kind === 'loaded' ? load.native : undefined;
}
