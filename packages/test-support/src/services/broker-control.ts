/** What can be done to a broker's process. Port and data stay the same throughout. */
export interface BrokerControl {
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on its data where it does not run; resolves when it answers. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nobody answers. */
  pause(): Promise<void>;
  /** SIGCONT. */
  unpause(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}
