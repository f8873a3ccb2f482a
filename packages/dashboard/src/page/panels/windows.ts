import type { WindowName } from '@netscope/api-server/contract';

/** The windows that the API offers; a type error here means that the contract has changed. */
export const WINDOWS: readonly { readonly value: WindowName; readonly text: string }[] = [
  { value: '1m', text: '1 min' },
  { value: '5m', text: '5 min' },
  { value: '15m', text: '15 min' },
];
