//! Names held against each other: the same words, a part of one, initials, spelling variants.

use super::given;

/// Words that initials leave out.
const SMALL: &[&str] = &[
    "of", "for", "in", "on", "at", "to", "from", "with", "by", "who", "whom", "which", "that", "whose", "and", "or",
    "but", "as", "into", "over", "after", "before", "the",
];

/// The words of a text, lower-cased, without punctuation.
pub(crate) fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    split.filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// What a mention is compared by.
#[derive(Debug, Default)]
pub(super) struct Wording {
    words: Vec<String>,
    /// The mention as a short form, and the initials of its words.
    letters: String,
    initials: String,
}

impl Wording {
    pub fn new(text: &str) -> Self {
        let words = words(text);
        Self { letters: letters(text), initials: initials(&words), words }
    }

    /// What two mentions share, as the network knows it: 0 nothing, 1 all words, 2 the last word, 3 a word, 4 initials.
    pub fn relation(&self, other: &Self) -> i64 {
        let (left, right) = (&self.words, &other.words);
        if left == right {
            return 1;
        }
        if left.is_empty() || right.is_empty() {
            return 0;
        }
        if left.last() == right.last() {
            return 2;
        }
        if left.iter().any(|w| w.chars().count() > 2 && right.contains(w)) {
            return 3;
        }
        if self.is_short_for(other) || other.is_short_for(self) {
            return 4;
        }
        0
    }

    fn is_short_for(&self, long: &Self) -> bool {
        are_initials(&self.letters, &long.initials, &long.words)
    }
}

/// Whether a short form is made of the initials of these words: "E.F.C." of European Fisheries Commission.
pub(crate) fn is_initials(short: &str, long: &[String]) -> bool {
    are_initials(&letters(short), &initials(long), long)
}

fn are_initials(letters: &str, initials: &str, long: &[String]) -> bool {
    letters == initials && long.len() > 1 && letters.chars().count() > 1
}

/// The letters of a short form, lower-cased.
fn letters(short: &str) -> String {
    short.chars().filter(|c| !matches!(c, '.' | ' ')).flat_map(char::to_lowercase).collect()
}

/// The initials of words, but of small ones.
fn initials(long: &[String]) -> String {
    long.iter().filter(|w| !SMALL.contains(&w.as_str())).filter_map(|w| w.chars().next()).collect()
}

/// Whether a short form is made of the initials of a company, also with its "&" and without its legal form: "T&L" of Tellin
/// and Lunt Company. The network knows [`is_initials`] alone.
pub(super) fn is_short_form(short: &str, long: &[String]) -> bool {
    const LEGAL: &[&str] = &["company", "corporation", "corp", "co", "inc", "limited", "ltd", "group", "plc"];
    let without = long.split_last().filter(|(last, _)| LEGAL.contains(&last.as_str())).map(|(_, rest)| rest);
    let plain = short.replace('&', "");
    is_initials(&plain, long) || without.is_some_and(|rest| is_initials(&plain, rest))
}

