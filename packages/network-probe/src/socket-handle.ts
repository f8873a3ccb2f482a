import type { Socket } from 'node:net';

/** Node's own handle of a socket. Its descriptor is below zero once it is closed. */
export interface Handle {
  readonly fd?: unknown;
}

/** Undefined before it is being connected, and once it is gone. */
export function handleOf(socket: Socket): Handle | undefined {
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null };
  return handle ?? undefined;
}

/** Undefined where it has none. */
export function descriptorOf(socket: Socket): number | undefined {
  const fd = handleOf(socket)?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}
