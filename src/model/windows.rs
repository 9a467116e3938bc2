//! How a long text is cut into windows that the encoder can take, and which window answers for which word piece.

/// One window: what the encoder reads, and the part of it whose vectors are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// First word piece read.
    pub start: usize,
    /// One past the last word piece read.
    pub end: usize,
    /// First word piece kept.
    pub keep_start: usize,
    /// One past the last word piece kept.
    pub keep_end: usize,
}

/// Windows of equal length, at most `size`, over `length` word pieces; neighbours share at least `overlap`, and each
/// answers up to the middle of what they share, so that every vector comes from where it stands most central.
pub(super) fn plan(length: usize, size: usize, overlap: usize) -> Vec<Window> {
    if length == 0 {
        return Vec::new();
    }
    if length <= size {
        return vec![Window { start: 0, end: length, keep_start: 0, keep_end: length }];
    }
    let overlap = overlap.min(size - 1);
    let count = (length - overlap).div_ceil(size - overlap);
    let each = (length + (count - 1) * overlap).div_ceil(count);
    let starts: Vec<usize> = (0..count).map(|i| i * (length - each) / (count - 1)).collect();
    let cut = |i: usize| (starts[i] + each + starts[i + 1]) / 2;
    (0..count)
        .map(|i| Window {
            start: starts[i],
            end: starts[i] + each,
            keep_start: if i == 0 { 0 } else { cut(i - 1) },
            keep_end: if i + 1 == count { length } else { cut(i) },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::plan;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_cover_everything_once(length in 0usize..5000, size in 2usize..300, overlap in 0usize..100) {
            let windows = plan(length, size, overlap);
            let mut next = 0;
            for window in &windows {
                prop_assert!(window.end - window.start <= size);
                prop_assert_eq!(window.keep_start, next);
                prop_assert!(window.start <= window.keep_start && window.keep_end <= window.end);
                prop_assert!(window.keep_start <= window.keep_end);
                next = window.keep_end;
            }
            prop_assert_eq!(next, length);
            for pair in windows.windows(2) {
                prop_assert!(pair[0].end >= pair[1].start + overlap.min(size - 1));
            }
        }
    }
}
