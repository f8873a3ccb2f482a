//! The functions that JavaScript calls. Nothing here decides anything.
#![allow(unsafe_code, reason = "what #[napi] expands to; no block is written here")]

use napi::bindgen_prelude::Float64ArraySlice;
use napi_derive::napi;

use crate::socket;
use crate::sys::js_memory;

/// Version of this interface; JavaScript refuses a library of another one.
pub const ABI: u32 = 1;

#[napi]
pub fn abi_version() -> u32 {
    ABI
}

/// Reads what the kernel knows of the TCP socket `fd` into `out`, by the layout in
/// `socket::layout`. Gives 0, or the errno of the call that failed; `out` is then unspecified.
#[napi]
pub fn read_socket(fd: i32, mut out: Float64ArraySlice) -> i32 {
    socket::read_into(fd, js_memory::borrow(&mut out))
}
