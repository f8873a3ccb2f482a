/** Where an RGW answers and who may use it. */
export interface RgwAddress {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What can be done to a Ceph cluster. Port and data stay the same throughout. */
export interface RgwControl {
  /** Ends radosgw: connections are refused. The cluster lives on. */
  stopRgw(): Promise<void>;
  /** SIGKILL to radosgw. For up to 30 s the next one waits for it where buckets are made. */
  killRgw(): Promise<void>;
  /** Starts radosgw where it does not run; resolves when it answers. */
  startRgw(): Promise<void>;
  /** SIGSTOP to radosgw: connections stay open and nobody answers. */
  freezeRgw(): Promise<void>;
  /** SIGCONT to radosgw. */
  thawRgw(): Promise<void>;
  /** The store takes no read and no write (`ceph osd set pause`): requests hang. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Runs `radosgw-admin`; resolves with what it prints. */
  admin(args: readonly string[]): Promise<string>;
  /** Ends the cluster and removes its data. */
  stop(): Promise<void>;
}
