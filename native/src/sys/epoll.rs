//! epoll, for descriptors that are somebody else's.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::null_mut;

use super::socket::{Errno, last_errno};

/// What is waited for, or came.
pub const READABLE: u32 = libc::EPOLLIN as u32;
/// Only what is new is told.
pub const EDGE: u32 = libc::EPOLLET as u32;
/// The connection broke, or is over both ways.
pub const BROKEN: u32 = (libc::EPOLLERR | libc::EPOLLHUP) as u32;

/// One event: the number that its descriptor was added with, and what came.
#[derive(Clone, Copy)]
pub struct Event {
    pub token: u64,
    pub bits: u32,
}

/// Room for the events of one wait.
pub struct Events<const N: usize>([libc::epoll_event; N]);

impl<const N: usize> Events<N> {
    pub const fn new() -> Self {
        Self([libc::epoll_event { events: 0, u64: 0 }; N])
    }
}

/// How long to wait for events.
#[derive(Clone, Copy)]
pub enum Patience {
    None,
    Endless,
}

/// A set of descriptors. Being in it keeps none of them open: the kernel drops what is closed.
pub struct Epoll(OwnedFd);

impl Epoll {
    pub fn new() -> Result<Self, Errno> {
        // SAFETY: takes no memory.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(last_errno());
        }
        // SAFETY: the kernel has just made it, and nobody else has it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub fn add(&self, fd: i32, token: u64, bits: u32) -> Result<(), Errno> {
        let mut event = libc::epoll_event { events: bits, u64: token };
        self.control(libc::EPOLL_CTL_ADD, fd, &raw mut event)
    }

    pub fn remove(&self, fd: i32) -> Result<(), Errno> {
        self.control(libc::EPOLL_CTL_DEL, fd, null_mut())
    }

    fn control(&self, what: i32, fd: i32, event: *mut libc::epoll_event) -> Result<(), Errno> {
        // SAFETY: `event` is null where none is read, else one that outlives the call.
        let answer = unsafe { libc::epoll_ctl(self.0.as_raw_fd(), what, fd, event) };
        if answer == 0 { Ok(()) } else { Err(last_errno()) }
    }

    /// The events of what is ready, or that comes: `most` of them, if there is room for that many.
    pub fn wait<'events, const N: usize>(
        &self,
        into: &'events mut Events<N>,
        most: usize,
        patience: Patience,
    ) -> Result<impl Iterator<Item = Event> + 'events, Errno> {
        let timeout = match patience {
            Patience::None => 0,
            Patience::Endless => -1,
        };
        let most = most.min(N) as libc::c_int;
        // SAFETY: the kernel writes at most N events, which is the room there is.
        let count =
            unsafe { libc::epoll_wait(self.0.as_raw_fd(), into.0.as_mut_ptr(), most, timeout) };
        let count = usize::try_from(count).map_err(|_| last_errno())?;
        Ok(into.0[..count].iter().map(|event| Event { token: event.u64, bits: event.events }))
    }
}
