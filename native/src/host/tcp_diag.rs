//! The kernel's own table of TCP sockets, over netlink (`sock_diag`): no file of `/proc` is walked.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::sys::socket::sockopt::ReceiveTimeout;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, setsockopt, socket,
};
use nix::sys::time::TimeVal;

use super::sample::{Connection, TcpStates};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// The older question, which walks the table once for both families.
const TCPDIAG_GETSOCK: u16 = 18;
const OLD_REQUEST_BYTES: usize = HEADER_BYTES + 60;
const REQUEST_AND_DUMP: u16 = 0x301;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const HEADER_BYTES: usize = 16;
const REQUEST_BYTES: usize = HEADER_BYTES + 56;
const SOCKET_BYTES: usize = 72;
const TCP: u8 = 6;
/// Both at once, by the older question.
const ANY_FAMILY: u8 = 0;
const IPV4: u8 = 2;
const IPV6: u8 = 10;
const INFO: u16 = 2;
const WANTS_INFO: u8 = 1 << (INFO - 1);
const EVERY_STATE: u32 = 0xfff;
const ANSWER_BYTES: usize = 256 * 1024;
/// The kernel answers at once; a socket that stays silent must not hold the thread.
const SILENCE_SECONDS: i64 = 1;

/// One netlink socket, kept open.
pub struct TcpDiag {
    socket: OwnedFd,
    buffer: Vec<u8>,
    sequence: u32,
}

impl TcpDiag {
    /// `None` where the kernel, or a filter of system calls, does not allow it.
    pub fn open() -> Option<Self> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Datagram,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkSockDiag,
        )
        .ok()?;
        setsockopt(&socket, ReceiveTimeout, &TimeVal::new(SILENCE_SECONDS, 0)).ok()?;
        Some(Self { socket, buffer: vec![0; ANSWER_BYTES], sequence: 0 })
    }

    /// How many sockets are in each state, of the whole network namespace.
    pub fn states(&mut self) -> Option<TcpStates> {
        let counts = self.counts(&[ANY_FAMILY]).or_else(|| self.counts(&[IPV4, IPV6]))?;
        Some(states_of(&counts))
    }

    fn counts(&mut self, families: &[u8]) -> Option<[u32; 16]> {
        let mut counts = [0_u32; 16];
        for family in families {
            self.dump(*family, 0, &mut |socket| {
                let state = socket.get(1).map(|state| usize::from(*state));
                if let Some(count) = state.and_then(|state| counts.get_mut(state)) {
                    *count += 1;
                }
            })?;
        }
        Some(counts)
    }

    /// The sockets whose inodes are given, `most` at most.
    pub fn connections(&mut self, inodes: &HashSet<u64>, most: usize) -> Option<Vec<Connection>> {
        let mut found = Vec::new();
        for family in [IPV4, IPV6] {
            self.dump(family, WANTS_INFO, &mut |socket| {
                let inode = u32_at(socket, 68).map(u64::from);
                if found.len() < most && inode.is_some_and(|inode| inodes.contains(&inode)) {
                    found.extend(connection_of(socket));
                }
            })?;
        }
        Some(found)
    }

    /// Calls `each` with every answer's body; `None` where the kernel refused.
    fn dump(&mut self, family: u8, extensions: u8, each: &mut dyn FnMut(&[u8])) -> Option<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence;
        let request = request_of(family, extensions, sequence);
        send(self.socket.as_raw_fd(), &request, MsgFlags::empty()).ok()?;
        loop {
            let read = recv(self.socket.as_raw_fd(), &mut self.buffer, MsgFlags::empty()).ok()?;
            if read == 0 {
                return None;
            }
            if let Some(end) = walk(&self.buffer[..read], sequence, each) {
                return end.then_some(());
            }
        }
    }
}

/// `Some(true)` at the end of the answers, `Some(false)` for a refusal.
fn walk(answers: &[u8], sequence: u32, each: &mut dyn FnMut(&[u8])) -> Option<bool> {
    let mut rest = answers;
    while let (Some(length), Some(kind)) = (u32_at(rest, 0), u16_at(rest, 4)) {
        let length = length as usize;
        if length < HEADER_BYTES || length > rest.len() {
            return Some(false);
        }
        // What is left of a dump that was given up belongs to nobody.
        if u32_at(rest, 8) == Some(sequence) {
            match kind {
                NLMSG_DONE => return Some(true),
                NLMSG_ERROR => return Some(false),
                _ => each(&rest[HEADER_BYTES..length]),
            }
        }
        rest = rest.get(aligned(length)..).unwrap_or_default();
    }
    None
}

