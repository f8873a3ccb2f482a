//! Quotas of the control groups that this process is in. A limit of a group above counts too: the
//! smallest holds.

use std::path::{Path, PathBuf};

use super::cgroup_places::{Place, Places};
use super::kept_file::KeptFile;
use super::sample::Cgroup;
use super::scan::{double, lines, rounded, whole, words};

/// Version 1 writes "no limit" as the largest multiple of a page.
const UNLIMITED: u64 = 1 << 60;

pub struct CgroupReader {
    version: &'static str,
    cpu: CpuFiles,
    memory: MemoryFiles,
    pids_limits: Vec<KeptFile>,
    pids_current: Option<KeptFile>,
}

#[derive(Default)]
struct CpuFiles {
    /// Version 2 has quota and period in one file.
    limits: Vec<(KeptFile, Option<KeptFile>)>,
    stat: Option<KeptFile>,
    usage_ns: Option<KeptFile>,
}

#[derive(Default)]
struct MemoryFiles {
    limits: Vec<KeptFile>,
    usage: Option<KeptFile>,
    swap_limits: Vec<KeptFile>,
    swap_usage: Option<KeptFile>,
    /// Version 1 counts memory and swap together.
    swap_has_memory: bool,
}

impl CgroupReader {
    /// `None` where there are no control groups.
    pub fn open(root: &Path) -> Option<Self> {
        let places = Places::read(root);
        let pids = places.of("pids");
        Some(Self {
            version: places.version()?,
            cpu: cpu_files(&places),
            memory: memory_files(&places),
            pids_limits: all(pids.as_ref(), "pids.max"),
            pids_current: own(pids.as_ref(), "pids.current"),
        })
    }

    pub fn read(&mut self) -> Cgroup {
        let mut told = Cgroup {
            version: self.version,
            pids_limit: smallest(&mut self.pids_limits),
            pids_current: number(self.pids_current.as_mut()),
            ..Cgroup::default()
        };
        self.cpu.read(&mut told);
        self.memory.read(&mut told);
        told
    }
}

impl CpuFiles {
    fn read(&mut self, told: &mut Cgroup) {
        told.cpu_limit_cores = self
            .limits
            .iter_mut()
            .filter_map(|(quota, period)| cores(quota, period.as_mut()))
            .reduce(f64::min);
        told.cpu_usage_seconds_total =
            number(self.usage_ns.as_mut()).map(|ns| rounded(double(ns) / 1e9));
        let Some(stat) = self.stat.as_mut().and_then(KeptFile::read) else {
            return;
        };
        for line in lines(stat) {
            let mut fields = words(line);
            let (name, value) = (fields.next(), fields.next().and_then(whole));
            let seconds = |per: f64| value.map(|value| rounded(double(value) / per));
            match name {
                Some(b"usage_usec") => told.cpu_usage_seconds_total = seconds(1e6),
                Some(b"nr_periods") => told.cpu_periods_total = value,
                Some(b"nr_throttled") => told.cpu_throttled_periods_total = value,
                Some(b"throttled_usec") => told.cpu_throttled_seconds_total = seconds(1e6),
                Some(b"throttled_time") => told.cpu_throttled_seconds_total = seconds(1e9),
                _ => {}
            }
        }
    }
}

impl MemoryFiles {
    fn read(&mut self, told: &mut Cgroup) {
        told.memory_limit_bytes = smallest(&mut self.limits);
        told.memory_usage_bytes = number(self.usage.as_mut());
        let limit = smallest(&mut self.swap_limits);
        let usage = number(self.swap_usage.as_mut());
        if self.swap_has_memory {
            told.memory_swap_limit_bytes = part(limit, told.memory_limit_bytes);
            told.memory_swap_usage_bytes = part(usage, told.memory_usage_bytes);
        } else {
            told.memory_swap_limit_bytes = limit;
            told.memory_swap_usage_bytes = usage;
        }
    }
}

/// The two are read one after the other, so that the part may be larger by a little.
fn part(both: Option<u64>, memory: Option<u64>) -> Option<u64> {
    Some(both?.saturating_sub(memory?))
}

fn cpu_files(places: &Places) -> CpuFiles {
    let Some(place) = places.of("cpu") else {
        return CpuFiles::default();
    };
    let quota = if place.is_v2 { "cpu.max" } else { "cpu.cfs_quota_us" };
    let limits = place.folders.iter().filter_map(|folder| {
        let quota = existing(folder.join(quota))?;
        Some((quota, existing(folder.join("cpu.cfs_period_us"))))
    });
    CpuFiles {
        limits: limits.collect(),
        stat: own(Some(&place), "cpu.stat"),
        usage_ns: own(places.of("cpuacct").as_ref(), "cpuacct.usage"),
    }
}

fn memory_files(places: &Places) -> MemoryFiles {
    let place = places.of("memory");
    let is_v2 = place.as_ref().is_some_and(|place| place.is_v2);
    let [limit, usage, swap_limit, swap_usage] = if is_v2 {
        ["memory.max", "memory.current", "memory.swap.max", "memory.swap.current"]
    } else {
        [
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "memory.memsw.limit_in_bytes",
            "memory.memsw.usage_in_bytes",
        ]
    };
    let place = place.as_ref();
    MemoryFiles {
        limits: all(place, limit),
        usage: own(place, usage),
        swap_limits: all(place, swap_limit),
        swap_usage: own(place, swap_usage),
        swap_has_memory: !is_v2,
    }
}

fn cores(quota: &mut KeptFile, period: Option<&mut KeptFile>) -> Option<f64> {
    let mut fields = words(quota.read()?);
    let quota = whole(trimmed(fields.next()?))?;
    let period = match fields.next() {
        Some(period) => whole(trimmed(period)),
        None => number(period),
    }?;
    (period > 0 && quota > 0).then(|| rounded(double(quota) / double(period)))
}

fn all(place: Option<&Place>, name: &str) -> Vec<KeptFile> {
    place.map_or_else(Vec::new, |place| {
        let files = place.folders.iter().map(|folder| folder.join(name));
        files.filter_map(existing).collect()
    })
}

fn own(place: Option<&Place>, name: &str) -> Option<KeptFile> {
    existing(place?.folders.first()?.join(name))
}

fn existing(path: PathBuf) -> Option<KeptFile> {
    path.exists().then(|| KeptFile::new(path))
}

fn smallest(files: &mut [KeptFile]) -> Option<u64> {
    let limits = files.iter_mut().filter_map(|file| number(Some(file)));
    limits.filter(|limit| *limit < UNLIMITED).min()
}

/// `max` and -1 are no number, and so no limit.
fn number(file: Option<&mut KeptFile>) -> Option<u64> {
    whole(trimmed(file?.read()?))
}

fn trimmed(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}
