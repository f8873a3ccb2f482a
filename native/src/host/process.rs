//! One process: `/proc/PID/stat` and `/proc/PID/status`.

use std::path::{Path, PathBuf};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

use super::kept_file::KeptFile;
use super::sample::Process;
use super::scan::{double, lines, rounded, whole, words};

/// What else the host says that a process is measured by.
#[derive(Clone, Copy)]
pub struct Basis {
    pub ticks_per_second: f64,
    pub boot_seconds: Option<u64>,
    /// Monotonic.
    pub now_seconds: f64,
}

#[derive(Clone, Copy)]
struct Before {
    total_ns: u64,
    start_ticks: u64,
    at_seconds: f64,
}

/// Reads one process again and again; percents are of the interval since the reading before.
pub struct ProcessReader {
    stat: KeptFile,
    status: KeptFile,
    fds: PathBuf,
    /// Our own, whose times the kernel tells finer than in ticks.
    is_own: bool,
    before: Option<Before>,
}

impl ProcessReader {
    /// `None` stands for this process. Times of our own are exact only below the real root.
    pub fn new(root: &Path, pid: Option<u32>) -> Self {
        let name = pid.map_or_else(|| "self".to_owned(), |pid| pid.to_string());
        let folder = root.join("proc").join(name);
        Self {
            stat: KeptFile::new(folder.join("stat")),
            status: KeptFile::new(folder.join("status")),
            fds: folder.join("fd"),
            is_own: root == Path::new("/") && pid.is_none_or(|pid| pid == std::process::id()),
            before: None,
        }
    }

    /// `None` where the process has ended, or never was.
    pub fn read(&mut self, basis: &Basis) -> Option<Process> {
        let (mut process, start_ticks) = process_of(self.stat.read()?, basis)?;
        if self.is_own {
            finer_times(&mut process);
        }
        if let Some(status) = self.status.read() {
            add_memory(&mut process, status);
        }
        process.open_fds = self.open_fds();
        process.usage_percent = self.usage(&process, start_ticks, basis.now_seconds);
        Some(process)
    }

    /// Keeps what percents are told by, and no file open.
    pub fn close(&mut self) {
        self.stat.close();
        self.status.close();
    }

    /// A pid that another process has now is another process.
    fn usage(&mut self, process: &Process, start_ticks: u64, at_seconds: f64) -> Option<f64> {
        let total_ns = process.total_time_ns;
        let before = self.before.replace(Before { total_ns, start_ticks, at_seconds })?;
        let seconds = at_seconds - before.at_seconds;
        let added = total_ns.checked_sub(before.total_ns)?;
        (seconds > 0.0 && before.start_ticks == start_ticks)
            .then(|| rounded(double(added) / 1e7 / seconds))
    }

    fn open_fds(&self) -> Option<u64> {
        // Since Linux 6.2 the size of the folder is their number; before, it is 0.
        let told = self.fds.metadata().ok()?.len();
        if told > 0 && self.fds.starts_with("/proc") {
            return Some(told);
        }
        Some(std::fs::read_dir(&self.fds).ok()?.count() as u64)
    }
}

/// Fields after the name, which may itself hold blanks and brackets.
fn process_of(stat: &[u8], basis: &Basis) -> Option<(Process, u64)> {
    const MAJOR_FAULTS: usize = 9;
    const USER: usize = 11;
    const SYSTEM: usize = 12;
    const THREADS: usize = 17;
    const START: usize = 19;
    let close = stat.iter().rposition(|byte| *byte == b')')?;
    let pid = whole(words(stat).next()?).and_then(|pid| u32::try_from(pid).ok())?;
    let fields: Vec<_> = words(stat[close + 1..].trim_ascii_end()).take(START + 1).collect();
    let field = |at: usize| fields.get(at).and_then(|word| whole(word));
    let ns_per_tick = 1e9 / basis.ticks_per_second;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ns = |ticks: u64| (double(ticks) * ns_per_tick) as u64;
    let (user, system, begun) = (ns(field(USER)?), ns(field(SYSTEM)?), field(START)?);
    let since_boot = double(begun) / basis.ticks_per_second;
    let process = Process {
        pid,
        user_time_ns: user,
        system_time_ns: system,
        total_time_ns: user.saturating_add(system),
        threads: field(THREADS)?,
        major_faults_total: field(MAJOR_FAULTS)?,
        start_time_seconds: basis.boot_seconds.map(|boot| rounded(double(boot) + since_boot)),
        ..Process::default()
    };
    Some((process, begun))
}

fn finer_times(process: &mut Process) {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else {
        return;
    };
    process.user_time_ns = nanoseconds(usage.user_time());
    process.system_time_ns = nanoseconds(usage.system_time());
    process.total_time_ns = process.user_time_ns + process.system_time_ns;
}

fn nanoseconds(time: TimeVal) -> u64 {
    let part = |value: i64, ns: u64| u64::try_from(value).unwrap_or(0) * ns;
    part(time.tv_sec(), 1_000_000_000) + part(time.tv_usec(), 1000)
}

fn add_memory(process: &mut Process, status: &[u8]) {
    let (mut files, mut shared) = (None, None);
    for line in lines(status) {
        let mut fields = words(line);
        let slot = match fields.next() {
            Some(b"VmRSS:") => &mut process.rss_bytes,
            Some(b"VmSize:") => &mut process.vms_bytes,
            Some(b"VmSwap:") => &mut process.swap_bytes,
            Some(b"VmData:") => &mut process.data_bytes,
            Some(b"VmStk:") => &mut process.stack_bytes,
            Some(b"RssFile:") => &mut files,
            Some(b"RssShmem:") => &mut shared,
            _ => continue,
        };
        *slot = fields.next().and_then(whole).and_then(|kib| kib.checked_mul(1024));
    }
    process.shared_bytes =
        files.zip(shared).map(|(files, shared): (u64, u64)| files.saturating_add(shared));
}

#[cfg(test)]
mod tests {
    use super::{Basis, process_of};

    const BASIS: Basis =
        Basis { ticks_per_second: 100.0, boot_seconds: Some(1000), now_seconds: 0.0 };

    #[test]
    fn a_name_with_blanks_and_brackets_is_no_field() {
        let stat = b"42 (a) b) (c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 11 0 300 4096 1\n";
        let (process, _) = process_of(stat, &BASIS).unwrap();
        assert_eq!((process.pid, process.threads), (42, 11));
        assert_eq!(process.user_time_ns, 1_500_000_000);
        assert_eq!(process.total_time_ns, 2_000_000_000);
        assert_eq!(process.start_time_seconds, Some(1003.0));
        assert_eq!(process.usage_percent, None);
    }

    #[test]
    fn garbage_is_absent() {
        for garbage in [
            "",
            "42 (a",
            "x (a) S 1",
            "42 (a) S 1 2 3",
            "42 (a) S - - - - - - - - - - - - - - - - - - - -",
        ] {
            assert!(process_of(garbage.as_bytes(), &BASIS).is_none(), "{garbage}");
        }
    }
}
