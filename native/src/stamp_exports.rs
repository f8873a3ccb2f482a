//! What JavaScript sees of `stamps`.
#![allow(unsafe_code, reason = "what #[napi] expands to; no block is written here")]

use napi::bindgen_prelude::Float64ArraySlice;
use napi::{Error, Result};
use napi_derive::napi;

use crate::socket;
use crate::stamps::{self, Effort, Instant, Received, Watcher, is_proven_by};
use crate::sys::js_memory;

const NS_PER_MS: f64 = 1e6;

/// Watches TCP sockets for the first bytes of answers, on a thread that ends with this object, by
/// `close`, by the collector or with the environment.
#[napi]
pub struct SocketWatcher {
    watcher: Option<Watcher>,
}

#[napi]
impl SocketWatcher {
    /// Starts the thread and tries it on a connection of its own. Throws where this kernel does not
    /// stamp, after some 2 seconds at most.
    #[napi(constructor)]
    pub fn new() -> Result<Self> {
        let refused = |errno: i32| Error::from_reason(format!("the kernel refused, errno {errno}"));
        let mut watcher = Watcher::start().map_err(refused)?;
        if !is_proven_by(&mut watcher) {
            return Err(Error::from_reason("a connection over the loopback had no receive stamp"));
        }
        Ok(Self { watcher: Some(watcher) })
    }

    /// The clock that stamps are told by, ms: CLOCK_MONOTONIC.
    #[napi]
    pub fn now_ms(&self) -> f64 {
        Instant::now().monotonic_ns as f64 / NS_PER_MS
    }

    /// Watches a socket that has just been connected. Gives its slot, or minus the errno.
    #[napi]
    pub fn watch(&mut self, fd: i32) -> i32 {
        let watched = self.watcher.as_mut().map_or(Err(libc::EBADF), |watcher| watcher.watch(fd));
        watched.map_or_else(|errno| -errno, |slot| slot as i32)
    }

    /// Gives a slot back, once, before the socket is closed or after. Returns the errno that the
    /// thread took away from the socket's owner, 0 for none.
    #[napi]
    pub fn unwatch(&mut self, slot: u32) -> i32 {
        self.watcher.as_mut().map_or(0, |watcher| watcher.unwatch(slot))
    }

    /// How often the thread woke so far, and how often it looked at a socket.
    #[napi]
    pub fn effort(&self) -> Vec<f64> {
        self.watcher.as_ref().map_or_else(Vec::new, |watcher| {
            let Effort { wakes, looks } = watcher.effort();
            vec![wakes as f64, looks as f64]
        })
    }

    /// Ends the thread; waits a millisecond for it at most. Nothing is seen from then on.
    #[napi]
    pub fn close(&mut self) {
        self.watcher = None;
    }
}

/// As `readSocket`, and looks out from now on for the first byte that comes. `slot` is that of the
/// socket. A function and no method: a method's call costs more than all else here but the system's.
#[napi]
pub fn arm_socket(fd: i32, slot: u32, mut out: Float64ArraySlice) -> i32 {
    match socket::read_info_into(fd, js_memory::borrow(&mut out)) {
        Ok(info) => {
            stamps::arm(slot, Received::by(&info));
            0
        }
        Err(errno) => errno,
    }
}

/// As `armSocket`, past what the latest look at the socket of this slot saw: no system call.
#[napi]
pub fn arm_socket_again(slot: u32) {
    stamps::arm_again(slot);
}

/// As `readSocket`, with what was seen since `armSocket`. ESTALE where the descriptor has become
/// another socket's.
#[napi]
pub fn look_at_socket(fd: i32, slot: u32, mut out: Float64ArraySlice) -> i32 {
    let is_it = || stamps::cookie(slot).is_some_and(|cookie| socket::is_socket(fd, cookie));
    look(fd, slot, js_memory::borrow(&mut out), is_it)
}

/// As `lookAtSocket`, for who knows that the descriptor is still open: no other socket can have its
/// number then, and one system call is all.
#[napi]
pub fn look_at_held_socket(fd: i32, slot: u32, mut out: Float64ArraySlice) -> i32 {
    look(fd, slot, js_memory::borrow(&mut out), || true)
}

fn look(fd: i32, slot: u32, out: &mut [f64], is_it: impl FnOnce() -> bool) -> i32 {
    let info = match socket::read_info_into(fd, out) {
        Ok(info) => info,
        Err(errno) => return errno,
    };
    if !is_it() {
        return libc::ESTALE;
    }
    stamps::saw(slot, Received::by(&info));
    if let Some(arrival) = stamps::arrival(slot) {
        out[socket::layout::FIRST_BYTE_AT] = arrival.first_ns as f64 / NS_PER_MS;
        if let Some(last) = arrival.last {
            out[socket::layout::LAST_BYTES_AT] = last.at_ns as f64 / NS_PER_MS;
            out[socket::layout::STAMPED_BYTES] = last.received as f64;
        }
    }
    0
}
