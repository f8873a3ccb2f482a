//! `/proc/self/limits`: what getrlimit tells, all of it in one reading.

use std::collections::BTreeMap;

use super::sample::Limit;
use super::scan::{lines, whole, words};

const NAMES: [(&[u8], &str); 12] = [
    (b"Max address space", "as"),
    (b"Max core file size", "core"),
    (b"Max cpu time", "cpu"),
    (b"Max data size", "data"),
    (b"Max file size", "fsize"),
    (b"Max locked memory", "memlock"),
    (b"Max msgqueue size", "msgqueue"),
    (b"Max open files", "nofile"),
    (b"Max pending signals", "sigpending"),
    (b"Max processes", "nproc"),
    (b"Max resident set", "rss"),
    (b"Max stack size", "stack"),
];

pub fn limits(file: &[u8]) -> Option<BTreeMap<&'static str, Limit>> {
    let found: BTreeMap<_, _> = lines(file).filter_map(limit_of).collect();
    (!found.is_empty()).then_some(found)
}

fn limit_of(line: &[u8]) -> Option<(&'static str, Limit)> {
    let (title, name) = NAMES.iter().find(|(title, _)| line.starts_with(title))?;
    let mut values = words(&line[title.len()..]);
    let (soft, hard) = (values.next()?, values.next()?);
    Some((name, Limit { soft: value_of(soft)?, hard: value_of(hard)? }))
}

/// The outer one is absent for garbage, the inner one for no limit.
#[allow(clippy::option_option)]
fn value_of(word: &[u8]) -> Option<Option<u64>> {
    if word == b"unlimited" {
        return Some(None);
    }
    whole(word).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{Limit, limits};

    #[test]
    fn soft_and_hard_are_told_and_unlimited_is_absent() {
        let file = b"Limit                     Soft Limit           Hard Limit           Units     \nMax cpu time              unlimited            unlimited            seconds   \nMax open files            1024                 524288               files     \nMax processes             x                    5                    processes \n";
        let told = limits(file).unwrap();
        assert_eq!(told.keys().copied().collect::<Vec<_>>(), ["cpu", "nofile"]);
        assert_eq!(told["nofile"], Limit { soft: Some(1024), hard: Some(524_288) });
        assert_eq!(told["cpu"], Limit::default());
        assert_eq!(limits(b"garbage"), None);
    }
}
