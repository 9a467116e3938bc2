//! The possessive ending, which is part of a word but of no name.

/// What stands before the possessive ending of a word or name, if it has one: "Lunt" of "Lunt’s".
pub(crate) fn before_possessive(text: &str) -> Option<&str> {
    ["’s", "'s"].iter().find_map(|ending| text.strip_suffix(ending))
}

/// A word without marks around it and without its possessive ending.
pub(crate) fn bare_word(word: &str) -> &str {
    without_possessive(word.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Whether what follows a name makes it the owner of what comes next: "’s lawyer".
pub(crate) fn possesses(after: &str) -> bool {
    let rest = ["’s", "'s", "’", "'"].iter().find_map(|ending| after.strip_prefix(ending));
    rest.is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

/// A word or name without its possessive ending.
pub(crate) fn without_possessive(text: &str) -> &str {
    before_possessive(text).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{bare_word, possesses, without_possessive};

    #[test]
    fn either_apostrophe_goes() {
        assert_eq!(
            ["Lunt’s", "Lunt's", "Lunts", "Reyls’"].map(without_possessive),
            ["Lunt", "Lunt", "Lunts", "Reyls’"]
        );
        assert_eq!(["“Lunt’s,”", "(Lunt)", "—"].map(bare_word), ["Lunt", "Lunt", ""]);
        assert_eq!(["’s lawyer", "'\nlawyer", "’s", " lawyer"].map(possesses), [true, true, false, false]);
    }
}
