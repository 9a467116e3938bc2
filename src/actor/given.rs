//! Given names that tell the gender of their bearer nearly always. Names that both bear are left out.

use std::sync::LazyLock;

/// One folded name a line, in order of their bytes.
static FEMALE: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("given/female.txt").lines().collect());
static MALE: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("given/male.txt").lines().collect());

/// Whether bearers of a given name, folded, are women (`Some(true)`) or men; `None` where it cannot be told.
pub(super) fn is_female(given: &str) -> Option<bool> {
    let is_on = |list: &[&str]| list.binary_search(&given).is_ok();
    match (is_on(&FEMALE), is_on(&MALE)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_female, FEMALE, MALE};

    #[test]
    fn the_lists_are_in_order_and_apart() {
        assert!(FEMALE.is_sorted() && MALE.is_sorted());
        assert!(FEMALE.iter().all(|n| !MALE.contains(n)));
    }

    #[test]
    fn names_tell_gender_or_do_not() {
        assert_eq!([is_female("ana"), is_female("bernie"), is_female("kim")], [Some(true), Some(false), None]);
    }
}
