//! A thread that looks at sockets when something arrives on them, and at nothing else.

use std::collections::HashSet;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as StdInstant};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

use super::clocks::Instant;
use super::slot::{Arrival, LastBytes, Received, Slot, Turn, Watched};
use super::table;
use crate::sys::epoll::{BROKEN, EDGE, Epoll, Event, Events, Patience, READABLE};
use crate::sys::receive_stamps::{self as sys, Peek};
use crate::sys::socket::{Errno, socket_cookie, tcp_info, unread_bytes};
use crate::sys::thread::run_soon;

/// The thread wakes at most once in this time. What arrives meanwhile is looked at then: either it
/// still lies unread, and has its stamp, or it was read within this time, and needs none.
const TICK: Duration = Duration::from_millis(1);
/// Ticks with nothing unread, after which the thread sleeps until something arrives.
const IDLE_TICKS: u32 = 4;
/// Looks in a tick. Sockets beyond them stay in the kernel's list for the next, in their order.
const LOOKS_A_TICK: usize = 4;
/// Looks saved up for a time when the event loop stands still; one is earned with each tick, so that
/// a loop that is merely busy is looked at once in a tick, unless answers lie there for longer than
/// ages in jiffies could tell.
const LOOKS_SAVED: usize = 256;
const LATE_NS: i64 = 4_000_000;
/// A busy machine must not keep the thread waiting for longer than the event loop that it times.
const NICE: i32 = -10;
/// What a peek may be told of its question; all else is a connection's error, told once.
const NOT_OF_A_CONNECTION: [Errno; 7] = [
    libc::EAGAIN,
    libc::EBADF,
    libc::EFAULT,
    libc::EINTR,
    libc::ENOMEM,
    libc::ENOTCONN,
    libc::ENOTSOCK,
];
/// A thread that stands between two system calls for longer than this is not waited for.
const PEEK_MOST: Duration = Duration::from_millis(20);
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
        let received = Received::by(&tcp_info(fd)?.0);
        sys::enable(fd)?;
        let (number, slot) = table::take().ok_or(libc::ENOSPC)?;
        let token = (u64::from(slot.occupy(socket)) << 32) | u64::from(number);
        slot.saw(received);
        let added = self.shared.epoll.add(fd, token, READABLE | EDGE);
        if let Err(errno) = added {
            slot.vacate();
            table::give_back(number);
            return Err(errno);
        }
        self.taken.insert(number);
        Ok(number)
    }

    /// Lets a socket go; its descriptor may be closed by now, or another socket's. Gives the error
    /// that a peek took away from its owner, 0 for none.
    pub fn unwatch(&mut self, number: u32) -> Errno {
        if self.taken.remove(&number) { self.let_go(number) } else { 0 }
    }

    fn let_go(&self, number: u32) -> Errno {
        let Some(slot) = table::get(number) else { return 0 };
        let Watched { fd, cookie } = slot.socket();
        if socket_cookie(fd) == Ok(cookie) {
            // It may have gone by itself.
            let _ = self.shared.epoll.remove(fd);
        }
        let taken = taken_error(slot);
        slot.vacate();
        table::give_back(number);
        taken
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
        slot.saw(received);
        slot.arm_again(Instant::now());
    }
}

/// As `arm`, past what had been received by the latest `arm` or `saw`.
pub fn arm_again(number: u32) {
    if let Some(slot) = table::get(number) {
        slot.arm_again(Instant::now());
    }
}

/// Keeps what a look saw for the next `arm_again`.
pub fn saw(number: u32, received: Received) {
    if let Some(slot) = table::get(number) {
        slot.saw(received);
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

/// Waits for a peek that is under way: microseconds, or until the thread has a core again.
fn taken_error(slot: &Slot) -> Errno {
    let began = StdInstant::now();
    loop {
        match slot.taken_error() {
            Some(errno) => return errno,
            None if began.elapsed() > PEEK_MOST => return 0,
            None => thread::yield_now(),
        }
    }
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
        let mut saved = LOOKS_SAVED;
        let mut is_late = false;
        loop {
            let patience = if idle < IDLE_TICKS { Patience::None } else { Patience::Endless };
            saved = LOOKS_SAVED.min(saved + 1);
            let most = if is_late { LOOKS_A_TICK } else { LOOKS_A_TICK.min(saved) };
            let found = match self.epoll.wait(&mut events, most, patience) {
                Ok(found) => found,
                Err(libc::EINTR) => continue,
                Err(_) => return,
            };
            self.wakes.fetch_add(1, Ordering::Relaxed);
            idle += 1;
            is_late = false;
            for event in found {
                if event.token == STOP {
                    return;
                }
                idle = 0;
                if let Some(unread_ns) = self.look_at(event) {
                    saved = saved.saturating_sub(1);
                    is_late |= unread_ns > LATE_NS;
                }
            }
            thread::sleep(TICK);
        }
    }

    /// For how long an answer has been lying there, ns, 0 where that cannot be told; None for
    /// nothing there.
    fn look_at(&self, Event { token, bits }: Event) -> Option<i64> {
        let slot = table::get(token as u32)?;
        let incarnation = (token >> 32) as u32;
        // To read from a broken connection would take its error away from its owner.
        if slot.incarnation() != incarnation || bits & BROKEN != 0 {
            return None;
        }
        let turn = slot.turn()?;
        self.looks.fetch_add(1, Ordering::Relaxed);
        // With nothing to read a peek takes the error of a broken connection away. Where its owner
        // reads all of it between the question and the peek, the error waits for it in the slot.
        let first = slot.while_peeking(|| {
            unread_bytes(slot.socket().fd).ok().filter(|unread| *unread > 0)?;
            peek(slot, incarnation, 1)
        })?;
        Some(note(slot, incarnation, (&turn, first)).unwrap_or(0))
    }
}

/// Notes what lies unread. What changes meanwhile is let be: who reads now is not late, and what
/// comes now is another event.
fn note(slot: &Slot, incarnation: u32, (turn, first): (&Turn, Peek)) -> Option<i64> {
    let now = Instant::now();
    let unread = usize::try_from(first.unread?).ok()?;
    let received = Received::by(&tcp_info(slot.socket().fd).ok()?.0);
    if received.bytes != turn.from.bytes + unread as u64 {
        return None;
    }
    let is_one = received.segments.wrapping_sub(turn.from.segments) == 1;
    let last = if is_one { first } else { slot.while_peeking(|| peek(slot, incarnation, unread))? };
    // A descriptor is let go before it is closed: all of the above was said of this socket.
    if last.unread != first.unread || slot.incarnation() != incarnation {
        return None;
    }
    let (first_ns, at_ns) =
        (now.monotonic_of(first.received_ns?), now.monotonic_of(last.received_ns?));
    if first_ns < turn.since.monotonic_ns || !now.is_unstepped_since(&turn.since) {
        return None;
    }
    slot.note(turn, first_ns, LastBytes { at_ns, received: received.bytes });
    Some(now.monotonic_ns - first_ns)
}

/// As `sys::peek`; keeps the error of a connection that it was told.
pub(super) fn peek(slot: &Slot, incarnation: u32, bytes: usize) -> Option<Peek> {
    let peeked = sys::peek(slot.socket().fd, bytes);
    if let Err(errno) = peeked
        && !NOT_OF_A_CONNECTION.contains(&errno)
    {
        slot.error_taken(incarnation, errno);
    }
    peeked.ok()
}

fn errno_of(error: std::io::Error) -> Errno {
    error.raw_os_error().unwrap_or(libc::EIO)
}
