//! Slots by number, found without a lock.

use std::sync::OnceLock;

use super::slot::Slot;

const CHUNK: usize = 256;
const CHUNKS: usize = 64;
/// Sockets watched at a time; one more is not watched.
pub const SLOTS_MAX: u32 = (CHUNK * CHUNKS) as u32;

/// Grows by a chunk when one of its slots is first asked for; what there is never moves.
pub struct Table {
    chunks: [OnceLock<Box<[Slot]>>; CHUNKS],
}

impl Table {
    pub fn new() -> Self {
        Self { chunks: [const { OnceLock::new() }; CHUNKS] }
    }

    /// The slot, made where it is the first of its chunk; none past the last.
    pub fn make(&self, number: u32) -> Option<&Slot> {
        let chunk = self.chunks.get(number as usize / CHUNK)?;
        let slots = chunk.get_or_init(|| (0..CHUNK).map(|_| Slot::default()).collect());
        slots.get(number as usize % CHUNK)
    }

    /// The slot, where it was made.
    pub fn get(&self, number: u32) -> Option<&Slot> {
        self.chunks.get(number as usize / CHUNK)?.get()?.get(number as usize % CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_slot_of_each_number_and_none_past_the_last() {
        let table = Table::new();
        assert!(table.get(300).is_none());
        assert!(table.make(300).is_some() && table.get(300).is_some());
        assert!(table.make(SLOTS_MAX - 1).is_some());
        assert!(table.make(SLOTS_MAX).is_none() && table.get(u32::MAX).is_none());
    }
}
