/** What the network probe can tell on this platform; nothing else is claimed. */
export interface ProbeCapabilities {
  readonly phases: boolean;
  readonly addresses: boolean;
  readonly tlsFacts: boolean;
  /** TCP_INFO and its like; only the native probe has them. */
  readonly socketFacts: boolean;
  /** First-byte times from the kernel. */
  readonly receiveStamps: boolean;
  /** Whether a timeout is checked against the socket's receive queue. */
  readonly kernelTimeoutCheck: boolean;
  /** CPU, memory, disks and the like of the host. */
  readonly host: boolean;
}
