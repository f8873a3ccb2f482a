//! Slots by number, found without a lock: all of the process, whoever watches.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::slot::Slot;

const CHUNK: usize = 256;
const CHUNKS: usize = 64;
/// Sockets watched at a time; one more is not watched.
pub const SLOTS_MAX: u32 = (CHUNK * CHUNKS) as u32;

/// Made by the chunk; what there is never moves.
static SLOTS: [OnceLock<Box<[Slot]>>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { free: Vec::new(), made: 0 });

struct Numbers {
    free: Vec<u32>,
    made: u32,
}

/// A slot that nobody else has until it is given back; none where all are taken.
pub fn take() -> Option<(u32, &'static Slot)> {
    let number = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner).next()?;
    let chunk = SLOTS.get(number as usize / CHUNK)?;
    let slots = chunk.get_or_init(|| (0..CHUNK).map(|_| Slot::default()).collect());
    slots.get(number as usize % CHUNK).map(|slot| (number, slot))
}

/// Gives a slot back that was taken.
pub fn give_back(number: u32) {
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner).free.push(number);
}

/// The slot, where one of this number was ever taken.
pub fn get(number: u32) -> Option<&'static Slot> {
    SLOTS.get(number as usize / CHUNK)?.get()?.get(number as usize % CHUNK)
}

impl Numbers {
    fn next(&mut self) -> Option<u32> {
        if let Some(free) = self.free.pop() {
            return Some(free);
        }
        let fresh = self.made;
        (fresh < SLOTS_MAX).then(|| {
            self.made += 1;
            fresh
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_taken_by_one_and_used_again() {
        let (one, _) = take().expect("there is room");
        let (other, _) = take().expect("there is room");
        assert_ne!(one, other);
        assert!(get(one).is_some() && get(other).is_some());
        give_back(other);
        give_back(one);
        assert!(get(SLOTS_MAX).is_none() && get(u32::MAX).is_none());
    }

    #[test]
    fn there_is_an_end_to_them() {
        let mut numbers = Numbers { free: vec![7], made: SLOTS_MAX - 1 };
        assert_eq!(numbers.next(), Some(7));
        assert_eq!(numbers.next(), Some(SLOTS_MAX - 1));
        assert_eq!(numbers.next(), None);
    }
}
