//! The possessive ending, which is part of a word but of no name.

/// What stands before the possessive ending of a word or name, if it has one: "Lunt" of "Lunt’s".
pub(crate) fn before_possessive(text: &str) -> Option<&str> {
    ["’s", "'s"].iter().find_map(|ending| text.strip_suffix(ending))
}

/// A word or name without its possessive ending.
pub(crate) fn without_possessive(text: &str) -> &str {
    before_possessive(text).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::without_possessive;

    #[test]
    fn either_apostrophe_goes() {
        assert_eq!(
            ["Lunt’s", "Lunt's", "Lunts", "Reyls’"].map(without_possessive),
            ["Lunt", "Lunt", "Lunts", "Reyls’"]
        );
    }
}
