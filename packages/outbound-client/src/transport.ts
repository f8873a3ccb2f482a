import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';

/** Hears what an attempt came to. */
export type AttemptListener = (call: CallState, end: AttemptEnd) => void;

/** Sends one request for a call, within its deadline, and says what came of it. */
export interface Transport {
  /**
   * The listener hears once, when the caller may go on; `lingering` says whether the request is
   * still held. It must not throw.
   */
  send(call: CallState, listener: AttemptListener): void;
  /** Connections that exist and that carry a request. */
  connections(): { readonly open: number; readonly busy: number };
  /** Ends every connection; what is under way is aborted. */
  close(): Promise<void>;
}
