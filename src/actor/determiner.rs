//! Words that begin a description: "the", "his", "several".

#[rustfmt::skip]
const DETERMINERS: &[&str] = &[
    "the", "a", "an", "his", "her", "its", "their", "our", "my", "this", "that", "these", "those", "another", "no", "one",
    "some", "several", "many",
];

/// Whether a word, in lower case, brings somebody in: "a spokesman".
pub(super) fn is_indefinite(word: &str) -> bool {
    ["a", "an", "one"].contains(&word)
}

/// Whether a word, in lower case, begins a description.
pub(super) fn is_determiner(word: &str) -> bool {
    DETERMINERS.contains(&word)
}
