//! When the kernel received the bytes that lie unread in a TCP socket.

use std::mem::{size_of, size_of_val, zeroed};
use std::ptr::null_mut;

use super::socket::{Errno, last_errno};

/// What a peek saw, of one instant.
#[derive(Clone, Copy, Debug)]
pub struct Peek {
    /// Wall clock, ns since the epoch: when the last of the bytes asked for came in.
    pub received_ns: Option<i64>,
    /// Bytes in the receive queue, and one more for the peer's end.
    pub unread: Option<i32>,
}

/// Has the kernel stamp what this socket receives, and say at each peek how much lies unread.
/// Sending is not stamped: those stamps would wake whoever polls the socket until they are read.
pub fn enable(fd: i32) -> Result<(), Errno> {
    let stamps = libc::SOF_TIMESTAMPING_RX_SOFTWARE | libc::SOF_TIMESTAMPING_SOFTWARE;
    set(fd, libc::SOL_SOCKET, libc::SO_TIMESTAMPING, stamps as libc::c_int)?;
    set(fd, libc::IPPROTO_TCP, libc::TCP_INQ, 1)
}

/// As `enable`, for a socket of any protocol, which is asked for nothing.
pub fn enable_stamps_alone(fd: i32) -> Result<(), Errno> {
    let stamps = libc::SOF_TIMESTAMPING_RX_SOFTWARE | libc::SOF_TIMESTAMPING_SOFTWARE;
    set(fd, libc::SOL_SOCKET, libc::SO_TIMESTAMPING, stamps as libc::c_int)
}

fn set(fd: i32, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> Result<(), Errno> {
    // SAFETY: the kernel reads the 4 bytes of `value`.
    let answer = unsafe {
        libc::setsockopt(
            fd,
            level,
            name,
            (&raw const value).cast(),
            size_of_val(&value) as libc::socklen_t,
        )
    };
    if answer == 0 { Ok(()) } else { Err(last_errno()) }
}

/// Room for both answers, aligned as control messages have to be.
type Control = [u64; 16];

/// Looks at the first `bytes` unread bytes without taking or copying any. Never waits.
pub fn peek(fd: i32, bytes: usize) -> Result<Peek, Errno> {
    let mut control: Control = [0; 16];
    // A null address: TCP copies nothing with MSG_TRUNC, and whatever else had come to this
    // descriptor would be told EFAULT instead of writing anywhere.
    let mut vector = libc::iovec { iov_base: null_mut(), iov_len: bytes };
    // SAFETY: msghdr is integers and pointers; all zeros is a value of it.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_iov = &raw mut vector;
    message.msg_iovlen = 1;
    message.msg_control = (&raw mut control).cast();
    message.msg_controllen = size_of::<Control>() as _;
    let flags = libc::MSG_PEEK | libc::MSG_TRUNC | libc::MSG_DONTWAIT;
    // SAFETY: the kernel writes into `message` and up to `msg_controllen` bytes of `control`, which
    // both outlive the call; the vector's null address is refused where anything would be copied.
    let answer = unsafe { libc::recvmsg(fd, &raw mut message, flags) };
    if answer < 0 {
        return Err(last_errno());
    }
    Ok(read_control(&message))
}

#[allow(clippy::unnecessary_cast, reason = "musl's lengths are of another width")]
fn read_control(message: &libc::msghdr) -> Peek {
    let mut peek = Peek { received_ns: None, unread: None };
    // SAFETY: `message` is as the kernel left it, with the length of what it wrote, and its control
    // buffer is alive; the macros stay within that length. Payloads are read unaligned, each with
    // the type that its level and kind tell, and only where the kernel's length covers it.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while let Some(found) = header.as_ref() {
            let room = (found.cmsg_len as usize).saturating_sub(libc::CMSG_LEN(0) as usize);
            let payload = libc::CMSG_DATA(header);
            match (found.cmsg_level, found.cmsg_type) {
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPING)
                    if room >= size_of::<libc::timespec>() =>
                {
                    peek.received_ns =
                        nanoseconds(payload.cast::<libc::timespec>().read_unaligned());
                }
                (libc::IPPROTO_TCP, libc::TCP_CM_INQ) if room >= size_of::<i32>() => {
                    peek.unread = Some(payload.cast::<i32>().read_unaligned());
                }
                _ => {}
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    peek
}

/// The first of the three is the software's stamp; zero is none.
fn nanoseconds(at: libc::timespec) -> Option<i64> {
    let ns = at.tv_sec * 1_000_000_000 + at.tv_nsec;
    (ns != 0).then_some(ns)
}
