//! What the caller's thread and the watcher know of one socket: atomics that neither waits for.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU32, AtomicU64, Ordering, fence};

use super::clocks::Instant;

/// A stamp is kept beside the number of the turn that it is of, in one word.
const VALUE_BITS: u32 = 40;
const VALUE_MAX: u64 = (1 << VALUE_BITS) - 1;
const NS_PER_US: i64 = 1_000;
/// The turn of a socket that nobody waits on.
const AT_REST: u64 = 0;

/// The socket that a slot is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    pub fd: i32,
    pub cookie: u64,
}

/// All that a connection has received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub bytes: u64,
    /// With data in them; sent twice, counted twice.
    pub segments: u32,
}

impl Received {
    /// By a look at the socket.
    pub fn by(info: &libc::tcp_info) -> Self {
        Self { bytes: info.tcpi_bytes_received, segments: info.tcpi_data_segs_in }
    }
}

/// What is waited for: the first byte past `from`, not before `since`.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    pub number: u64,
    pub since: Instant,
    pub from: Received,
}

/// What the kernel had received of an answer while all of it lay unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Monotonic ns.
    pub first_ns: i64,
    pub last: Option<LastBytes>,
}

/// The last bytes that were there while nobody had read any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastBytes {
    /// Monotonic ns.
    pub at_ns: i64,
    /// All that the connection had received by then.
    pub received: u64,
}

#[derive(Default)]
pub struct Slot {
    fd: AtomicI32,
    cookie: AtomicU64,
    /// Goes up with every socket, so that an event of one before is told from one of this.
    incarnation: AtomicU32,
    /// Written by the caller alone; `AT_REST` while the next four change.
    turn: AtomicU64,
    since_ns: AtomicI64,
    wall_ahead_ns: AtomicI64,
    from_byte: AtomicU64,
    from_segment: AtomicU32,
    turns: AtomicU64,
    // What the caller's latest look saw; the caller's alone.
    seen_bytes: AtomicU64,
    seen_segments: AtomicU32,
    // Written by the watcher, tagged with the turn: microseconds since its start, and bytes.
    first: AtomicU64,
    last: AtomicU64,
    last_bytes: AtomicU64,
    /// The watcher is between asking whether there is something to peek at and having peeked.
    is_peeking: AtomicBool,
    /// An errno that a peek took away from the socket's owner, behind the incarnation it is of.
    taken_error: AtomicU64,
}

impl Slot {
    /// Takes a socket in. The caller's.
    pub fn occupy(&self, socket: Watched) -> u32 {
        self.fd.store(socket.fd, Ordering::Relaxed);
        self.cookie.store(socket.cookie, Ordering::Relaxed);
        self.incarnation.fetch_add(1, Ordering::Release).wrapping_add(1)
    }

    /// Lets its socket go. The caller's.
    pub fn vacate(&self) {
        self.turn.store(AT_REST, Ordering::Release);
        self.incarnation.fetch_add(1, Ordering::Release);
    }

    pub fn incarnation(&self) -> u32 {
        self.incarnation.load(Ordering::Acquire)
    }

    pub fn socket(&self) -> Watched {
        Watched { fd: self.fd.load(Ordering::Relaxed), cookie: self.cookie.load(Ordering::Relaxed) }
    }

    /// Begins a turn: from now on the watcher looks out for its first byte. The caller's.
    pub fn arm(&self, since: Instant, from: Received) {
        self.turn.store(AT_REST, Ordering::Relaxed);
        fence(Ordering::Release);
        self.since_ns.store(since.monotonic_ns, Ordering::Relaxed);
        self.wall_ahead_ns.store(since.wall_ahead_ns, Ordering::Relaxed);
        self.from_byte.store(from.bytes, Ordering::Relaxed);
        self.from_segment.store(from.segments, Ordering::Relaxed);
        let number = self.turns.load(Ordering::Relaxed) + 1;
        self.turns.store(number, Ordering::Relaxed);
        self.turn.store(number, Ordering::Release);
    }

    /// What the connection had received by a look of the caller's.
    pub fn saw(&self, received: Received) {
        self.seen_bytes.store(received.bytes, Ordering::Relaxed);
        self.seen_segments.store(received.segments, Ordering::Relaxed);
    }

    /// As `arm`, from what `saw` was told last. The caller's.
    pub fn arm_again(&self, since: Instant) {
        let from = Received {
            bytes: self.seen_bytes.load(Ordering::Relaxed),
            segments: self.seen_segments.load(Ordering::Relaxed),
        };
        self.arm(since, from);
    }

    /// The turn under way, whole; none while the caller changes it. The watcher's.
    pub fn turn(&self) -> Option<Turn> {
        let number = self.turn.load(Ordering::Acquire);
        let since = Instant {
            monotonic_ns: self.since_ns.load(Ordering::Relaxed),
            wall_ahead_ns: self.wall_ahead_ns.load(Ordering::Relaxed),
        };
        let from = Received {
            bytes: self.from_byte.load(Ordering::Relaxed),
            segments: self.from_segment.load(Ordering::Relaxed),
        };
        fence(Ordering::Acquire);
        let is_whole = number != AT_REST && self.turn.load(Ordering::Relaxed) == number;
        is_whole.then_some(Turn { number, since, from })
    }

