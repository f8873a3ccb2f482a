//! A thread that looks at sockets when something arrives on them, and at nothing else.

use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as StdInstant};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

use super::clocks::Instant;
use super::slot::{Arrival, LastBytes, Slot, Turn, Watched};
use super::table::{SLOTS_MAX, Table};
use crate::sys::epoll::{BROKEN, EDGE, Epoll, Event, Events, READABLE};
use crate::sys::receive_stamps as sys;
use crate::sys::socket::{Errno, socket_cookie, tcp_info, unread_bytes};
use crate::sys::thread::run_soon;

/// The thread wakes at most once in this time. What arrives meanwhile is looked at then: either it
/// still lies unread, and has its stamp, or it was read within this time, and needs none.
const INTERVAL: Duration = Duration::from_millis(1);
const EVENTS_AT_ONCE: usize = 64;
/// Two looks that see different queues are followed by another; who reads that fast is not late.
const LOOKS: u32 = 3;
/// A busy machine must not keep the thread waiting for longer than the event loop that it times.
const NICE: i32 = -10;
const STOP: u64 = u64::MAX;

struct Shared {
    epoll: Epoll,
    table: Table,
    wakes: AtomicU64,
}

/// Watches sockets for their owner, on a thread of its own, which ends with it.
pub struct Watcher {
    shared: Arc<Shared>,
    free: Vec<u32>,
    made: u32,
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
        let shared = Arc::new(Shared { epoll, table: Table::new(), wakes: AtomicU64::new(0) });
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
            free: Vec::new(),
            made: 0,
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
        let number = self.free.pop().or_else(|| self.fresh()).ok_or(libc::ENOSPC)?;
        let slot = self.shared.table.make(number).ok_or(libc::ENOSPC)?;
        let token = (u64::from(slot.occupy(socket)) << 32) | u64::from(number);
        let added = self.shared.epoll.add(fd, token, READABLE | EDGE);
        if added.is_err() {
            slot.vacate();
            self.free.push(number);
        }
        added.map(|()| number)
    }

    fn fresh(&mut self) -> Option<u32> {
        let number = self.made;
        (number < SLOTS_MAX).then(|| {
            self.made += 1;
            number
        })
    }

    /// Gives a slot back; each once. The descriptor may be closed by now, or another socket's.
    pub fn unwatch(&mut self, number: u32) {
        let Some(slot) = self.shared.table.get(number) else { return };
        let Watched { fd, cookie } = slot.socket();
        if socket_cookie(fd) == Ok(cookie) {
            // It may have gone by itself.
            let _ = self.shared.epoll.remove(fd);
        }
        slot.vacate();
        self.free.push(number);
    }

    /// Looks out for the first byte past the `received` ones.
    pub fn arm(&self, number: u32, received: u64) {
        if let Some(slot) = self.shared.table.get(number) {
            slot.arm(Instant::now(), received);
        }
    }

    /// What was seen since the socket was armed.
    pub fn arrival(&self, number: u32) -> Option<Arrival> {
        self.shared.table.get(number)?.arrival()
    }

    /// The cookie of the socket that a slot was given for.
    pub fn cookie(&self, number: u32) -> Option<u64> {
        self.shared.table.get(number).map(|slot| slot.socket().cookie)
    }

    /// How often the thread woke.
    pub fn wakes(&self) -> u64 {
        self.shared.wakes.load(Ordering::Relaxed)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It panicked, or it ended; both are its end.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn run(&self) {
        let mut events = Events::<EVENTS_AT_ONCE>::new();
        loop {
            let found = match self.epoll.wait(&mut events) {
                Ok(found) => found,
                Err(libc::EINTR) => continue,
                Err(_) => return,
            };
            let woke = StdInstant::now();
            self.wakes.fetch_add(1, Ordering::Relaxed);
            for event in found {
                if event.token == STOP {
                    return;
                }
                self.look_at(event);
            }
            thread::sleep(INTERVAL.saturating_sub(woke.elapsed()));
        }
    }

    fn look_at(&self, Event { token, bits }: Event) {
        let number = token as u32;
        let Some(slot) = self.table.get(number) else { return };
        // To read from a broken connection would take its error away from its owner.
        if slot.incarnation() != (token >> 32) as u32 || bits & BROKEN != 0 {
            return;
        }
        let Some(turn) = slot.turn() else { return };
        for _ in 0..LOOKS {
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
    let Some(unread) = first.unread.and_then(|unread| usize::try_from(unread).ok()) else {
        return true;
    };
    let Ok(last) = sys::peek(fd, unread) else { return true };
    let Ok((info, _)) = tcp_info(fd) else { return true };
    // Asked last, so that all of the above was said of this socket and of no later one.
    if socket_cookie(fd) != Ok(cookie) {
        return true;
    }
    let received = info.tcpi_bytes_received;
    if last.unread != first.unread || received < turn.from_byte + unread as u64 {
        return false;
    }
    // Somebody read already, or more came while we looked.
    if received > turn.from_byte + unread as u64 {
        return false;
    }
    let (Some(first_ns), Some(last_ns)) = (first.received_ns, last.received_ns) else {
        return true;
    };
    let first_ns = now.monotonic_of(first_ns);
    if first_ns >= turn.since.monotonic_ns && now.is_unstepped_since(&turn.since) {
        let at_ns = now.monotonic_of(last_ns);
        slot.note(turn, first_ns, LastBytes { at_ns, received });
    }
    true
}

fn errno_of(error: std::io::Error) -> Errno {
    error.raw_os_error().unwrap_or(libc::EIO)
}
