//! Reading numbers out of what the kernel writes, without allocating. Garbage reads as absent.

/// The lines, without their ends.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
}

/// The words of a line.
pub fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// A whole number; `None` for anything else, and for what does not fit.
pub fn whole(word: &[u8]) -> Option<u64> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// A number with a point; finite and not negative.
pub fn decimal(word: &[u8]) -> Option<f64> {
    let number: f64 = std::str::from_utf8(word).ok()?.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

pub fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

/// What was added since `before`; `None` where the counter began anew.
pub fn grown(now: u64, before: u64) -> Option<u64> {
    now.checked_sub(before)
}

/// What was added to a counter that the kernel keeps in 32 bits.
pub fn grown_wrapping(now: u64, before: u64) -> Option<u64> {
    const SPAN: u64 = 1 << 32;
    grown(now, before).or_else(|| (before < SPAN).then(|| now + SPAN - before))
}

/// A double is what the wire has: exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
pub fn double(number: u64) -> f64 {
    number as f64
}

/// Rounded to three digits behind the point, so that a sample stays short.
pub fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// `None` for an interval of no length.
pub fn per_second(added: Option<u64>, seconds: Option<f64>) -> Option<f64> {
    let seconds = seconds.filter(|seconds| *seconds > 0.0)?;
    Some(rounded(double(added?) / seconds))
}

#[cfg(test)]
mod tests {
    use super::{decimal, grown, grown_wrapping, whole};

    #[test]
    fn garbage_reads_as_absent() {
        for garbage in ["", "-1", "1x", "18446744073709551616", "max", "\u{fffd}"] {
            assert_eq!(whole(garbage.as_bytes()), None, "{garbage}");
        }
        assert_eq!(whole(b"18446744073709551615"), Some(u64::MAX));
        for garbage in ["", "NaN", "inf", "-0.5", "1,5"] {
            assert_eq!(decimal(garbage.as_bytes()), None, "{garbage}");
        }
    }

    #[test]
    fn a_counter_that_began_anew_has_no_growth_and_one_of_32_bits_wraps() {
        assert_eq!(grown(5, 9), None);
        assert_eq!(grown_wrapping(5, (1 << 32) - 5), Some(10));
        assert_eq!(grown_wrapping(5, 1 << 33), None);
    }
}
