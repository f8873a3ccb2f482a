//! When the first and the last bytes of an answer reached this machine, by the kernel's own stamps.
//!
//! A look at the kernel after the event loop's stall tells only of the last bytes, in jiffies. A
//! thread that is not stalled peeks at what lies unread and finds the kernel's stamp of it.

mod clocks;
mod slot;
mod table;
mod watcher;

use std::io::{Read, Write};
use std::mem::offset_of;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant as StdInstant};

use libc::tcp_info;

use crate::sys::socket as sys;

pub use clocks::Instant;
pub use slot::Received;
pub use watcher::{Effort, Watcher, arm, arm_again, arrival, cookie, saw};

/// On a busy machine the kernel's worker that begins to stamp, our thread and this one wait for a
/// core in turn: tenths of a second were seen. Only where there are no stamps all of it is waited.
const PROOF_MOST: Duration = Duration::from_secs(2);
const PROOF_POLLS: u32 = 10;
const PROOF_POLL: Duration = Duration::from_millis(1);

/// A connection of our own over the loopback is stamped, so this kernel does it. Returns in a few
/// milliseconds where it does, and at once where it does not even count what it receives.
pub fn is_proven_by(watcher: &mut Watcher) -> bool {
    connected_pair().is_some_and(|(near, mut far)| {
        if !counts_received(near.as_raw_fd()) {
            return false;
        }
        let Ok(slot) = watcher.watch(near.as_raw_fd()) else { return false };
        let began = StdInstant::now();
        // The kernel begins to stamp a while after it was asked to.
        let mut sent = 0;
        let proven = loop {
            arm(slot, Received { bytes: u64::from(sent), segments: sent });
            let seen = far.write_all(b"?").is_ok() && is_seen(slot);
            let _ = (&near).read(&mut [0; 8]);
            sent += 1;
            if seen || began.elapsed() > PROOF_MOST {
                break seen;
            }
        };
        watcher.unwatch(slot);
        proven
    })
}

/// Linux before 4.1 does not, and a stamp counts only beside the number of bytes that came.
fn counts_received(fd: i32) -> bool {
    let end = offset_of!(tcp_info, tcpi_bytes_received) + size_of::<u64>();
    sys::tcp_info(fd).is_ok_and(|(_, length)| length >= end)
}

fn connected_pair() -> Option<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").ok()?;
    let near = TcpStream::connect(listener.local_addr().ok()?).ok()?;
    Some((near, listener.accept().ok()?.0))
}

fn is_seen(slot: u32) -> bool {
    (0..PROOF_POLLS).any(|_| {
        thread::sleep(PROOF_POLL);
        arrival(slot).is_some()
    })
}

#[cfg(test)]
mod tests;
