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

/// Windows over `length` word pieces, each of at most `size`.
///
/// A window ends where a paragraph does (`breaks`: first pieces of paragraphs, in order), as little that matters to an
/// attribution crosses that border. A paragraph that is longer is cut into equal windows that share at least
/// `overlap`, each answering up to the middle of what they share, so that every vector comes from where it stands most
/// central.
pub(super) fn plan(length: usize, breaks: &[usize], size: usize, overlap: usize) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut start = 0;
    while start < length {
        let after = breaks.partition_point(|b| *b <= start);
        let fits = breaks[after..].partition_point(|b| *b <= start + size);
        let end = if start + size >= length {
            length
        } else if fits > 0 {
            breaks[after + fits - 1]
        } else {
            breaks.get(after).copied().unwrap_or(length).min(length)
        };
        cut(start, end, size, overlap, &mut windows);
        start = end;
    }
    windows
}

/// One window, or several where `from..to` is longer than `size`.
fn cut(from: usize, to: usize, size: usize, overlap: usize, windows: &mut Vec<Window>) {
    let length = to - from;
    if length <= size {
        windows.push(Window { start: from, end: to, keep_start: from, keep_end: to });
        return;
    }
    let overlap = overlap.min(size - 1);
    let count = (length - overlap).div_ceil(size - overlap);
    let each = (length + (count - 1) * overlap).div_ceil(count);
    let start = |i: usize| from + i * (length - each) / (count - 1);
    let middle = |i: usize| (start(i) + each + start(i + 1)) / 2;
    windows.extend((0..count).map(|i| Window {
        start: start(i),
        end: start(i) + each,
        keep_start: if i == 0 { from } else { middle(i - 1) },
        keep_end: if i + 1 == count { to } else { middle(i) },
    }));
}

#[cfg(test)]
mod tests {
    use super::plan;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_cover_everything_once(
            length in 0usize..5000,
            mut breaks in proptest::collection::vec(0usize..5000, 0..60),
            size in 2usize..300,
            overlap in 0usize..100,
        ) {
            breaks.sort_unstable();
            breaks.dedup();
            let windows = plan(length, &breaks, size, overlap);
            let mut next = 0;
            for window in &windows {
                prop_assert!(window.end - window.start <= size);
                prop_assert_eq!(window.keep_start, next);
                prop_assert!(window.start <= window.keep_start && window.keep_end <= window.end);
                prop_assert!(window.keep_start <= window.keep_end);
                next = window.keep_end;
            }
            prop_assert_eq!(next, length);
        }
    }

    #[test]
    fn windows_end_with_paragraphs() {
        let ends = |breaks: &[usize]| plan(100, breaks, 40, 10).iter().map(|w| (w.start, w.end)).collect::<Vec<_>>();
        assert_eq!(ends(&[0, 15, 35, 50, 80]), [(0, 35), (35, 50), (50, 80), (80, 100)]);
        assert_eq!(ends(&[0, 70]), [(0, 40), (30, 70), (70, 100)]);
    }
}