fn request_of(family: u8, extensions: u8, sequence: u32) -> Vec<u8> {
    let is_old = family == ANY_FAMILY;
    let bytes = if is_old { OLD_REQUEST_BYTES } else { REQUEST_BYTES };
    let kind = if is_old { TCPDIAG_GETSOCK } else { SOCK_DIAG_BY_FAMILY };
    let mut request = vec![0; bytes];
    #[allow(clippy::cast_possible_truncation)]
    request[0..4].copy_from_slice(&(bytes as u32).to_ne_bytes());
    request[4..6].copy_from_slice(&kind.to_ne_bytes());
    request[6..8].copy_from_slice(&REQUEST_AND_DUMP.to_ne_bytes());
    request[8..12].copy_from_slice(&sequence.to_ne_bytes());
    request[16] = family;
    if is_old {
        request[19] = extensions;
        request[68..72].copy_from_slice(&EVERY_STATE.to_ne_bytes());
    } else {
        request[17] = TCP;
        request[18] = extensions;
        request[20..24].copy_from_slice(&EVERY_STATE.to_ne_bytes());
    }
    request
}

/// By the numbers of the kernel; a request socket (12) is counted as received.
fn states_of(counts: &[u32; 16]) -> TcpStates {
    TcpStates {
        established: counts[1],
        syn_sent: counts[2],
        syn_recv: counts[3] + counts[12],
        fin_wait1: counts[4],
        fin_wait2: counts[5],
        time_wait: counts[6],
        close: counts[7],
        close_wait: counts[8],
        last_ack: counts[9],
        listen: counts[10],
        closing: counts[11],
    }
}

const STATE_NAMES: [&str; 13] = [
    "unknown",
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
    "syn_recv",
];

fn connection_of(socket: &[u8]) -> Option<Connection> {
    let family = *socket.first()?;
    let state = usize::from(*socket.get(1)?);
    let cookie = u64::from(u32_at(socket, 44)?) | (u64::from(u32_at(socket, 48)?) << 32);
    let mut connection = Connection {
        state: STATE_NAMES.get(state).copied().unwrap_or("unknown"),
        local_port: port_at(socket, 4)?,
        remote_port: port_at(socket, 6)?,
        local_address: address_at(socket, 8, family)?,
        remote_address: address_at(socket, 24, family)?,
        cookie: cookie.to_string(),
        receive_queue: u32_at(socket, 56)?,
        send_queue: u32_at(socket, 60)?,
        ..Connection::default()
    };
    if let Some(info) = attribute(socket.get(SOCKET_BYTES..)?, INFO) {
        add_info(&mut connection, info);
    }
    Some(connection)
}

fn attribute(attributes: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut rest = attributes;
    loop {
        let length = usize::from(u16_at(rest, 0)?);
        let value = rest.get(4..length)?;
        if u16_at(rest, 2)? == wanted {
            return Some(value);
        }
        rest = rest.get(aligned(length)..)?;
    }
}

/// `struct tcp_info`, as far as this kernel fills it: a field past its end is absent. A listener
/// has none of these.
fn add_info(connection: &mut Connection, info: &[u8]) {
    if connection.state == "listen" {
        return;
    }
    let ms = |at: usize| u32_at(info, at).map(|us| f64::from(us) / 1000.0);
    connection.lost = u32_at(info, 32);
    connection.last_data_received_ms = u32_at(info, 52);
    connection.rtt_ms = ms(68).filter(|rtt| *rtt > 0.0);
    connection.rttvar_ms = ms(72).filter(|_| connection.rtt_ms.is_some());
    connection.cwnd = u32_at(info, 80);
    connection.retransmits_total = u32_at(info, 100);
    connection.bytes_acked = u64_at(info, 120);
    connection.bytes_received = u64_at(info, 128);
    // All ones until there was a sample.
    connection.min_rtt_ms =
        u32_at(info, 148).filter(|us| *us != u32::MAX && *us != 0).map(|us| f64::from(us) / 1000.0);
    connection.delivery_rate_bytes_per_second = u64_at(info, 160);
}

fn aligned(length: usize) -> usize {
    (length + 3) & !3
}

fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes_at(bytes, at).map(u16::from_ne_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes_at(bytes, at).map(u32::from_ne_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes_at(bytes, at).map(u64::from_ne_bytes)
}

fn port_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes_at(bytes, at).map(u16::from_be_bytes)
}

/// An IPv4 address that came over an IPv6 socket is told as what it is.
fn address_at(bytes: &[u8], at: usize, family: u8) -> Option<String> {
    let address = if family == IPV4 {
        IpAddr::V4(Ipv4Addr::from(bytes_at::<4>(bytes, at)?))
    } else {
        IpAddr::V6(Ipv6Addr::from(bytes_at::<16>(bytes, at)?)).to_canonical()
    };
    Some(address.to_string())
}
