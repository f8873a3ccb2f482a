import type { ConfigWarning } from '@netscope/config';

/** A warning in one line: its place, the key where it is about one, and what it says. */
export function warningText({ where, path, message }: ConfigWarning): string {
  return [where, path, message].filter((part) => part !== '').join(': ');
}
