//! A thread that looks at sockets when something arrives on them, and at nothing else.

use std::collections::HashSet;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

use super::clocks::Instant;
use super::slot::{Arrival, LastBytes, Received, Slot, Turn, Watched};
use super::table;
use crate::sys::epoll::{BROKEN, EDGE, Epoll, Event, Events, Patience, READABLE};
use crate::sys::receive_stamps as sys;
use crate::sys::socket::{Errno, socket_cookie, tcp_info, unread_bytes};
use crate::sys::thread::run_soon;

/// The thread wakes at most once in this time. What arrives meanwhile is looked at then: either it
/// still lies unread, and has its stamp, or it was read within this time, and needs none.
const TICK: Duration = Duration::from_millis(1);
/// Ticks with nothing unread, after which the thread sleeps until something arrives.
const IDLE_TICKS: u32 = 4;
/// Looks in a tick. Sockets beyond them stay in the kernel's list for the next, in their order.
const LOOKS_A_TICK: usize = 4;
/// Looks that see different queues are followed by another; who reads that fast is not late.
const TRIES: u32 = 3;
/// A busy machine must not keep the thread waiting for longer than the event loop that it times.
const NICE: i32 = -10;
const STOP: u64 = u64::MAX;

struct Shared {
    epoll: Epoll,
    wakes: AtomicU64,
    looks: AtomicU64,
}

/// How much the thread did.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub wakes: u64,
    pub looks: u64,
}

/// Watches sockets for their owner, on a thread of its own, which ends with it.
pub struct Watcher {
    shared: Arc<Shared>,
    taken: HashSet<u32>,
    /// Closed to end the thread.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
    /// The kernel stamps packets while some socket wants it; this one always does, so that neither
    /// the first packet of a connection goes without nor the kernel turns it on and off.
    _wanting: OwnedFd,
}

impl Watcher {
    pub fn start() -> Result<Self, Errno> {
        let (family, kind) = (AddressFamily::Inet, SockType::Datagram);
        let wanting =
            socket(family, kind, SockFlag::SOCK_CLOEXEC, None).map_err(|errno| errno as Errno)?;
        sys::enable_stamps_alone(wanting.as_raw_fd())?;
        let (stop, stopped) = UnixStream::pair().map_err(errno_of)?;
        let epoll = Epoll::new()?;
        epoll.add(stopped.as_raw_fd(), STOP, READABLE)?;
        let (wakes, looks) = (AtomicU64::new(0), AtomicU64::new(0));
        let shared = Arc::new(Shared { epoll, wakes, looks });
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("netscope-stamps".into())
            .spawn(move || {
                run_soon(NICE);
                theirs.run();
                drop(stopped);
            })
            .map_err(errno_of)?;
        Ok(Self {
            shared,
            taken: HashSet::new(),
            stop: Some(stop),
            thread: Some(thread),
            _wanting: wanting,
        })
    }

    /// Watches the TCP socket `fd` until `unwatch` or its end, and gives its slot. The descriptor
    /// is not copied, so the socket ends when its owner closes it.
    pub fn watch(&mut self, fd: i32) -> Result<u32, Errno> {
        let socket = Watched { fd, cookie: socket_cookie(fd)? };
        sys::enable(fd)?;
        let (number, slot) = table::take().ok_or(libc::ENOSPC)?;
        let token = (u64::from(slot.occupy(socket)) << 32) | u64::from(number);
        let added = self.shared.epoll.add(fd, token, READABLE | EDGE);
        if let Err(errno) = added {
            slot.vacate();
            table::give_back(number);
            return Err(errno);
        }
        self.taken.insert(number);
        Ok(number)
    }

    /// Lets a socket go; its descriptor may be closed by now, or another socket's.
    pub fn unwatch(&mut self, number: u32) {
        if self.taken.remove(&number) {
            self.let_go(number);
        }
    }

    fn let_go(&self, number: u32) {
        if let Some(slot) = table::get(number) {
            let Watched { fd, cookie } = slot.socket();
            if socket_cookie(fd) == Ok(cookie) {
                // It may have gone by itself.
                let _ = self.shared.epoll.remove(fd);
            }
            slot.vacate();
            table::give_back(number);
        }
    }

