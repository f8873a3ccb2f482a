//! What one collection tells, in the wire form of `GET /v1/host`. What is not known is left out.
//! Totals are since the start of the host (or of the device, or of the process); percents and
//! rates are over the interval since the collection before, and so never in the first one.

use std::collections::BTreeMap;

use serde::Serialize;

/// Everything that one collection found.
#[derive(Debug, Default, Serialize)]
pub struct HostSample {
    /// Time since the collection before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<f64>,
    /// What this collection took, the TCP states included.
    pub collection_us: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pressure: Option<PressureSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks: Option<BTreeMap<String, Disk>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystems: Option<BTreeMap<String, Filesystem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interfaces: Option<BTreeMap<String, Interface>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<Cgroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<BTreeMap<&'static str, Limit>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpStates>,
}

/// One value for each mode that the kernel counts CPU time in.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize)]
pub struct CpuModes {
    pub user: f64,
    pub nice: f64,
    pub system: f64,
    pub idle: f64,
    pub iowait: f64,
    pub irq: f64,
    pub softirq: f64,
    pub steal: f64,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Cpu {
    /// CPUs that are online.
    pub count: usize,
    /// Over all CPUs.
    pub seconds_total: CpuModes,
    /// Of all CPUs together; the modes sum to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<CpuModes>,
    /// Neither idle nor waiting for I/O, of all CPUs together: 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_percent: Option<f64>,
    pub per_cpu: Vec<OneCpu>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct OneCpu {
    pub cpu: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_percent: Option<f64>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Load {
    pub load1: f64,
    pub load5: f64,
    pub load15: f64,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Memory {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_bytes: Option<u64>,
    /// Total less available.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffers_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_total_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_free_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_used_bytes: Option<u64>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct PressureSet {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Pressure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub io: Option<Pressure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Pressure>,
}

/// Stall information (PSI): `some` task waited, or all (`full`) did.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Pressure {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub some_avg10: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub some_avg60: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub some_avg300: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_seconds_total: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_avg10: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_avg60: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_avg300: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stalled_seconds_total: Option<f64>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Disk {
    /// Part of another disk of the list.
    pub is_partition: bool,
    pub reads_completed_total: u64,
    pub read_bytes_total: u64,
    pub read_time_seconds_total: f64,
    pub writes_completed_total: u64,
    pub written_bytes_total: u64,
    pub write_time_seconds_total: f64,
    pub io_now: u64,
    pub io_time_seconds_total: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_bytes_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_bytes_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writes_per_second: Option<f64>,
    /// Time with at least one request under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy_percent: Option<f64>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Filesystem {
    pub device: String,
    pub fstype: String,
    pub readonly: bool,
    pub size_bytes: u64,
    pub free_bytes: u64,
    /// What a process without privileges may still use.
    pub avail_bytes: u64,
    /// As `df` counts: used over used and available.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_percent: Option<f64>,
    pub files: u64,
    pub files_free: u64,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Interface {
    pub addresses: Vec<String>,
    pub receive_bytes_total: u64,
    pub receive_packets_total: u64,
    pub receive_errs_total: u64,
    pub receive_drop_total: u64,
    pub transmit_bytes_total: u64,
    pub transmit_packets_total: u64,
    pub transmit_errs_total: u64,
    pub transmit_drop_total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receive_bytes_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transmit_bytes_per_second: Option<f64>,
}

/// Quotas of the control groups that this process is in, and what is used of them. A limit that is
/// absent is none.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Cgroup {
    /// `v1`, `v2`, or `hybrid` where only some controllers are in version 1.
    pub version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_limit_cores: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_usage_seconds_total: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_periods_total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_throttled_periods_total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_throttled_seconds_total: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_usage_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_swap_limit_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_swap_usage_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids_limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids_current: Option<u64>,
}

/// One resource limit of this process; absent is unlimited.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Limit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard: Option<u64>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Process {
    pub pid: u32,
    pub user_time_ns: u64,
    pub system_time_ns: u64,
    pub total_time_ns: u64,
    /// 100 is one core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vms_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_bytes: Option<u64>,
    pub threads: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_fds: Option<u64>,
    pub major_faults_total: u64,
    /// Since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time_seconds: Option<f64>,
}

/// TCP sockets of this network namespace by state, both address families.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize)]
pub struct TcpStates {
    pub established: u32,
    pub syn_sent: u32,
    pub syn_recv: u32,
    pub fin_wait1: u32,
    pub fin_wait2: u32,
    pub time_wait: u32,
    pub close: u32,
    pub close_wait: u32,
    pub last_ack: u32,
    pub listen: u32,
    pub closing: u32,
}

/// One TCP socket of a process, from the kernel's own table.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Connection {
    pub state: &'static str,
    pub local_address: String,
    pub local_port: u16,
    pub remote_address: String,
    pub remote_port: u16,
    /// The kernel's identity of the socket, as text: it does not fit a double.
    pub cookie: String,
    /// Bytes received and not read; of a listener, connections not accepted.
    pub receive_queue: u32,
    /// Bytes not acknowledged; of a listener, its backlog.
    pub send_queue: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rttvar_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_rtt_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwnd: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retransmits_total: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_rate_bytes_per_second: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_acked: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_received: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_data_received_ms: Option<u32>,
}
