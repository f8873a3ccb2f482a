//! `/proc/diskstats`: every block device that was ever used, whatever it is called.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::sample::Disk;
use super::scan::{double, grown, grown_wrapping, lines, per_second, rounded, text, whole, words};

/// The unit of the file, whatever the device's own sector is.
const SECTOR_BYTES: u64 = 512;
/// Past this a host has more devices than anybody looks at.
const DISKS_MAX: usize = 256;
const FIELDS: usize = 11;

#[derive(Clone, Copy)]
struct Counters {
    reads: u64,
    read_bytes: u64,
    read_ms: u64,
    writes: u64,
    written_bytes: u64,
    write_ms: u64,
    io_now: u64,
    io_ms: u64,
}

/// Tells disks, and rates since the reading before.
pub struct DiskReader {
    /// `/sys/class/block`, which tells a partition from a disk.
    blocks: PathBuf,
    before: HashMap<String, Counters>,
    is_partition: HashMap<String, bool>,
}

impl DiskReader {
    pub fn new(root: &Path) -> Self {
        Self {
            blocks: root.join("sys/class/block"),
            before: HashMap::new(),
            is_partition: HashMap::new(),
        }
    }

    pub fn read(&mut self, diskstats: &[u8], seconds: Option<f64>) -> BTreeMap<String, Disk> {
        let mut disks = BTreeMap::new();
        let mut now = HashMap::with_capacity(self.before.len());
        for line in lines(diskstats) {
            let mut fields = words(line).skip(2);
            let Some(name) = fields.next() else { continue };
            let Some(counters) = counters_of(fields).filter(was_used) else {
                continue;
            };
            if disks.len() == DISKS_MAX {
                break;
            }
            let name = text(name);
            let is_partition = self.is_partition(&name);
            let before = self.before.get(&name);
            let disk = Disk { is_partition, ..disk_of(&counters, before, seconds) };
            now.insert(name.clone(), counters);
            disks.insert(name, disk);
        }
        self.before = now;
        disks
    }

    fn is_partition(&mut self, name: &str) -> bool {
        if let Some(known) = self.is_partition.get(name) {
            return *known;
        }
        // A slash of a name is written as an exclamation mark there.
        let file = self.blocks.join(name.replace('/', "!")).join("partition");
        let found = file.exists();
        if self.is_partition.len() >= DISKS_MAX {
            self.is_partition.clear();
        }
        self.is_partition.insert(name.to_owned(), found);
        found
    }
}

fn counters_of<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Option<Counters> {
    let mut values = [0_u64; FIELDS];
    let mut read = 0;
    for (slot, field) in values.iter_mut().zip(fields) {
        *slot = whole(field)?;
        read += 1;
    }
    if read < FIELDS {
        return None;
    }
    let [reads, _, read_sectors, read_ms, writes, _, written_sectors, write_ms, io_now, io_ms, _] =
        values;
    Some(Counters {
        reads,
        read_bytes: read_sectors.checked_mul(SECTOR_BYTES)?,
        read_ms,
        writes,
        written_bytes: written_sectors.checked_mul(SECTOR_BYTES)?,
        write_ms,
        io_now,
        io_ms,
    })
}

/// Kernels list loop and RAM devices by the dozen that nothing ever used.
fn was_used(counters: &Counters) -> bool {
    counters.reads > 0 || counters.writes > 0
}

fn disk_of(now: &Counters, before: Option<&Counters>, seconds: Option<f64>) -> Disk {
    let rate = |read: fn(&Counters) -> u64| {
        per_second(before.and_then(|before| grown(read(now), read(before))), seconds)
    };
    let busy_ms = before.and_then(|before| grown_wrapping(now.io_ms, before.io_ms));
    Disk {
        is_partition: false,
        reads_completed_total: now.reads,
        read_bytes_total: now.read_bytes,
        read_time_seconds_total: double(now.read_ms) / 1000.0,
        writes_completed_total: now.writes,
        written_bytes_total: now.written_bytes,
        write_time_seconds_total: double(now.write_ms) / 1000.0,
        io_now: now.io_now,
        io_time_seconds_total: double(now.io_ms) / 1000.0,
        read_bytes_per_second: rate(|disk| disk.read_bytes),
        written_bytes_per_second: rate(|disk| disk.written_bytes),
        reads_per_second: rate(|disk| disk.reads),
        writes_per_second: rate(|disk| disk.writes),
        // Milliseconds a second are tenths of a percent; the kernel rounds up past the whole.
        busy_percent: per_second(busy_ms, seconds).map(|ms| rounded((ms / 10.0).min(100.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::DiskReader;
    use std::path::Path;

    fn reader() -> DiskReader {
        DiskReader::new(Path::new("/nonexistent"))
    }

    #[test]
    fn every_disk_that_was_used_is_told_and_no_other() {
        let stats = b" 259 0 nvme0n1 10 0 20 30 40 0 50 60 1 70 80 0 0 0 0\n   7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n 8 0 sda 1 0 2 0 0 0 0 0 0 0 0\n 253 0 dm-0 1 0 2 0 0 0 0 0 0 0 0\n";
        let disks = reader().read(stats, None);
        assert_eq!(disks.keys().collect::<Vec<_>>(), ["dm-0", "nvme0n1", "sda"]);
        let nvme = &disks["nvme0n1"];
        assert_eq!((nvme.read_bytes_total, nvme.written_bytes_total), (10_240, 25_600));
        assert_eq!((nvme.read_bytes_per_second, nvme.busy_percent), (None, None));
    }

    #[test]
    fn rates_are_of_the_interval_and_a_counter_that_went_back_has_none() {
        let mut reader = reader();
        reader.read(b"8 0 sda 10 0 20 0 5 0 10 0 0 4294967290 0\n", None);
        let disks = reader.read(b"8 0 sda 30 0 60 0 4 0 8 0 0 494 0\n", Some(2.0));
        let sda = &disks["sda"];
        assert_eq!(sda.reads_per_second, Some(10.0));
        assert_eq!(sda.read_bytes_per_second, Some(10_240.0));
        assert_eq!(sda.writes_per_second, None);
        // 500 ms of 2 s, over the wrap of 32 bits.
        assert_eq!(sda.busy_percent, Some(25.0));
    }

    #[test]
    fn garbage_and_counters_past_64_bits_are_left_out() {
        let stats = b"8 0 sda 1 2 3\n8 0 sdb x 0 0 0 0 0 0 0 0 0 0\n8 0 sdc 1 0 18446744073709551615 0 0 0 0 0 0 0 0\n\n8\n";
        assert!(reader().read(stats, None).is_empty());
    }
}