    /// What the thread did so far.
    pub fn effort(&self) -> Effort {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Effort { wakes: of(&self.shared.wakes), looks: of(&self.shared.looks) }
    }
}

/// Looks out for the first byte that comes on the socket of this slot, past what was `received`.
pub fn arm(number: u32, received: Received) {
    if let Some(slot) = table::get(number) {
        slot.arm(Instant::now(), received);
    }
}

/// What was seen since the socket of this slot was armed.
pub fn arrival(number: u32) -> Option<Arrival> {
    table::get(number)?.arrival()
}

/// The cookie of the socket that a slot was taken for.
pub fn cookie(number: u32) -> Option<u64> {
    table::get(number).map(|slot| slot.socket().cookie)
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.stop.take());
        for number in std::mem::take(&mut self.taken) {
            self.let_go(number);
        }
        if let Some(thread) = self.thread.take() {
            // It panicked, or it ended; both are its end.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn run(&self) {
        let mut events = Events::<LOOKS_A_TICK>::new();
        let mut idle = IDLE_TICKS;
        loop {
            let patience = if idle < IDLE_TICKS { Patience::None } else { Patience::Endless };
            let found = match self.epoll.wait(&mut events, patience) {
                Ok(found) => found,
                Err(libc::EINTR) => continue,
                Err(_) => return,
            };
            self.wakes.fetch_add(1, Ordering::Relaxed);
            idle += 1;
            for event in found {
                if event.token == STOP {
                    return;
                }
                idle = 0;
                self.look_at(event);
            }
            thread::sleep(TICK);
        }
    }

    fn look_at(&self, Event { token, bits }: Event) {
        let number = token as u32;
        let Some(slot) = table::get(number) else { return };
        // To read from a broken connection would take its error away from its owner.
        if slot.incarnation() != (token >> 32) as u32 || bits & BROKEN != 0 {
            return;
        }
        let Some(turn) = slot.turn() else { return };
        self.looks.fetch_add(1, Ordering::Relaxed);
        for _ in 0..TRIES {
            if look_once(slot, &turn) {
                return;
            }
        }
    }
}

/// One look at what lies unread. False where it changed meanwhile.
fn look_once(slot: &Slot, turn: &Turn) -> bool {
    let Watched { fd, cookie } = slot.socket();
    // With nothing to read a peek would take an error away that comes just now.
    if !unread_bytes(fd).is_ok_and(|unread| unread > 0) {
        return true;
    }
    let (Ok(first), now) = (sys::peek(fd, 1), Instant::now()) else { return true };
    let Some(unread) = first.unread.and_then(|unread| u64::try_from(unread).ok()) else {
        return true;
    };
    let Ok((info, _)) = tcp_info(fd) else { return true };
    let received = Received { bytes: info.tcpi_bytes_received, segments: info.tcpi_data_segs_in };
    // Somebody read already, or more came while we looked.
    if received.bytes != turn.from.bytes + unread {
        return false;
    }
    let is_one = received.segments.wrapping_sub(turn.from.segments) == 1;
    let last = if is_one { Ok(first) } else { sys::peek(fd, unread as usize) };
    // Asked last, so that all of the above was said of this socket and of no later one.
    if socket_cookie(fd) != Ok(cookie) {
        return true;
    }
    let Ok(last) = last else { return true };
    if last.unread != first.unread {
        return false;
    }
    let (Some(first_ns), Some(last_ns)) = (first.received_ns, last.received_ns) else {
        return true;
    };
    let first_ns = now.monotonic_of(first_ns);
    if first_ns >= turn.since.monotonic_ns && now.is_unstepped_since(&turn.since) {
        let at_ns = now.monotonic_of(last_ns);
        slot.note(turn, first_ns, LastBytes { at_ns, received: received.bytes });
    }
    true
}

fn errno_of(error: std::io::Error) -> Errno {
    error.raw_os_error().unwrap_or(libc::EIO)
}
