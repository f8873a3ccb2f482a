//! `/proc/stat`.

use std::collections::HashMap;

use super::sample::{Cpu, CpuModes, OneCpu};
use super::scan::{double, lines, rounded, whole, words};

const MODES: usize = 8;
const IDLE: usize = 3;
const IOWAIT: usize = 4;

type Ticks = [u64; MODES];

/// Tells CPU times, and percents of them since the reading before.
#[derive(Default)]
pub struct CpuReader {
    all: Option<Ticks>,
    by_cpu: HashMap<u32, Ticks>,
}

/// CPU times with the time of boot, seconds since the epoch.
pub struct StatFile {
    pub cpu: Option<Cpu>,
    pub boot_seconds: Option<u64>,
}

impl CpuReader {
    pub fn read(&mut self, stat: &[u8], ticks_per_second: f64) -> StatFile {
        let mut cpu: Option<Cpu> = None;
        let mut now_by_cpu = HashMap::with_capacity(self.by_cpu.len());
        let mut boot_seconds = None;
        for line in lines(stat) {
            let mut fields = words(line);
            match fields.next() {
                Some(b"cpu") => {
                    cpu = ticks_of(fields).map(|ticks| self.read_all(&ticks, ticks_per_second));
                }
                Some(b"btime") => boot_seconds = fields.next().and_then(whole),
                Some(name) if name.starts_with(b"cpu") => {
                    let number = whole(&name[3..]).and_then(|number| u32::try_from(number).ok());
                    if let (Some(number), Some(ticks), Some(cpu)) =
                        (number, ticks_of(fields), cpu.as_mut())
                    {
                        let before = self.by_cpu.get(&number);
                        cpu.per_cpu.push(OneCpu {
                            cpu: number,
                            usage_percent: before.and_then(|before| usage(&ticks, before)),
                        });
                        now_by_cpu.insert(number, ticks);
                    }
                }
                _ => {}
            }
        }
        // A CPU that was taken away is forgotten, so that it starts anew when it comes back.
        self.by_cpu = now_by_cpu;
        if let Some(cpu) = cpu.as_mut() {
            cpu.count = cpu.per_cpu.len();
        }
        StatFile { cpu, boot_seconds }
    }

    fn read_all(&mut self, ticks: &Ticks, ticks_per_second: f64) -> Cpu {
        let before = self.all.replace(*ticks);
        Cpu {
            seconds_total: modes(&ticks.map(|count| double(count) / ticks_per_second)),
            percent: before.and_then(|before| percents(ticks, &before)),
            usage_percent: before.and_then(|before| usage(ticks, &before)),
            ..Cpu::default()
        }
    }
}

/// The time of boot alone, seconds since the epoch: no reading that percents are told by.
pub fn boot_seconds(stat: &[u8]) -> Option<u64> {
    whole(words(lines(stat).find_map(|line| line.strip_prefix(b"btime"))?).next()?)
}

/// A kernel that knows fewer modes leaves the last ones out.
fn ticks_of<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Option<Ticks> {
    let mut ticks = [0; MODES];
    let mut read = 0;
    for (slot, field) in ticks.iter_mut().zip(fields) {
        *slot = whole(field)?;
        read += 1;
    }
    (read > IDLE).then_some(ticks)
}

/// Growth of each mode. The kernel lets iowait go back a little, which is taken as none; `None`
/// where the whole went back.
fn growth(now: &Ticks, before: &Ticks) -> Option<Ticks> {
    if now.iter().map(|count| u128::from(*count)).sum::<u128>()
        < before.iter().map(|count| u128::from(*count)).sum()
    {
        return None;
    }
    let mut added = [0; MODES];
    for (slot, (now, before)) in added.iter_mut().zip(now.iter().zip(before)) {
        *slot = now.saturating_sub(*before);
    }
    Some(added)
}

fn percents(now: &Ticks, before: &Ticks) -> Option<CpuModes> {
    let added = growth(now, before)?;
    let total = added.iter().map(|count| double(*count)).sum::<f64>();
    (total > 0.0).then(|| modes(&added.map(|count| double(count) * 100.0 / total)))
}

