//! Real sockets over the loopback, and the thread that watches them.

use super::slot::Arrival;
use super::watcher::peek;
use super::*;

const PATIENCE: Duration = Duration::from_secs(5);
const A_LOOK: Duration = Duration::from_millis(8);

struct Rig {
    watcher: Watcher,
    near: TcpStream,
    far: TcpStream,
    slot: u32,
}

fn rig() -> Rig {
    let mut watcher = Watcher::start().expect("epoll and a thread");
    assert!(is_proven_by(&mut watcher), "this kernel stamps");
    let (near, far) = connected_pair().expect("the loopback");
    far.set_nodelay(true).expect("TCP");
    let slot = watcher.watch(near.as_raw_fd()).expect("a TCP socket");
    Rig { watcher, near, far, slot }
}

fn now_ns() -> i64 {
    Instant::now().monotonic_ns
}

impl Rig {
    fn arm(&self, bytes: u64) {
        arm(self.slot, Received { bytes, segments: 0 });
    }

    fn seen(&self) -> Arrival {
        let until = StdInstant::now() + PATIENCE;
        while StdInstant::now() < until {
            if let Some(arrival) = arrival(self.slot) {
                return arrival;
            }
            thread::yield_now();
        }
        panic!("nothing was seen")
    }

    fn is_unseen(&self) -> bool {
        thread::sleep(A_LOOK);
        arrival(self.slot).is_none()
    }
}

#[test]
fn the_first_and_the_last_bytes_are_stamped_as_they_came_and_none_is_taken() {
    let mut rig = rig();
    let before = now_ns();
    rig.arm(0);
    rig.far.write_all(b"first").expect("sent");
    let sent = now_ns();
    let first = rig.seen();
    thread::sleep(A_LOOK);
    let later = now_ns();
    rig.far.write_all(b", last").expect("sent");
    thread::sleep(A_LOOK);
    let both = rig.seen();
    // The loopback hands a segment over within the write, but for a busy machine.
    assert!(first.first_ns > before && first.first_ns < sent + 2_000_000);
    assert_eq!(both.first_ns, first.first_ns, "however much came after it");
    let last = both.last.expect("all of it lies unread");
    assert!(last.at_ns >= later && last.received == 11, "{last:?}");
    let mut body = [0; 32];
    assert_eq!(rig.near.read(&mut body).expect("unread"), 11);
    assert_eq!(&body[..11], b"first, last");
}

#[test]
fn bytes_of_before_the_turn_are_not_its_first() {
    let mut rig = rig();
    rig.far.write_all(b"ticket").expect("sent");
    thread::sleep(A_LOOK);
    rig.arm(6);
    assert!(rig.is_unseen(), "what was there");
    rig.far.write_all(b"answer").expect("sent");
    assert!(rig.is_unseen(), "behind what nobody read");
    // As an answer that was read before the thread came to it.
    assert_eq!(rig.near.read(&mut [0; 32]).expect("unread"), 12);
    rig.far.write_all(b"its rest").expect("sent");
    assert!(rig.is_unseen(), "not the first byte");
}

#[test]
fn a_socket_that_nobody_waits_on_is_not_stamped() {
    let mut rig = rig();
    rig.far.write_all(b"unasked").expect("sent");
    assert!(rig.is_unseen());
}

#[test]
fn a_broken_connection_keeps_its_error_for_its_owner() {
    for _ in 0..20 {
        let mut rig = rig();
        rig.arm(0);
        // Unread bytes turn a close into a reset.
        rig.near.write_all(b"request").expect("sent");
        drop(rig.far);
        let mut tried = rig.near.read(&mut [0; 8]);
        while tried.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock) {
            tried = rig.near.read(&mut [0; 8]);
        }
        let error = tried.expect_err("reset");
        assert_eq!(error.raw_os_error(), Some(libc::ECONNRESET));
    }
}

#[test]
fn an_error_that_a_peek_took_waits_for_its_owner() {
    let mut rig = rig();
    let slot = table::get(rig.slot).expect("watched");
    rig.near.write_all(b"request").expect("sent");
    rig.near.set_nonblocking(true).expect("a socket");
    drop(rig.far);
    // As when the owner reads all there is between the thread's question and its peek.
    let until = StdInstant::now() + PATIENCE;
    let taken = || {
        let _ = peek(slot, slot.incarnation(), 1);
        slot.taken_error().is_some_and(|errno| errno != 0)
    };
    while !taken() {
        assert!(StdInstant::now() < until, "the reset comes");
    }
    assert_eq!(rig.near.read(&mut [0; 8]).expect("the error was taken"), 0);
    assert_eq!(rig.watcher.unwatch(rig.slot), libc::ECONNRESET);
    let (near, _far) = connected_pair().expect("the loopback");
    let next = rig.watcher.watch(near.as_raw_fd()).expect("a TCP socket");
    assert_eq!(rig.watcher.unwatch(next), 0, "not the one before's, if it has its slot");
}

