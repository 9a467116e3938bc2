//! Between byte offsets, which Rust slices by, and code-point offsets, which every output speaks in.

/// Bytes between two remembered places.
const STRIDE: usize = 256;

/// Converts offsets of one text both ways, each in time bounded by the stride.
#[derive(Debug, Clone)]
pub(crate) struct CodePoints {
    /// Code points before byte `i * STRIDE`; empty where the text is ASCII, as both offsets are then the same.
    before: Vec<usize>,
    total: usize,
}

/// Whether a byte begins a code point in UTF-8.
fn begins(byte: u8) -> bool {
    (byte & 0xC0) != 0x80
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| begins(**b)).count()
}

impl CodePoints {
    pub fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self { before: Vec::new(), total: text.len() };
        }
        let mut before = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut total = 0;
        for block in text.as_bytes().chunks(STRIDE) {
            before.push(total);
            total += count(block);
        }
        Self { before, total }
    }

    /// The code-point offset of a byte offset of the same text.
    pub fn at_byte(&self, text: &str, byte: usize) -> usize {
        let byte = byte.min(text.len());
        if self.before.is_empty() {
            return byte;
        }
        let block = (byte / STRIDE).min(self.before.len() - 1);
        self.before[block] + count(&text.as_bytes()[block * STRIDE..byte])
    }

    /// The byte offset of a code-point offset, or `None` past the end.
    pub fn byte_at(&self, text: &str, point: usize) -> Option<usize> {
        if point > self.total {
            return None;
        }
        if self.before.is_empty() {
            return Some(point);
        }
        if point == self.total {
            return Some(text.len());
        }
        let block = self.before.partition_point(|before| *before <= point) - 1;
        let mut left = point - self.before[block];
        for (i, byte) in text.as_bytes()[block * STRIDE..].iter().enumerate() {
            if begins(*byte) {
                if left == 0 {
                    return Some(block * STRIDE + i);
                }
                left -= 1;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::CodePoints;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn offsets_round_trip(text in "\\PC{0,40}", times in 1usize..40) {
            let text = text.repeat(times);
            let points = CodePoints::new(&text);
            prop_assert_eq!(points.total, text.chars().count());
            for (point, (byte, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(points.at_byte(&text, byte), point);
                prop_assert_eq!(points.byte_at(&text, point), Some(byte));
            }
            prop_assert_eq!(points.byte_at(&text, points.total), Some(text.len()));
            prop_assert_eq!(points.byte_at(&text, points.total + 1), None);
        }
    }
}
