//! Where each value lies in the array that JavaScript shares. An absent value is NaN, never 0.

/// Slot of each value, in this order. Times in microseconds.
pub const FIELDS: [&str; 24] = [
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
];