#[test]
fn a_peek_that_was_told_nothing_of_its_connection_leaves_no_error() {
    let mut rig = rig();
    let slot = table::get(rig.slot).expect("watched");
    assert!(peek(slot, slot.incarnation(), 1).is_none(), "nothing lies unread");
    rig.near.shutdown(std::net::Shutdown::Both).expect("open");
    drop(rig.far);
    assert!(peek(slot, slot.incarnation(), 1).is_none_or(|seen| seen.received_ns.is_none()));
    assert_eq!(rig.watcher.unwatch(rig.slot), 0);
}

#[test]
fn a_turn_begins_where_the_latest_look_ended() {
    let mut rig = rig();
    rig.far.write_all(b"answer").expect("sent");
    assert_eq!(rig.near.read(&mut [0; 8]).expect("unread"), 6);
    arm_again(rig.slot);
    rig.far.write_all(b"unseen").expect("sent");
    assert!(rig.is_unseen(), "no look told of the first answer");
    assert_eq!(rig.near.read(&mut [0; 8]).expect("unread"), 6);
    saw(rig.slot, Received { bytes: 12, segments: 2 });
    arm_again(rig.slot);
    let before = now_ns();
    rig.far.write_all(b"seen").expect("sent");
    let seen = rig.seen();
    assert!(seen.first_ns >= before);
    assert_eq!(seen.last.expect("all of it lies unread").received, 16);
}

#[test]
fn another_socket_of_the_same_number_is_not_taken_for_the_one_watched() {
    let rig = rig();
    rig.arm(0);
    let number = rig.near.as_raw_fd();
    let Rig { mut watcher, near, far, slot } = rig;
    drop((near, far));
    // Tests of this process open descriptors side by side: one of these is likely to get it.
    let pairs: Vec<_> = (0..8).filter_map(|_| connected_pair()).collect();
    for (near, far) in &pairs {
        let _ = (&mut &*far).write_all(b"of another");
        let _ = (&mut &*near).write_all(b"of another");
    }
    thread::sleep(A_LOOK);
    assert_eq!(arrival(slot), None);
    let successor = pairs.iter().find(|(near, _)| near.as_raw_fd() == number);
    let other = successor.map(|(near, _)| watcher.watch(near.as_raw_fd()).expect("watched"));
    watcher.unwatch(slot);
    if let (Some(other), Some((_, far))) = (other, successor) {
        arm(other, Received { bytes: 10, segments: 1 });
        let _ = (&mut &*far).write_all(b"still");
        thread::sleep(A_LOOK);
        assert_eq!(arrival(other), None, "behind ten bytes that nobody read");
    }
}

#[test]
fn thousands_of_sockets_come_and_go_with_a_handful_of_slots() {
    let mut watcher = Watcher::start().expect("epoll and a thread");
    let mut most = 0;
    for round in 0..2_000_u32 {
        let (near, mut far) = connected_pair().expect("the loopback");
        let slot = watcher.watch(near.as_raw_fd()).expect("a TCP socket");
        most = most.max(slot);
        arm(slot, Received { bytes: 0, segments: 0 });
        let _ = far.write_all(b"x");
        // Closed before it is let go, every other time.
        if round % 2 == 0 {
            drop(near);
            watcher.unwatch(slot);
        } else {
            watcher.unwatch(slot);
        }
    }
    // Tests run side by side and take some too.
    assert!(most < 200, "slots are used again: {most}");
}

#[test]
fn a_watcher_that_goes_gives_its_slots_back() {
    let pairs: Vec<_> = (0..8).filter_map(|_| connected_pair()).collect();
    let mut most = 0;
    for _ in 0..40 {
        let mut watcher = Watcher::start().expect("epoll and a thread");
        for (near, _) in &pairs {
            most = most.max(watcher.watch(near.as_raw_fd()).expect("a TCP socket"));
        }
    }
    // 320 were watched, and tests run side by side and take some too.
    assert!(most < 200, "slots are used again: {most}");
}

#[test]
fn what_is_no_tcp_socket_is_refused_and_costs_no_slot() {
    let mut watcher = Watcher::start().expect("epoll and a thread");
    assert_eq!(watcher.watch(-1), Err(libc::EBADF));
    let file = std::fs::File::open("/dev/null").expect("/dev/null opens");
    assert_eq!(watcher.watch(file.as_raw_fd()), Err(libc::ENOTSOCK));
    let datagram = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    assert!(watcher.watch(datagram.as_raw_fd()).is_err());
    let (near, _far) = connected_pair().expect("the loopback");
    assert!(watcher.watch(near.as_raw_fd()).is_ok());
    let none = u32::MAX;
    assert_eq!((arrival(none), cookie(none)), (None, None));
    arm(none, Received { bytes: 0, segments: 0 });
    watcher.unwatch(none);
}

#[test]
fn the_thread_wakes_at_most_once_in_a_millisecond() {
    let mut rig = rig();
    let (began, before) = (StdInstant::now(), rig.watcher.effort());
    while began.elapsed() < Duration::from_millis(100) {
        rig.far.write_all(b"x").expect("sent");
        let _ = rig.near.read(&mut [0; 8]);
    }
    let most = began.elapsed().as_millis() as u64 + 2;
    let woke = rig.watcher.effort().wakes - before.wakes;
    assert!(woke > 0 && woke <= most, "{woke} of at most {most}");
}
