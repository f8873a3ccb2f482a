//! What the host and a process do, read from files that stay open. Every collector takes the root
//! of the file system, so that tests bring their own. Nothing here starts a process, and nothing
//! fails: what cannot be read is absent.

mod cgroup;
mod cgroup_places;
mod cpu;
mod disk;
mod filesystem;
mod interfaces;
mod kept_file;
mod limits;
mod memory;
mod process;
pub mod sample;
mod scan;
mod tcp_diag;

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use nix::unistd::{SysconfVar, sysconf};

use cgroup::CgroupReader;
use cpu::CpuReader;
use disk::DiskReader;
use filesystem::FilesystemReader;
use interfaces::{InterfaceReader, own_addresses};
use kept_file::KeptFile;
use process::{Basis, ProcessReader};
use sample::{Connection, HostSample, PressureSet, Process, TcpStates};
use tcp_diag::TcpDiag;

/// Other processes whose last reading is kept, for percents.
const PROCESSES_MAX: usize = 32;
/// Sockets that one answer names; a process with more tells the first ones.
const CONNECTIONS_MAX: usize = 4096;
/// Addresses change when somebody changes them, and asking takes a fifth of a look.
const LOOKS_PER_ADDRESSES: u64 = 10;
/// Counting sockets takes as long as there are sockets: it gets a hundredth of the time.
const TCP_SHARE: f64 = 100.0;

/// Collects again and again; owned by one thread.
pub struct HostCollector {
    root: PathBuf,
    started: Instant,
    ticks_per_second: f64,
    before_seconds: Option<f64>,
    boot_seconds: Option<u64>,
    files: Files,
    cpu: CpuReader,
    disks: DiskReader,
    filesystems: FilesystemReader,
    interfaces: InterfaceReader,
    cgroup: Option<CgroupReader>,
    own: ProcessReader,
    others: HashMap<u32, ProcessReader>,
    tcp: Option<TcpDiag>,
    tcp_before: Option<(f64, f64, TcpStates)>,
    addresses: HashMap<String, Vec<String>>,
    looks: u64,
}

struct Files {
    stat: KeptFile,
    meminfo: KeptFile,
    loadavg: KeptFile,
    pressure: [KeptFile; 3],
    diskstats: KeptFile,
    net_dev: KeptFile,
    limits: KeptFile,
}

impl HostCollector {
    /// Reads below `root`; sockets and interface addresses are those of the real host, and are told
    /// only below its real root.
    pub fn new(root: &Path) -> Self {
        let file = |name: &str| KeptFile::new(root.join(name));
        let is_real = root == Path::new("/");
        Self {
            started: Instant::now(),
            ticks_per_second: ticks_per_second(),
            before_seconds: None,
            boot_seconds: None,
            files: Files {
                stat: file("proc/stat"),
                meminfo: file("proc/meminfo"),
                loadavg: file("proc/loadavg"),
                pressure: ["cpu", "io", "memory"]
                    .map(|name| KeptFile::new(root.join("proc/pressure").join(name))),
                diskstats: file("proc/diskstats"),
                net_dev: file("proc/self/net/dev"),
                limits: file("proc/self/limits"),
            },
            cpu: CpuReader::default(),
            disks: DiskReader::new(root),
            filesystems: FilesystemReader::new(root),
            interfaces: InterfaceReader::default(),
            cgroup: CgroupReader::open(root),
            own: ProcessReader::new(root, None),
            others: HashMap::new(),
            tcp: is_real.then(TcpDiag::open).flatten(),
            tcp_before: None,
            addresses: HashMap::new(),
            looks: 0,
            root: root.to_owned(),
        }
    }

    pub fn collect(&mut self) -> HostSample {
        self.collect_at(self.now_seconds())
    }

    /// `now_seconds` is monotonic.
    pub fn collect_at(&mut self, now_seconds: f64) -> HostSample {
        let began = Instant::now();
        let seconds = self.before_seconds.map(|before| now_seconds - before);
        let seconds = seconds.filter(|seconds| *seconds > 0.0);
        self.before_seconds = Some(now_seconds);
        let mut sample = HostSample {
            interval_ms: seconds.map(|seconds| scan::rounded(seconds * 1000.0)),
            cgroup: self.cgroup.as_mut().map(CgroupReader::read),
            filesystems: self.filesystems.read(),
            limits: self.files.limits.read().and_then(limits::limits),
            ..HostSample::default()
        };
        self.add_cpu_and_memory(&mut sample);
        self.add_devices(&mut sample, seconds);
        let basis = self.basis(now_seconds);
        sample.process = self.own.read(&basis);
        sample.tcp = self.tcp_states(now_seconds);
        self.looks += 1;
        sample.collection_us = scan::rounded(began.elapsed().as_secs_f64() * 1e6);
        sample
    }