    /// Notes what was seen. The first byte of a turn is noted once. The watcher's.
    pub fn note(&self, turn: &Turn, first_ns: i64, last: LastBytes) {
        let tagged = |value: i64| tagged(turn.number, u64::try_from(value).ok());
        let us_since = |at_ns: i64| (at_ns - turn.since.monotonic_ns) / NS_PER_US;
        let Some(first) = tagged(us_since(first_ns)) else { return };
        if untagged(turn.number, self.first.load(Ordering::Relaxed)).is_none() {
            self.first.store(first, Ordering::Release);
        }
        let bytes = i64::try_from(last.received - turn.from.bytes).ok().and_then(tagged);
        if let (Some(at), Some(bytes)) = (tagged(us_since(last.at_ns)), bytes) {
            self.last.store(at, Ordering::Relaxed);
            self.last_bytes.store(bytes, Ordering::Release);
        }
    }

    /// `ask`s the kernel for what a peek may take an error away by; it tells `error_taken`. The
    /// watcher's.
    pub fn while_peeking<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.is_peeking.store(true, Ordering::SeqCst);
        let answer = ask();
        self.is_peeking.store(false, Ordering::Release);
        answer
    }

    /// Keeps an error for its owner. The watcher's.
    pub fn error_taken(&self, incarnation: u32, errno: i32) {
        let word = (u64::from(incarnation) << 32) | u64::from(errno.unsigned_abs());
        self.taken_error.store(word, Ordering::Relaxed);
    }

    /// The error that a peek took from this socket, 0 for none; None while a peek is under way. Who
    /// read the end of a connection whose error was taken finds that peek under way or over. The
    /// caller's.
    pub fn taken_error(&self) -> Option<i32> {
        if self.is_peeking.load(Ordering::SeqCst) {
            return None;
        }
        let word = self.taken_error.load(Ordering::Relaxed);
        Some(if (word >> 32) as u32 == self.incarnation() { word as u32 as i32 } else { 0 })
    }

    /// What the watcher saw of the turn under way. The caller's.
    pub fn arrival(&self) -> Option<Arrival> {
        let turn = self.turn()?;
        let at_ns = |us: u64| turn.since.monotonic_ns + us as i64 * NS_PER_US;
        let bytes = untagged(turn.number, self.last_bytes.load(Ordering::Acquire));
        let last = untagged(turn.number, self.last.load(Ordering::Relaxed));
        let first = untagged(turn.number, self.first.load(Ordering::Acquire))?;
        let last = bytes
            .zip(last)
            .map(|(bytes, us)| LastBytes { at_ns: at_ns(us), received: turn.from.bytes + bytes });
        Some(Arrival { first_ns: at_ns(first), last })
    }
}

/// None where the value has no room.
fn tagged(turn: u64, value: Option<u64>) -> Option<u64> {
    value.filter(|value| *value <= VALUE_MAX).map(|value| (turn << VALUE_BITS) | value)
}

fn untagged(turn: u64, word: u64) -> Option<u64> {
    (word != 0 && word >> VALUE_BITS == (turn << VALUE_BITS) >> VALUE_BITS)
        .then_some(word & VALUE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant { monotonic_ns: 5_000_000, wall_ahead_ns: 0 };

    fn armed(from_byte: u64) -> (Slot, Turn) {
        let slot = Slot::default();
        slot.arm(START, Received { bytes: from_byte, segments: 0 });
        let turn = slot.turn().expect("armed");
        (slot, turn)
    }

    fn last(at_ns: i64, received: u64) -> LastBytes {
        LastBytes { at_ns, received }
    }

    #[test]
    fn the_first_byte_is_noted_once_and_the_last_ones_each_time() {
        let (slot, turn) = armed(100);
        assert_eq!(slot.arrival(), None);
        slot.note(&turn, 5_300_000, last(5_300_000, 150));
        slot.note(&turn, 5_900_000, last(5_900_000, 400));
        let expected = Arrival { first_ns: 5_300_000, last: Some(last(5_900_000, 400)) };
        assert_eq!(slot.arrival(), Some(expected));
    }

    #[test]
    fn what_comes_late_for_one_turn_is_not_taken_for_the_next() {
        let (slot, turn) = armed(0);
        slot.arm(START, Received { bytes: 10, segments: 1 });
        slot.note(&turn, 5_300_000, last(5_300_000, 150));
        assert_eq!(slot.arrival(), None);
        let next = slot.turn().expect("armed");
        slot.note(&next, 5_400_000, last(5_400_000, 20));
        slot.note(&turn, 5_300_000, last(5_300_000, 150));
        assert_eq!(slot.arrival(), None, "overwritten by the one before is absent, not wrong");
    }

    #[test]
    fn a_turn_of_a_socket_before_is_over_with_it() {
        let (slot, turn) = armed(0);
        slot.vacate();
        assert!(slot.turn().is_none());
        slot.note(&turn, 5_300_000, last(5_300_000, 150));
        slot.occupy(Watched { fd: 3, cookie: 9 });
        slot.arm(START, Received { bytes: 0, segments: 0 });
        assert_eq!(slot.arrival(), None);
    }

    #[test]
    fn what_has_no_room_is_absent() {
        let (slot, turn) = armed(0);
        slot.note(&turn, 4_000_000, last(5_300_000, 1));
        assert_eq!(slot.arrival(), None, "before its turn");
        slot.note(&turn, 5_300_000, last(5_300_000, 1 << 41));
        let first = Arrival { first_ns: 5_300_000, last: None };
        assert_eq!(slot.arrival(), Some(first), "terabytes");
    }
}
