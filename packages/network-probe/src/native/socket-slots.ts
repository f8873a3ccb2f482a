/** Values of one socket, in the order in which the native library writes them. */
export const SOCKET_FIELDS = [
  'cookieLow',
  'cookieHigh',
  'state',
  'rttUs',
  'rttvarUs',
  'minRttUs',
  'cwnd',
  'unacked',
  'lost',
  'retransmits',
  'deliveryRate',
  'bytesAcked',
  'bytesReceived',
  'bytesSent',
  'bytesRetransmitted',
  'busyUs',
  'rwndLimitedUs',
  'sndbufLimitedUs',
  'notsentBytes',
  'lastDataReceivedMs',
  'receiveRttUs',
  'outOfOrderPackets',
  'sendMss',
  'infoLength',
  'firstByteAtMs',
  'lastBytesAtMs',
  'stampedBytes',
] as const;

/** What one look at a socket saw, by `SLOT`; a value that this kernel does not give is NaN. */
export type SocketLook = Float64Array;

/** The kernel counts ages and busy times in jiffies: such a value may be one of them off. */
export const JIFFY_MS = 4;

/** Where each value lies in a `SocketLook`. */
export const SLOT = {
  cookieLow: 0,
  cookieHigh: 1,
  state: 2,
  rttUs: 3,
  rttvarUs: 4,
  minRttUs: 5,
  cwnd: 6,
  unacked: 7,
  lost: 8,
  retransmits: 9,
  deliveryRate: 10,
  bytesAcked: 11,
  bytesReceived: 12,
  bytesSent: 13,
  bytesRetransmitted: 14,
  busyUs: 15,
  rwndLimitedUs: 16,
  sndbufLimitedUs: 17,
  notsentBytes: 18,
  lastDataReceivedMs: 19,
  receiveRttUs: 20,
  outOfOrderPackets: 21,
  sendMss: 22,
  infoLength: 23,
  /** When the answer's first byte came, monotonic ms; only of a watched socket. */
  firstByteAtMs: 24,
  /** When the last bytes came that were there while nobody had read any ... */
  lastBytesAtMs: 25,
  /** ... and all that the connection had received by then. */
  stampedBytes: 26,
} as const satisfies Readonly<Record<(typeof SOCKET_FIELDS)[number], number>>;
