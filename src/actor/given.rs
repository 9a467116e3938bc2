//! Given names: the gender of their bearers, where they tell it nearly always (names that both bear are left out), and
//! their short forms.

use std::sync::LazyLock;

/// One folded name a line, in order of their bytes.
static FEMALE: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("given/female.txt").lines().collect());
static MALE: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("given/male.txt").lines().collect());

/// One given name a line, folded, with its short forms.
static SHORT: LazyLock<Vec<Vec<&str>>> =
    LazyLock::new(|| include_str!("given/short.txt").lines().map(|line| line.split(' ').collect()).collect());

/// Whether two folded given names can be one: "liz" and "elizabeth", "will" and "bill".
pub(super) fn are_short_forms(a: &str, b: &str) -> bool {
    SHORT.iter().any(|line| line.contains(&a) && line.contains(&b))
}

/// Whether bearers of a given name, folded, are women (`Some(true)`) or men; `None` where it cannot be told.
pub(super) fn is_female(given: &str) -> Option<bool> {
    let is_on = |list: &[&str]| list.binary_search(&given).is_ok();
    match (is_on(&FEMALE), is_on(&MALE)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Whether a folded word is a given name on either list.
pub(super) fn is_name(word: &str) -> bool {
    [&FEMALE, &MALE].iter().any(|list| list.binary_search(&word).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{are_short_forms, is_female, FEMALE, MALE, SHORT};

    #[test]
    fn the_lists_are_in_order_and_apart() {
        assert!(FEMALE.is_sorted() && MALE.is_sorted());
        assert!(FEMALE.iter().all(|n| !MALE.contains(n)));
    }

    #[test]
    fn short_forms_are_found_either_way() {
        assert!(are_short_forms("liz", "elizabeth") && are_short_forms("elizabeth", "beth"));
        assert!(!are_short_forms("liz", "mary"));
        assert!(SHORT.iter().flatten().all(|name| name.chars().all(|c| c.is_ascii_lowercase())));
    }

    #[test]
    fn names_tell_gender_or_do_not() {
        assert_eq!([is_female("ana"), is_female("bernie"), is_female("kim")], [Some(true), Some(false), None]);
    }
}
