/**
 * The one platform type the domain may name. The domain compiles with `types: []`, so `node:*`,
 * `process`, `fetch`, timers and the like do not exist here.
 */
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
