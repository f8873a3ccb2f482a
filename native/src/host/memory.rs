//! `/proc/meminfo`, `/proc/loadavg` and `/proc/pressure/*`.

use super::sample::{Load, Memory, Pressure};
use super::scan::{decimal, lines, whole, words};

pub fn memory(meminfo: &[u8]) -> Option<Memory> {
    let mut memory = Memory::default();
    for line in lines(meminfo) {
        let mut fields = words(line);
        let slot = match fields.next() {
            Some(b"MemTotal:") => &mut memory.total_bytes,
            Some(b"MemFree:") => &mut memory.free_bytes,
            Some(b"MemAvailable:") => &mut memory.available_bytes,
            Some(b"Buffers:") => &mut memory.buffers_bytes,
            Some(b"Cached:") => &mut memory.cached_bytes,
            Some(b"Shmem:") => &mut memory.shared_bytes,
            Some(b"SwapTotal:") => &mut memory.swap_total_bytes,
            Some(b"SwapFree:") => &mut memory.swap_free_bytes,
            _ => continue,
        };
        *slot = fields.next().and_then(whole).and_then(|kib| kib.checked_mul(1024));
    }
    memory.total_bytes?;
    memory.used_bytes = less(memory.total_bytes, memory.available_bytes);
    memory.swap_used_bytes = less(memory.swap_total_bytes, memory.swap_free_bytes);
    Some(memory)
}

fn less(whole: Option<u64>, part: Option<u64>) -> Option<u64> {
    whole?.checked_sub(part?)
}

pub fn load(loadavg: &[u8]) -> Option<Load> {
    let mut fields = words(loadavg).map(decimal);
    Some(Load { load1: fields.next()??, load5: fields.next()??, load15: fields.next()?? })
}

pub fn pressure(file: &[u8]) -> Option<Pressure> {
    let mut pressure = Pressure::default();
    for line in lines(file) {
        let mut fields = words(line);
        let kind = fields.next();
        let [avg10, avg60, avg300, total] = pressure_values(fields);
        let seconds = total.map(|micros| micros / 1e6);
        match kind {
            Some(b"some") => {
                pressure.some_avg10 = avg10;
                pressure.some_avg60 = avg60;
                pressure.some_avg300 = avg300;
                pressure.waiting_seconds_total = seconds;
            }
            Some(b"full") => {
                pressure.full_avg10 = avg10;
                pressure.full_avg60 = avg60;
                pressure.full_avg300 = avg300;
                pressure.stalled_seconds_total = seconds;
            }
            _ => {}
        }
    }
    (pressure != Pressure::default()).then_some(pressure)
}

fn pressure_values<'a>(fields: impl Iterator<Item = &'a [u8]>) -> [Option<f64>; 4] {
    let mut values = [None; 4];
    for field in fields {
        let Some(at) = field.iter().position(|byte| *byte == b'=') else {
            continue;
        };
        let slot = match &field[..at] {
            b"avg10" => 0,
            b"avg60" => 1,
            b"avg300" => 2,
            b"total" => 3,
            _ => continue,
        };
        values[slot] = decimal(&field[at + 1..]);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::{load, memory, pressure};

    #[test]
    fn memory_is_in_bytes_and_used_is_what_is_not_available() {
        let told = memory(b"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 400 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n").unwrap();
        assert_eq!(told.total_bytes, Some(1_024_000));
        assert_eq!(told.used_bytes, Some(614_400));
        assert_eq!(told.swap_used_bytes, Some(0));
        assert_eq!(told.buffers_bytes, None);
    }

    #[test]
    fn an_old_kernel_has_no_available_memory_and_so_none_used() {
        let told = memory(b"MemTotal: 1000 kB\nMemFree: 100 kB\n").unwrap();
        assert_eq!((told.available_bytes, told.used_bytes), (None, None));
    }

    #[test]
    fn garbage_is_absent() {
        assert_eq!(memory(b"MemTotal: many kB\n"), None);
        assert_eq!(memory(b"MemTotal: 18446744073709551615 kB\n"), None);
        assert_eq!(load(b"1.0 x 2.0"), None);
        assert_eq!(load(b""), None);
        assert_eq!(pressure(b""), None);
        assert_eq!(pressure(b"some avg10 total=x\n"), None);
    }

    #[test]
    fn pressure_tells_averages_and_seconds() {
        let told = pressure(b"some avg10=1.50 avg60=0.20 avg300=0.00 total=2500000\nfull avg10=0.10 avg60=0.00 avg300=0.00 total=1\n").unwrap();
        assert_eq!(told.some_avg10, Some(1.5));
        assert_eq!(told.waiting_seconds_total, Some(2.5));
        assert_eq!(told.full_avg10, Some(0.1));
    }
}
