//! What the kernel knows, for Node: socket facts of a call, receive stamps, host and process.
//!
//! `exports` is all that JavaScript sees. `sys` holds all that needs `unsafe`; everything above it
//! is safe code. Linux stands in files of its own, so that another system is another file.
// A test binary registers nothing with Node, so nothing in it calls what is exported.
#![cfg_attr(test, allow(dead_code))]

mod exports;
#[cfg(target_os = "linux")]
mod host;
#[cfg(target_os = "linux")]
mod host_exports;
mod socket;
#[cfg(target_os = "linux")]
mod stamp_exports;
#[cfg(target_os = "linux")]
mod stamps;
mod sys;
