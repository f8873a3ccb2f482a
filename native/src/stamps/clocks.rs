//! The kernel stamps by the wall clock; everything here is told by the monotonic one.

use nix::time::{ClockId, clock_gettime};

const NS_PER_S: i64 = 1_000_000_000;
/// Both clocks are read within this unless we are interrupted between them.
const NARROW_NS: i64 = 2_000;
const TRIES: u32 = 4;
/// A wall clock that is being set right runs at most so much off; more than that was a step.
const STEP_LEAST_NS: i64 = 100_000;
const SLEW_SHARE: i64 = 1_000;

/// One instant by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Instant {
    pub monotonic_ns: i64,
    /// The wall clock is ahead of the monotonic one by this.
    pub wall_ahead_ns: i64,
}

impl Instant {
    /// Now; the two clocks are within a microsecond of each other unless the machine stalls often.
    pub fn now() -> Self {
        let mut narrowest = i64::MAX;
        let mut best = Self { monotonic_ns: 0, wall_ahead_ns: 0 };
        for _ in 0..TRIES {
            let before = read(ClockId::CLOCK_MONOTONIC);
            let wall = read(ClockId::CLOCK_REALTIME);
            let after = read(ClockId::CLOCK_MONOTONIC);
            if after - before < narrowest {
                narrowest = after - before;
                let wall_ahead_ns = wall - (before + narrowest / 2);
                best = Self { monotonic_ns: after, wall_ahead_ns };
            }
            if narrowest < NARROW_NS {
                break;
            }
        }
        best
    }

    /// The wall clock was not set between `earlier` and this.
    pub fn is_unstepped_since(&self, earlier: &Self) -> bool {
        let moved = (self.wall_ahead_ns - earlier.wall_ahead_ns).abs();
        let elapsed = (self.monotonic_ns - earlier.monotonic_ns).max(0);
        moved <= STEP_LEAST_NS + elapsed / SLEW_SHARE
    }

    /// A stamp of the wall clock's, monotonic.
    pub fn monotonic_of(&self, wall_ns: i64) -> i64 {
        wall_ns - self.wall_ahead_ns
    }
}

fn read(clock: ClockId) -> i64 {
    clock_gettime(clock).map_or(0, |at| at.tv_sec() * NS_PER_S + at.tv_nsec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_wall_clock_is_told_from_its_drift() {
        let armed = Instant { monotonic_ns: 0, wall_ahead_ns: 7 };
        let at = |monotonic_ns, wall_ahead_ns| Instant { monotonic_ns, wall_ahead_ns };
        assert!(at(1_000_000, 7).is_unstepped_since(&armed));
        assert!(at(NS_PER_S, 500_007).is_unstepped_since(&armed), "500 ppm of a second");
        assert!(!at(1_000_000, 5_000_007).is_unstepped_since(&armed));
        assert!(!at(1_000_000, -5_000_007).is_unstepped_since(&armed));
    }

    #[test]
    fn the_two_clocks_are_read_as_one_instant() {
        let first = Instant::now();
        let second = Instant::now();
        assert!(second.monotonic_ns >= first.monotonic_ns);
        assert!(second.is_unstepped_since(&first));
        assert_eq!(
            first.monotonic_of(first.monotonic_ns + first.wall_ahead_ns),
            first.monotonic_ns
        );
    }
}
