//! How soon the kernel lets the calling thread run.

use std::mem::size_of;

/// `struct sched_attr` of the kernel's first version.
#[repr(C)]
struct Attributes {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

/// Least slice that the kernel grants, ns.
const SLICE_NS: u64 = 100_000;

/// Asks for short slices at the nice value given, or at the own one where that is refused: a thread
/// that needs little at a time is then let in sooner. Kernels before 6.12 know no slices of a
/// thread's own; what cannot be had is gone without.
pub fn run_soon(nice: i32) {
    let mut attributes = Attributes {
        size: size_of::<Attributes>() as u32,
        policy: libc::SCHED_OTHER as u32,
        flags: 0,
        nice,
        priority: 0,
        runtime: SLICE_NS,
        deadline: 0,
        period: 0,
    };
    for nice in [nice, 0] {
        attributes.nice = nice;
        // SAFETY: the kernel reads `size` bytes of a structure that outlives the call; thread 0 is
        // the calling one.
        let answer = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
        if answer == 0 {
            return;
        }
    }
}
