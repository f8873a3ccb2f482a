//! Everything that needs `unsafe`, each block with its reason. All else in the crate is safe code.
#![allow(unsafe_code, reason = "the one module where it may stand")]

#[cfg(target_os = "linux")]
pub mod epoll;
pub mod js_memory;
#[cfg(target_os = "linux")]
pub mod receive_stamps;
#[cfg(target_os = "linux")]
pub mod socket;
#[cfg(target_os = "linux")]
pub mod thread;
