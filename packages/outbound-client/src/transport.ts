import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';

/** Sends one request for a call, within its deadline, and says what came of it. */
export interface Transport {
  /** Resolves when the caller may go on; `lingering` says whether the request is still held. */
  send(call: CallState): Promise<AttemptEnd>;
  /** Connections that exist and that carry a request. */
  connections(): { readonly open: number; readonly busy: number };
  /** Ends every connection; what is under way is aborted. */
  close(): Promise<void>;
}