    /// Another process, or this one. `None` where it has ended, or never was. Its percent is of the
    /// interval since it was asked for before.
    pub fn process(&mut self, pid: u32) -> Option<Process> {
        if self.boot_seconds.is_none() {
            self.boot_seconds = self.files.stat.read().and_then(cpu::boot_seconds);
        }
        let basis = self.basis(self.now_seconds());
        if !self.others.contains_key(&pid) && self.others.len() >= PROCESSES_MAX {
            self.others.clear();
        }
        let root = &self.root;
        let reader = self.others.entry(pid).or_insert_with(|| ProcessReader::new(root, Some(pid)));
        let told = reader.read(&basis);
        // It may be asked for once only, and end: its files would stay open for as long as we do.
        reader.close();
        if told.is_none() {
            self.others.remove(&pid);
        }
        told
    }

    /// Every TCP socket of this process, the first thousands of them. `None` where the kernel does
    /// not tell.
    pub fn connections(&mut self) -> Option<Vec<Connection>> {
        let inodes = socket_inodes(&self.root.join("proc/self/fd"))?;
        self.tcp.as_mut()?.connections(&inodes, CONNECTIONS_MAX)
    }

    fn add_cpu_and_memory(&mut self, sample: &mut HostSample) {
        if let Some(stat) = self.files.stat.read() {
            let told = self.cpu.read(stat, self.ticks_per_second);
            sample.cpu = told.cpu;
            self.boot_seconds = told.boot_seconds;
        }
        sample.load = self.files.loadavg.read().and_then(memory::load);
        sample.memory = self.files.meminfo.read().and_then(memory::memory);
        let [cpu, io, memory] =
            self.files.pressure.each_mut().map(|file| file.read().and_then(memory::pressure));
        let pressure = PressureSet { cpu, io, memory };
        sample.pressure = (pressure != PressureSet::default()).then_some(pressure);
    }

    fn add_devices(&mut self, sample: &mut HostSample, seconds: Option<f64>) {
        let disks = &mut self.disks;
        let diskstats = self.files.diskstats.read();
        sample.disks = diskstats.map(|text| disks.read(text, seconds));
        let Some(net_dev) = self.files.net_dev.read() else {
            return;
        };
        if self.root == Path::new("/") && self.looks.is_multiple_of(LOOKS_PER_ADDRESSES) {
            self.addresses = own_addresses();
        }
        let interfaces = self.interfaces.read(net_dev, &self.addresses, seconds);
        sample.interfaces = Some(interfaces);
    }

    /// Counted anew when a hundred times the last count's duration have passed, and at most once a
    /// collection; in between the last count stands.
    fn tcp_states(&mut self, now_seconds: f64) -> Option<TcpStates> {
        if let Some((at_seconds, took_seconds, states)) = &self.tcp_before
            && now_seconds - at_seconds < took_seconds * TCP_SHARE
        {
            return Some(*states);
        }
        let began = Instant::now();
        let states = self.tcp.as_mut()?.states()?;
        let took_seconds = began.elapsed().as_secs_f64();
        self.tcp_before = Some((now_seconds, took_seconds, states));
        Some(states)
    }

    fn basis(&self, now_seconds: f64) -> Basis {
        Basis {
            ticks_per_second: self.ticks_per_second,
            boot_seconds: self.boot_seconds,
            now_seconds,
        }
    }

    fn now_seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

/// The unit of times in `/proc`; 100 wherever anybody looked.
#[allow(clippy::cast_precision_loss)]
fn ticks_per_second() -> f64 {
    match sysconf(SysconfVar::CLK_TCK) {
        Ok(Some(ticks)) if ticks > 0 => ticks as f64,
        _ => 100.0,
    }
}

fn socket_inodes(folder: &Path) -> Option<HashSet<u64>> {
    let entries = std::fs::read_dir(folder).ok()?;
    let inodes = entries.flatten().filter_map(|entry| {
        let target = std::fs::read_link(entry.path()).ok()?;
        let name = target.as_os_str().as_bytes();
        scan::whole(name.strip_prefix(b"socket:[")?.strip_suffix(b"]")?)
    });
    Some(inodes.collect())
}

#[cfg(test)]
mod tests;
