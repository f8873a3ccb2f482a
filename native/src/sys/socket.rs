//! Questions about one socket.

use std::io;
use std::mem::{MaybeUninit, size_of};

/// An errno of the kernel's.
pub type Errno = i32;

pub(super) fn last_errno() -> Errno {
    io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}

/// A structure of zeros, as before the kernel's answer.
pub fn zeroed_tcp_info() -> libc::tcp_info {
    // SAFETY: tcp_info is plain integers; all zeros is a value of it.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// TCP_INFO, and how many bytes of it the kernel filled. What it did not fill is zero.
pub fn tcp_info(fd: i32) -> Result<(libc::tcp_info, usize), Errno> {
    let mut info = zeroed_tcp_info();
    let mut length = size_of::<libc::tcp_info>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes, which is the size of `info`; both outlive
    // the call, and a descriptor that is none gives an errno.
    let answer = unsafe {
        libc::getsockopt(
            fd,
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut length,
        )
    };
    if answer == 0 { Ok((info, length as usize)) } else { Err(last_errno()) }
}

/// The number that the kernel gave to this socket and gives to no other one until it restarts.
pub fn socket_cookie(fd: i32) -> Result<u64, Errno> {
    let mut cookie = 0_u64;
    let mut length = size_of::<u64>() as libc::socklen_t;
    // SAFETY: the kernel writes at most 8 bytes, the size of `cookie`.
    let answer = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_COOKIE,
            (&raw mut cookie).cast(),
            &raw mut length,
        )
    };
    if answer == 0 { Ok(cookie) } else { Err(last_errno()) }
}

/// FIONREAD: bytes received and not read.
pub fn unread_bytes(fd: i32) -> Result<i32, Errno> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int, which `bytes` is.
    let answer = unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut bytes) };
    if answer == 0 { Ok(bytes) } else { Err(last_errno()) }
}
