//! Where each value lies in the array that JavaScript shares. An absent value is NaN, never 0.

/// Slot of each value, in this order. Times in microseconds.
pub const FIELDS: [&str; 27] = [
    "cookieLow",
    "cookieHigh",
    "state",
    "rttUs",
    "rttvarUs",
    "minRttUs",
    "cwnd",
    "unacked",
    "lost",
    "retransmits",
    "deliveryRate",
    "bytesAcked",
    "bytesReceived",
    "bytesSent",
    "bytesRetransmitted",
    "busyUs",
    "rwndLimitedUs",
    "sndbufLimitedUs",
    "notsentBytes",
    "lastDataReceivedMs",
    "receiveRttUs",
    "outOfOrderPackets",
    "sendMss",
    "infoLength",
    "firstByteAtMs",
    "lastBytesAtMs",
    "stampedBytes",
];

/// What only a `SocketWatcher` fills in: when the first byte of an answer came, ms of
/// CLOCK_MONOTONIC, and the last that had come while all of it lay unread ...
pub const FIRST_BYTE_AT: usize = 24;
pub const LAST_BYTES_AT: usize = 25;
/// ... with all that the connection had received by then.
pub const STAMPED_BYTES: usize = 26;