/// A name brought to one spelling: lower case, no accents, hyphens as spaces, no dots and apostrophes.
pub(crate) fn folded(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for char in name.chars().flat_map(char::to_lowercase) {
        match char {
            '-' | '‐' | '‑' | '–' => plain.push(' '),
            '.' | '\'' | '’' | '‘' | 'ʼ' | ',' | '"' | '“' | '”' => {}
            c => plain.push_str(&deunicode::deunicode_char(c).unwrap_or("").to_lowercase()),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two folded words are spellings of one name: long, with the same beginning, and near, as they stand or as the
/// sounds that transcriptions from other alphabets write differently.
pub(super) fn is_variant(a: &str, b: &str) -> bool {
    a == b || is_near(a, b) || is_near(&sounds(a), &sounds(b))
}

/// A word with one spelling for what transcriptions spell in several ways: "Rasheed" as "Rashid".
fn sounds(word: &str) -> String {
    const SPELLINGS: &[(&str, &str)] = &[
        ("ee", "i"),
        ("oo", "u"),
        ("ou", "u"),
        ("y", "i"),
        ("ph", "f"),
        ("q", "k"),
        ("ck", "k"),
        ("w", "v"),
        ("tch", "ch"),
    ];
    let mut plain = word.to_owned();
    for (spelling, sound) in SPELLINGS {
        plain = plain.replace(spelling, sound);
    }
    let mut letters: Vec<char> = plain.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

fn is_near(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    shorter >= 5 && a.chars().next() == b.chars().next() && strsim::damerau_levenshtein(a, b) <= shorter / 5
}

/// Marks of a generation after a name.
const GENERATIONS: &[&str] = &["jr", "sr", "ii", "iii", "iv", "junior", "senior"];

/// A person's name in parts, folded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PersonName {
    pub words: Vec<String>,
    pub generation: Option<String>,
}

impl PersonName {
    pub fn new(name: &str) -> Self {
        let mut words: Vec<String> = folded(name).split(' ').map(str::to_owned).collect();
        let generation = match words.last() {
            Some(last) if words.len() > 1 && GENERATIONS.contains(&last.as_str()) => words.pop(),
            _ => None,
        };
        Self { words, generation }
    }

    /// Whether a name is a surname or a given name alone, in one word or in several that hyphens join.
    pub fn is_single(name: &str) -> bool {
        name.split_whitespace().filter(|word| !GENERATIONS.contains(&folded(word).as_str())).count() < 2
    }

    fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// Whether both, with two words or more, can be one person's: the same surname in some spelling, and given names
    /// that do not contradict each other.
    pub fn agrees(&self, other: &Self) -> bool {
        if self.words.len() < 2 || other.words.len() < 2 || self.generation != other.generation {
            return false;
        }
        let (mine, theirs) = (&self.words[..self.words.len() - 1], &other.words[..other.words.len() - 1]);
        is_variant(self.last(), other.last())
            && given_agree(&mine[0], &theirs[0])
            && middle_agree(&mine[1..], &theirs[1..])
    }

    /// Whether this single word, or this end of a name, can stand for the fuller one.
    pub fn is_end_of(&self, full: &Self) -> bool {
        (self.generation.is_none() || self.generation == full.generation)
            && self.words.len() < full.words.len()
            && self.words.iter().rev().zip(full.words.iter().rev()).all(|(a, b)| is_variant(a, b))
    }

    /// Whether this is the given name of the fuller one.
    pub fn is_start_of(&self, full: &Self) -> bool {
        self.words.len() < full.words.len() && full.words.starts_with(&self.words)
    }
}

fn given_agree(a: &str, b: &str) -> bool {
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    is_variant(a, b) || initial(a, b) || initial(b, a) || given::are_short_forms(a, b)
}

/// Middle names may be left out, or shortened to initials.
fn middle_agree(a: &[String], b: &[String]) -> bool {
    a.is_empty() || b.is_empty() || a.len() == b.len() && a.iter().zip(b).all(|(a, b)| given_agree(a, b))
}

#[cfg(test)]
mod tests {
    use super::{folded, is_initials, is_short_form, words, PersonName, Wording};

    #[test]
    fn relations_as_in_training() {
        let of = |a: &str, b: &str| Wording::new(a).relation(&Wording::new(b));
        assert_eq!(of("Ana Soler", "ana soler"), 1);
        assert_eq!(of("Ana Soler", "Soler"), 2);
        assert_eq!(of("Soler Group", "Soler"), 3);
        assert_eq!(of("EFC", "European Fisheries Commission"), 4);
        assert_eq!(of("Oslo", "Bergen"), 0);
    }

    #[test]
    fn names_fold() {
        assert_eq!(folded("Šárka Nováková-O’Neill"), "sarka novakova oneill");
        assert!(is_initials("E.F.C.", &words("European Fisheries Commission")));
        assert!(!is_initials("BoE", &words("Bank of England")));
        assert!(is_short_form("T&L", &words("Tellin and Lunt Company")));
        assert!(is_short_form("EFC", &words("European Fisheries Commission")));
        assert!(!is_short_form("TL", &words("Tellin Water Board")));
    }

    #[test]
    fn persons_agree() {
        let agree = |a: &str, b: &str| PersonName::new(a).agrees(&PersonName::new(b));
        assert!(agree("Volodymyr Zelensky", "Volodymyr Zelenskyy"));
        assert!(agree("Mara Jane Linde", "Mara Linde"));
        assert!(agree("J. Berg", "Jonas Berg"));
        assert!(!agree("George W. Bush", "George H. Bush"));
        assert!(!agree("Jonas Berg Jr.", "Jonas Berg"));
        assert!(!agree("Jonas Berg", "Mara Berg"));
        assert!(agree("Liz Berg", "Elizabeth Berg"));
        assert!(agree("Bill Berg", "Will Berg"));
        assert!(!agree("Bill Berg", "Bob Berg"));
        assert!(agree("Yusuf al-Rashid", "Yusuf Al Rasheed"));
        assert!(!agree("Marco Rossi", "Marco Russo"));
        assert!(["Tanaka-Holt", "Leary Sr."].into_iter().all(PersonName::is_single));
        assert!(PersonName::new("Zelenskyy").is_end_of(&PersonName::new("Volodymyr Zelensky")));
    }
}
