//! The functions that JavaScript calls. Nothing here decides anything.
#![allow(unsafe_code, reason = "what #[napi] expands to; no block is written here")]

use napi::bindgen_prelude::Float64ArraySlice;
use napi_derive::napi;

use crate::socket;
use crate::sys::js_memory;

/// Version of this interface; JavaScript refuses a library of another one.
pub const ABI: u32 = 4;

#[napi]
pub fn abi_version() -> u32 {
    ABI
}

/// Names of the values that `read_socket` writes, in their order; JavaScript compares them with its own.
#[napi]
pub fn socket_fields() -> Vec<&'static str> {
    socket::layout::FIELDS.to_vec()
}

/// Bytes that the kernel received for `fd` and nobody read, or minus the errno.
#[napi]
pub fn unread_bytes(fd: i32) -> i32 {
    socket::unread_bytes(fd)
}

/// Writes the two halves of the socket's cookie, the first two values of the layout. Gives 0, or the
/// errno. A system call of its own: it is asked once an attempt, and the rest twice.
#[napi]
pub fn identify_socket(fd: i32, mut out: Float64ArraySlice) -> i32 {
    socket::identify_into(fd, js_memory::borrow(&mut out))
}

/// Reads what the kernel knows of the TCP socket `fd` into `out`, by the layout in
/// `socket::layout`, without its cookie. Gives 0, or the errno of the call that failed; `out` is then unspecified.
#[napi]
pub fn read_socket(fd: i32, mut out: Float64ArraySlice) -> i32 {
    socket::read_into(fd, js_memory::borrow(&mut out))
}
