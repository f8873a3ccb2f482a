//! getsockopt(TCP_INFO) and SO_COOKIE.

use std::mem::offset_of;

use libc::tcp_info;

use super::layout::FIELDS;
use crate::sys::socket as sys;

const NOT_AN_ARRAY_OF_OURS: i32 = libc::EINVAL;

/// Fills `out`. A value that the kernel's (older, shorter) answer does not reach is NaN.
pub fn read_into(fd: i32, out: &mut [f64]) -> i32 {
    read_info_into(fd, out).err().unwrap_or(0)
}

/// As `read_into`; gives what was read too, zero where it is not reached.
pub fn read_info_into(fd: i32, out: &mut [f64]) -> Result<tcp_info, i32> {
    let Some(out) = out.first_chunk_mut::<{ FIELDS.len() }>() else {
        return Err(NOT_AN_ARRAY_OF_OURS);
    };
    let (info, length) = sys::tcp_info(fd)?;
    put(&info, length, out);
    Ok(info)
}

/// Fills the first two values of `out`.
pub fn identify_into(fd: i32, out: &mut [f64]) -> i32 {
    let Some(out) = out.first_chunk_mut::<2>() else {
        return NOT_AN_ARRAY_OF_OURS;
    };
    match sys::socket_cookie(fd) {
        Ok(cookie) => {
            out[0] = f64::from(cookie as u32);
            out[1] = f64::from((cookie >> 32) as u32);
            0
        }
        Err(errno) => errno,
    }
}

/// This descriptor is the socket of that cookie.
pub fn is_socket(fd: i32, cookie: u64) -> bool {
    sys::socket_cookie(fd) == Ok(cookie)
}

/// Bytes in the receive queue that nobody read yet, or minus errno.
pub fn unread_bytes(fd: i32) -> i32 {
    match sys::unread_bytes(fd) {
        Ok(bytes) => bytes,
        Err(errno) => -errno,
    }
}

/// The value of a field when the answer reached its end.
macro_rules! field {
    ($info:expr, $length:expr, $name:ident) => {{
        let value = $info.$name;
        if offset_of!(tcp_info, $name) + size_of_val(&value) <= $length {
            value as f64
        } else {
            f64::NAN
        }
    }};
}

fn put(info: &tcp_info, length: usize, out: &mut [f64; FIELDS.len()]) {
    out[2] = field!(info, length, tcpi_state);
    out[3] = field!(info, length, tcpi_rtt);
    out[4] = field!(info, length, tcpi_rttvar);
    out[5] = min_rtt(field!(info, length, tcpi_min_rtt));
    out[6] = field!(info, length, tcpi_snd_cwnd);
    out[7] = field!(info, length, tcpi_unacked);
    out[8] = field!(info, length, tcpi_lost);
    out[9] = field!(info, length, tcpi_total_retrans);
    out[10] = field!(info, length, tcpi_delivery_rate);
    out[11] = field!(info, length, tcpi_bytes_acked);
    out[12] = field!(info, length, tcpi_bytes_received);
    out[13] = field!(info, length, tcpi_bytes_sent);
    out[14] = field!(info, length, tcpi_bytes_retrans);
    out[15] = field!(info, length, tcpi_busy_time);
    out[16] = field!(info, length, tcpi_rwnd_limited);
    out[17] = field!(info, length, tcpi_sndbuf_limited);
    out[18] = field!(info, length, tcpi_notsent_bytes);
    out[19] = field!(info, length, tcpi_last_data_recv);
    out[20] = field!(info, length, tcpi_rcv_rtt);
    out[21] = field!(info, length, tcpi_rcv_ooopack);
    out[22] = field!(info, length, tcpi_snd_mss);
    out[23] = length as f64;
    out[24..].fill(f64::NAN);
}

/// The kernel says "no sample yet" with the largest number.
fn min_rtt(us: f64) -> f64 {
    if us == f64::from(u32::MAX) { f64::NAN } else { us }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn a_short_answer_of_an_old_kernel_leaves_what_it_lacks_absent() {
        let info = sys::zeroed_tcp_info();
        let mut out = [0.0; FIELDS.len()];
        put(&info, offset_of!(tcp_info, tcpi_min_rtt), &mut out);
        assert_eq!(out[3], 0.0);
        assert!(out[5].is_nan() && out[13].is_nan());
        // Up to half of a field: as good as none of it.
        put(&info, offset_of!(tcp_info, tcpi_busy_time) + 4, &mut out);
        assert!(out[15].is_nan() && out[14].is_nan());
        put(&info, size_of::<tcp_info>(), &mut out);
        assert!(out[2..24].iter().all(|value| !value.is_nan()));
        assert!(out[24..].iter().all(|value| value.is_nan()), "nobody watched it");
    }

    #[test]
    fn a_descriptor_that_is_no_tcp_socket_gives_its_errno() {
        let mut out = [0.0; FIELDS.len()];
        assert_eq!(read_into(-1, &mut out), libc::EBADF);
        assert_eq!(read_into(2_000_000_000, &mut out), libc::EBADF);
        let file = std::fs::File::open("/dev/null").expect("/dev/null opens");
        let fd = file.as_raw_fd();
        assert_eq!(read_into(fd, &mut out), libc::ENOTSOCK);
        let datagram = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port is free");
        let fd = datagram.as_raw_fd();
        assert_eq!(read_into(fd, &mut out), libc::EOPNOTSUPP);
    }

    #[test]
    fn an_array_that_is_too_short_is_refused() {
        assert_eq!(read_into(0, &mut [0.0; 3]), libc::EINVAL);
    }

    #[test]
    fn a_connection_of_the_loopback_has_its_facts() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let client =
            std::net::TcpStream::connect(server.local_addr().expect("bound")).expect("it listens");
        let mut out = [f64::NAN; FIELDS.len()];
        assert_eq!(read_into(client.as_raw_fd(), &mut out), 0);
        assert_eq!(out[2], 1.0, "established");
        assert_eq!(identify_into(client.as_raw_fd(), &mut out), 0);
        assert!(out[0] + out[1] > 0.0, "a cookie");
        assert_eq!(identify_into(-1, &mut out), libc::EBADF);
        assert!(out[3] > 0.0 && out[6] > 0.0, "rtt and cwnd");
    }

    #[test]
    fn bytes_that_nobody_read_are_counted() {
        use std::io::Write;
        let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let client =
            std::net::TcpStream::connect(server.local_addr().expect("bound")).expect("it listens");
        assert_eq!(unread_bytes(client.as_raw_fd()), 0);
        let (mut peer, _) = server.accept().expect("connected");
        peer.write_all(b"twelve bytes").expect("written");
        while unread_bytes(client.as_raw_fd()) == 0 {
            std::thread::yield_now();
        }
        assert_eq!(unread_bytes(client.as_raw_fd()), 12);
        assert_eq!(unread_bytes(-1), -libc::EBADF);
    }
}
