//! The whole collector over roots that tests make: containers, old kernels, broken files.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::HostCollector;
use super::sample::{Cgroup, HostSample};

static ROOTS: AtomicU32 = AtomicU32::new(0);

/// A folder that looks like a root; removed with its owner.
struct Root(PathBuf);

impl Root {
    fn new(files: &[(&str, &str)]) -> Self {
        let number = ROOTS.fetch_add(1, Ordering::Relaxed);
        let name = format!("netscope-host-{}-{number}", std::process::id());
        let root = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(&root.0).unwrap();
        for (file, text) in files {
            root.write(file, text);
        }
        root
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn collect(&self) -> HostSample {
        HostCollector::new(&self.0).collect()
    }

    fn cgroup(&self) -> Cgroup {
        self.collect().cgroup.unwrap()
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const STAT: &str = "42 (node) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 11 0 300 4096 1\n";
const STATUS: &str = "Name:\tnode\nVmSize:\t 2000 kB\nVmRSS:\t 500 kB\nRssFile:\t 100 kB\nRssShmem:\t 20 kB\nVmData:\t 300 kB\nVmStk:\t 136 kB\nVmSwap:\t 8 kB\n";

#[test]
fn a_root_with_nothing_in_it_has_nothing_to_tell() {
    let told = serde_json::to_value(Root::new(&[]).collect()).unwrap();
    let names: Vec<_> = told.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["collection_us"]);
}

#[test]
fn files_of_garbage_are_absent_and_the_others_are_told() {
    let garbage = "\u{0}\u{1}\u{ffff} 99999999999999999999999 ::: ] [ \n\n:\n";
    let mut files = vec![("proc/loadavg", "0.10 0.20 0.30 1/2 3\n")];
    for file in [
        "proc/stat",
        "proc/meminfo",
        "proc/pressure/cpu",
        "proc/diskstats",
        "proc/self/net/dev",
        "proc/self/mounts",
        "proc/self/mountinfo",
        "proc/self/cgroup",
        "proc/self/limits",
        "proc/self/stat",
        "proc/self/status",
    ] {
        files.push((file, garbage));
    }
    let told = Root::new(&files).collect();
    assert!((told.load.unwrap().load5 - 0.2).abs() < 1e-9);
    assert!(told.cpu.is_none() && told.memory.is_none() && told.pressure.is_none());
    assert!(told.process.is_none() && told.cgroup.is_none() && told.limits.is_none());
    assert!(told.disks.unwrap().is_empty() && told.interfaces.unwrap().is_empty());
}

#[test]
fn a_kernel_without_pressure_or_swap_tells_the_rest() {
    let told = Root::new(&[("proc/meminfo", "MemTotal: 4 kB\nMemAvailable: 1 kB\n")]).collect();
    assert!(told.pressure.is_none());
    let memory = told.memory.unwrap();
    assert_eq!((memory.used_bytes, memory.swap_total_bytes), (Some(3072), None));
}

#[test]
fn a_process_is_told_with_its_memory_and_a_percent_from_the_second_time_on() {
    let root = Root::new(&[
        ("proc/stat", "cpu 1 1 1 1\nbtime 1000\n"),
        ("proc/self/stat", STAT),
        ("proc/self/status", STATUS),
        ("proc/self/fd/0", ""),
    ]);
    let mut collector = HostCollector::new(&root.0);
    let first = collector.collect_at(10.0);
    let process = first.process.unwrap();
    assert_eq!((first.interval_ms, process.usage_percent), (None, None));
    assert_eq!(process.rss_bytes, Some(512_000));
    assert_eq!(process.shared_bytes, Some(122_880));
    assert_eq!((process.swap_bytes, process.stack_bytes), (Some(8192), Some(139_264)));
    assert_eq!((process.open_fds, process.start_time_seconds), (Some(1), Some(1003.0)));
    root.write("proc/self/stat", &STAT.replace(" 150 50 ", " 250 50 "));
    let second = collector.collect_at(12.0);
    assert_eq!(second.interval_ms, Some(2000.0));
    assert_eq!(second.process.unwrap().usage_percent, Some(50.0));
}

#[test]
fn a_wrong_pid_and_one_that_ended_are_absent() {
    let root = Root::new(&[("proc/42/stat", STAT), ("proc/42/status", STATUS)]);
    let mut collector = HostCollector::new(&root.0);
    assert!(collector.process(41).is_none());
    assert_eq!(collector.process(42).unwrap().pid, 42);
    assert_eq!(collector.process(42).unwrap().start_time_seconds, None);
    root.write("proc/42/stat", "");
    assert!(collector.process(42).is_none());
    fs::remove_dir_all(root.0.join("proc/42")).unwrap();
    assert!(collector.process(42).is_none());
}

#[test]
fn nothing_stays_open_of_a_process_that_was_asked_for() {
    let root = Root::new(&[("proc/42/stat", STAT), ("proc/42/status", STATUS)]);
    let mut collector = HostCollector::new(&root.0);
    let is_open = |folder: &Path| {
        let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
        open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|to| to.starts_with(folder))
    };
    assert!(collector.process(42).is_some());
    assert!(!is_open(&root.0.join("proc/42")));
    let _kept = fs::File::open(root.0.join("proc/42/stat")).unwrap();
    assert!(is_open(&root.0.join("proc/42")), "this would be seen");
}

#[test]
fn a_pid_that_another_process_has_now_starts_anew() {
    let root = Root::new(&[("proc/42/stat", STAT)]);
    let mut collector = HostCollector::new(&root.0);
    collector.process(42);
    root.write("proc/42/stat", &STAT.replace(" 0 300 ", " 0 900 "));
    assert_eq!(collector.process(42).unwrap().usage_percent, None);
}

#[test]
fn a_process_has_its_start_before_the_host_was_looked_at_and_the_host_no_percent_for_it() {
    let stat = "cpu 10 0 0 10\nintr 1 2\nbtime 1000\n";
    let root = Root::new(&[("proc/stat", stat), ("proc/42/stat", STAT)]);
    let mut collector = HostCollector::new(&root.0);
    assert_eq!(collector.process(42).unwrap().start_time_seconds, Some(1003.0));
    root.write("proc/stat", &stat.replace("cpu 10", "cpu 90"));
    assert_eq!(collector.collect().cpu.unwrap().usage_percent, None);
}

#[test]
fn time_that_stands_still_gives_no_percent() {
    let root = Root::new(&[("proc/stat", "cpu 10 0 0 10\n"), ("proc/self/stat", STAT)]);
    let mut collector = HostCollector::new(&root.0);
    collector.collect_at(5.0);
    let told = collector.collect_at(5.0);
    assert_eq!((told.interval_ms, told.process.unwrap().usage_percent), (None, None));
}

#[test]
fn a_container_of_version_2_has_its_quotas() {
    let group = "sys/fs/cgroup";
    let files = [
        ("cpu.max", "150000 100000\n"),
        ("cpu.stat", "usage_usec 2500000\nnr_periods 9\nnr_throttled 4\nthrottled_usec 500000\n"),
        ("memory.max", "1073741824\n"),
        ("memory.current", "1000\n"),
        ("memory.swap.max", "0\n"),
        ("memory.swap.current", "0\n"),
        ("pids.max", "max\n"),
        ("pids.current", "7\n"),
    ];
    let root = Root::new(&[
        ("proc/self/cgroup", "0::/\n"),
        ("proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n"),
    ]);
    for (file, text) in files {
        root.write(&format!("{group}/{file}"), text);
    }
    let expected = Cgroup {
        version: "v2",
        cpu_limit_cores: Some(1.5),
        cpu_usage_seconds_total: Some(2.5),
        cpu_periods_total: Some(9),
        cpu_throttled_periods_total: Some(4),
        cpu_throttled_seconds_total: Some(0.5),
        memory_limit_bytes: Some(1_073_741_824),
        memory_usage_bytes: Some(1000),
        memory_swap_limit_bytes: Some(0),
        memory_swap_usage_bytes: Some(0),
        pids_limit: None,
        pids_current: Some(7),
    };
    assert_eq!(root.cgroup(), expected);
}

#[test]
fn the_smallest_limit_of_all_groups_above_holds() {
    let root = Root::new(&[
        ("proc/self/cgroup", "0::/slice/unit\n"),
        ("proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"),
        ("sys/fs/cgroup/slice/memory.max", "5000\n"),
        ("sys/fs/cgroup/slice/cpu.max", "max 100000\n"),
        ("sys/fs/cgroup/slice/unit/memory.max", "9000\n"),
        ("sys/fs/cgroup/slice/unit/memory.current", "123\n"),
        ("sys/fs/cgroup/slice/unit/cpu.max", "max 100000\n"),
    ]);
    let told = root.cgroup();
    assert_eq!((told.memory_limit_bytes, told.memory_usage_bytes), (Some(5000), Some(123)));
    assert_eq!(told.cpu_limit_cores, None);
}

const V1_MOUNTS: &str = "30 20 0:26 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n31 20 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
const V1_GROUPS: &str = "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n1:name=systemd:/\n";

fn write_v1_files(root: &Root) {
    for (file, text) in [
        ("cpu,cpuacct/cpu.cfs_quota_us", "200000\n"),
        ("cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
        ("cpu,cpuacct/cpu.stat", "nr_periods 3\nnr_throttled 1\nthrottled_time 2000000000\n"),
        ("cpu,cpuacct/cpuacct.usage", "7000000000\n"),
        ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ("memory/memory.usage_in_bytes", "4096\n"),
    ] {
        root.write(&format!("sys/fs/cgroup/{file}"), text);
    }
}

#[test]
fn a_container_of_version_1_without_a_namespace_finds_its_own_group() {
    let root = Root::new(&[("proc/self/cgroup", V1_GROUPS), ("proc/self/mountinfo", V1_MOUNTS)]);
    write_v1_files(&root);
    let told = root.cgroup();
    assert_eq!((told.version, told.cpu_limit_cores), ("v1", Some(2.0)));
    assert_eq!(told.cpu_usage_seconds_total, Some(7.0));
    assert_eq!(told.cpu_throttled_seconds_total, Some(2.0));
    // 9223372036854771712 is how version 1 says that there is none.
    assert_eq!((told.memory_limit_bytes, told.memory_usage_bytes), (None, Some(4096)));
}

#[test]
fn a_hybrid_takes_each_controller_from_where_it_is() {
    let mounts =
        format!("{V1_MOUNTS}32 20 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    let groups = format!("{V1_GROUPS}0::/own\n");
    let root = Root::new(&[
        ("proc/self/cgroup", &groups),
        ("proc/self/mountinfo", &mounts),
        ("sys/fs/cgroup/unified/own/pids.max", "50\n"),
    ]);
    write_v1_files(&root);
    let told = root.cgroup();
    assert_eq!((told.version, told.cpu_limit_cores), ("hybrid", Some(2.0)));
    assert_eq!(told.pids_limit, Some(50));
}

#[test]
fn a_period_or_quota_of_nothing_is_no_limit() {
    for max in ["0 100000", "100000 0", "-1 100000", "100000", "", "max"] {
        let root = Root::new(&[
            ("proc/self/cgroup", "0::/\n"),
            ("proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 c rw\n"),
            ("sys/fs/cgroup/cpu.max", max),
        ]);
        assert_eq!(root.cgroup().cpu_limit_cores, None, "{max}");
    }
}

#[test]
fn a_file_that_grew_past_its_buffer_is_read_whole() {
    let mut stat = String::from("cpu 1 1 1 1\n");
    for cpu in 0..4096 {
        writeln!(stat, "cpu{cpu} 1000000 0 1000000 1000000 0 0 0 0 0 0").unwrap();
    }
    let told = Root::new(&[("proc/stat", &stat)]).collect();
    assert_eq!(told.cpu.unwrap().count, 4096);
}

#[test]
fn the_real_host_has_a_process_that_is_this_one() {
    let mut collector = HostCollector::new(Path::new("/"));
    let told = collector.collect();
    let process = told.process.unwrap();
    assert_eq!(process.pid, std::process::id());
    assert!(process.rss_bytes.unwrap() > 0 && process.open_fds.unwrap() > 3);
    assert!(told.memory.unwrap().total_bytes.unwrap() > 0);
    assert!(told.interfaces.unwrap().contains_key("lo"));
}

#[test]
fn own_connections_are_told_from_the_table_of_the_kernel() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = std::net::TcpStream::connect(address).unwrap();
    let mut collector = HostCollector::new(Path::new("/"));
    let Some(told) = collector.connections() else {
        eprintln!("skipped: this kernel does not tell sockets over netlink");
        return;
    };
    let local = client.local_addr().unwrap();
    let own = told
        .iter()
        .find(|one| one.local_port == local.port() && one.remote_port == address.port())
        .unwrap();
    assert_eq!((own.state, own.remote_address.as_str()), ("established", "127.0.0.1"));
    assert!(own.rtt_ms.unwrap() < 1000.0);
    assert!(own.cookie.parse::<u64>().unwrap() > 0);
    let states = collector.collect().tcp.unwrap();
    assert!(states.listen >= 1 && states.established >= 2);
}