fn usage(now: &Ticks, before: &Ticks) -> Option<f64> {
    let added = growth(now, before)?;
    let total = added.iter().map(|count| double(*count)).sum::<f64>();
    let resting = double(added[IDLE]) + double(added[IOWAIT]);
    (total > 0.0).then(|| rounded((total - resting) * 100.0 / total))
}

fn modes(values: &[f64; MODES]) -> CpuModes {
    let [user, nice, system, idle, iowait, irq, softirq, steal] = values.map(rounded);
    CpuModes { user, nice, system, idle, iowait, irq, softirq, steal }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::{Cpu, CpuReader};

    fn read(reader: &mut CpuReader, stat: &str) -> Option<Cpu> {
        reader.read(stat.as_bytes(), 100.0).cpu
    }

    const FIRST: &str = "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 50 0 50 400 0 0 0 0\ncpu1 50 0 50 400 0 0 0 0\nintr 1 2 3\nbtime 1700000000\n";

    #[test]
    fn the_first_reading_has_totals_and_no_percent() {
        let cpu = read(&mut CpuReader::default(), FIRST).unwrap();
        assert_eq!(cpu.count, 2);
        assert!((cpu.seconds_total.idle - 8.0).abs() < 1e-9);
        assert_eq!((cpu.percent, cpu.usage_percent), (None, None));
        assert!(cpu.per_cpu.iter().all(|one| one.usage_percent.is_none()));
    }

    #[test]
    fn percents_are_of_the_interval_and_not_since_boot() {
        let mut reader = CpuReader::default();
        read(&mut reader, FIRST);
        let next =
            "cpu  130 0 110 850 10 0 0 0\ncpu0 80 0 60 400 10 0 0 0\ncpu1 50 0 50 450 0 0 0 0\n";
        let cpu = read(&mut reader, next).unwrap();
        assert_eq!(cpu.usage_percent, Some(40.0));
        let percent = cpu.percent.unwrap();
        assert_eq!((percent.user, percent.iowait), (30.0, 10.0));
        let each: Vec<_> = cpu.per_cpu.iter().map(|one| one.usage_percent).collect();
        assert_eq!(each, [Some(80.0), Some(0.0)]);
    }

    #[test]
    fn a_cpu_that_was_taken_away_and_came_back_starts_anew() {
        let mut reader = CpuReader::default();
        read(&mut reader, FIRST);
        let without = "cpu  110 0 100 890 0 0 0 0\ncpu0 60 0 50 490 0 0 0 0\n";
        let cpu = read(&mut reader, without).unwrap();
        assert_eq!((cpu.count, cpu.usage_percent), (1, Some(10.0)));
        let back = "cpu  120 0 100 980 0 0 0 0\ncpu0 70 0 50 580 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0\n";
        let cpu = read(&mut reader, back).unwrap();
        assert_eq!(cpu.per_cpu[1].usage_percent, None);
    }

    #[test]
    fn a_whole_that_went_back_has_no_percent_and_iowait_may() {
        let mut reader = CpuReader::default();
        read(&mut reader, "cpu  100 0 100 800 100 0 0 0\n");
        let cpu = read(&mut reader, "cpu  150 0 100 850 90 0 0 0\n").unwrap();
        assert_eq!(cpu.usage_percent, Some(50.0));
        let cpu = read(&mut reader, "cpu  10 0 10 80 0 0 0 0\n").unwrap();
        assert_eq!((cpu.percent, cpu.usage_percent), (None, None));
    }

    #[test]
    fn huge_counters_and_128_cpus_are_read() {
        let huge = u64::MAX / 2;
        let mut stat = format!("cpu  {huge} {huge} {huge} {huge} 0 0 0 0\n");
        for cpu in 0..128 {
            writeln!(stat, "cpu{cpu} {huge} 0 0 {huge} 0 0 0 0 0 0").unwrap();
        }
        let mut reader = CpuReader::default();
        read(&mut reader, &stat);
        let cpu = read(&mut reader, &stat).unwrap();
        assert_eq!((cpu.count, cpu.usage_percent), (128, None));
    }

    #[test]
    fn garbage_is_absent() {
        for garbage in ["", "cpu\n", "cpu a b c d\n", "cpu 1 2 3\n", "\0\u{1}cpu 1 2"] {
            assert_eq!(read(&mut CpuReader::default(), garbage), None, "{garbage:?}");
        }
    }
}
