//! The borders of a source: with the words that count it ("at least", "not"), without what stands between it and its cue
//! ("The harbour board | on Tuesday | rejected …", "Ada Lunt, | in a statement, | said …"), and with the comma that closes
//! an apposition. Counted in PolNeAR's training articles and in our labels of other news (`scripts/train/labelled`).

use std::collections::BTreeMap;

use super::attribution::Quote;
use crate::text::{Document, Span, DAYS, MONTHS};

const OPENING: &[&str] = &["early", "earlier", "late", "mid"];
const PARTS_OF_DAY: &[&str] = &["afternoon", "evening", "morning", "night"];
#[rustfmt::skip]
const PERIODS: &[&str] = &[
    "afternoon", "autumn", "evening", "fall", "month", "morning", "night", "spring", "summer", "week", "weekend",
    "winter", "year",
];
/// The most words of a time: "in early March 2027".
const LONGEST_TIME: usize = 4;

/// What a time is of that follows it: "a poll last week" is one poll of several.
#[rustfmt::skip]
const DATED: &[&str] = &[
    "ad", "article", "bill", "document", "documents", "email", "emails", "filing", "interview", "lawsuit", "letter",
    "memo", "order", "poll", "polls", "post", "race", "report", "reports", "ruling", "speech", "statement", "study",
    "survey", "testimony", "tweet", "vote",
];
/// What begins a clause: a time after one is that of its verb.
const RELATIVES: &[&str] = &["that", "which", "who", "whose"];
/// What begins words put in between a source and its cue.
const PUT_IN: &[&str] = &["after", "during", "for", "in", "speaking"];
/// What is put in there by itself: none of 55 such sources holds it.
const ADVERBS: &[&str] = &["also", "however", "instead", "meanwhile", "though", "too"];
/// What may stand before the words that count a source, and what these then begin with.
const COUNTING: &[(&str, &[&str])] = &[
    ("not", &["all", "every", "everybody", "everyone", "one"]),
    ("at least", NUMBERS),
    ("almost", &["all", "every", "everybody", "everyone", "half"]),
    ("nearly", &["all", "every", "everybody", "everyone", "half"]),
];
#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "half", "several", "some",
];

/// Mends the borders of all sources; one that several quotations share has one border, by its first cue.
pub(super) fn border(document: &Document, quotes: &mut [Quote]) {
    let mut cues: BTreeMap<Span, Option<Span>> = BTreeMap::new();
    for quote in quotes.iter() {
        let Some(source) = quote.source else { continue };
        let first = cues.entry(source).or_default();
        let after = quote.cue.filter(|cue| cue.start() >= source.end());
        *first = (*first).into_iter().chain(after).min();
    }
    for quote in quotes {
        quote.source = quote.source.map(|source| bordered(document, source, cues.get(&source).copied().flatten()));
    }
}

/// A source with its borders mended, before its cue or, without one here, after it.
fn bordered(document: &Document, source: Span, cue: Option<Span>) -> Span {
    let source = without_comma(document, counted(document, source));
    let Some(cue) = cue else { return source };
    let source = bare_relative(document, source);
    let source = without_time(document, without_insertion(document, source, cue), cue);
    with_closing_comma(document, without_comma(document, source), cue)
}

/// A source with the words before it that belong to its number: "not | everyone". Of 58 such sources four are without them.
fn counted(document: &Document, source: Span) -> Span {
    let Some(before) = document.text()[..source.start()].strip_suffix(char::is_whitespace) else { return source };
    let first = document.slice(source).split(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let start_of = |(words, after): &(&str, &[&str])| {
        let start = before.len().checked_sub(words.len())?;
        let fits = after.contains(&first.as_str()) || *after == NUMBERS && is_number(&first);
        let counts = fits && before.get(start..)?.eq_ignore_ascii_case(words);
        (counts && !before[..start].ends_with(char::is_alphanumeric)).then_some(start)
    };
    let start = COUNTING.iter().find_map(start_of).unwrap_or(source.start());
    document.span_of_bytes(start, source.end()).unwrap_or(source)
}

/// A text in lower case without the words that count it: "everyone" of "not everyone".
pub(crate) fn uncounted(text: &str) -> &str {
    let rest = COUNTING.iter().find_map(|(words, _)| text.strip_prefix(words)?.strip_prefix(' '));
    rest.unwrap_or(text)
}

/// "who" and "which" without what follows them: of 623 sources that begin with one, two go on.
fn bare_relative(document: &Document, source: Span) -> Span {
    let relative = ["who ", "which "].iter().find(|word| document.slice(source).starts_with(**word));
    let bare = relative.and_then(|word| document.span_of_bytes(source.start(), source.start() + word.len() - 1));
    bare.unwrap_or(source)
}

/// A source without words put in between commas before the cue: "Ada Lunt, | in a statement, | said". Of 85 such
/// insertions two are held to be of the source.
fn without_insertion(document: &Document, source: Span, cue: Span) -> Span {
    let text = document.slice(source);
    let closed = text.strip_suffix(',').or(document.text()[source.end()..cue.start()].starts_with(',').then_some(text));
    let Some((who, insertion)) = closed.and_then(|text| text.rsplit_once(',')) else { return source };
    let first = insertion.split_whitespace().next().unwrap_or_default();
    let put_in = PUT_IN.contains(&first) || ADVERBS.contains(&insertion.trim());
    let of_who = (insertion.starts_with(char::is_whitespace) && put_in).then_some(who.len());
    of_who.and_then(|length| document.span_of_bytes(source.start(), source.start() + length)).unwrap_or(source)
}

/// A source without the comma after it, unless that closes what an earlier comma opens. Of 1,116 sources with one comma at
/// their end or right behind it six hold it, all of them "(D-Ill.),".
fn without_comma(document: &Document, source: Span) -> Span {
    let bare = document.slice(source).strip_suffix(',').filter(|bare| !is_parted(bare) && !bare.contains('('));
    bare.and_then(|bare| document.trim(document.span_of_bytes(source.start(), source.start() + bare.len())?))
        .unwrap_or(source)
}

/// A source with the comma that closes its apposition before the cue: "Ada Lunt, the harbour master, said". Of 1,423 such
/// sources 1,337 hold it.
fn with_closing_comma(document: &Document, source: Span, cue: Span) -> Span {
    let (text, gap) = (document.slice(source), &document.text()[source.end()..cue.start()]);
    let goes_on = |rest: &str| rest.split_whitespace().next().is_some_and(|word| RELATIVES.contains(&word));
    let closes = !text.ends_with(',') && is_parted(text) && gap.strip_prefix(',').is_some_and(|rest| !goes_on(rest));
    let whole = closes.then(|| document.span_of_bytes(source.start(), source.end() + 1)).flatten();
    whole.unwrap_or(source)
}

/// Whether a comma parts a text; that of "2,000" does not.
fn is_parted(text: &str) -> bool {
    text.match_indices(',').any(|(at, _)| text[at + 1..].starts_with(char::is_whitespace))
}

/// A source without a time that stands between it and its cue, as that is the cue's: "Norvia | in 2015 | agreed". Of 69 such
/// sources in PolNeAR's training articles, those with the words of [`DATED`], a participle or a clause aside, four hold it.
fn without_time(document: &Document, source: Span, cue: Span) -> Span {
    if !document.text()[source.end()..cue.start()].trim().is_empty() {
        return source;
    }
    let words: Vec<&str> = document.slice(source).split_whitespace().collect();
    let Some(length) = (2..=LONGEST_TIME.min(words.len())).rev().find(|n| is_time(&words[words.len() - n..])) else {
        return source;
    };
    let who = &words[..words.len() - length];
    let takes_time = |word: &&str| DATED.contains(&word.to_lowercase().as_str()) || is_participle(word);
    let in_clause = who.iter().rev().skip(1).any(|word| RELATIVES.contains(word));
    if who.is_empty() || who.iter().any(takes_time) || in_clause {
        return source;
    }
    let without_word = |text: &'_ str| text.trim_end_matches(|c: char| !c.is_whitespace()).trim_end().len();
    let text = document.slice(source).trim_end();
    let kept = (0..length).fold(text.len(), |end, _| without_word(&text[..end]));
    document.span_of_bytes(source.start(), source.start() + kept).unwrap_or(source)
}

/// "on Tuesday night", "in early March", "on March 3", "in 2015", "late last week".
fn is_time(words: &[&str]) -> bool {
    let is_number = |word: &&str| word.trim_end_matches(',').parse::<u16>().is_ok();
    let is_day = |word: &&str| DAYS.contains(word);
    let is_month = |word: &&str| MONTHS.contains(word);
    match words {
        ["on", day] if is_day(day) => true,
        ["on", day, part] if is_day(day) => PARTS_OF_DAY.contains(part),
        ["on", month, numbers @ ..] if is_month(month) => !numbers.is_empty() && numbers.iter().all(is_number),
        ["in" | "since", opening, month, numbers @ ..] if OPENING.contains(opening) && is_month(month) => {
            numbers.iter().all(is_number)
        }
        ["in" | "since", month, numbers @ ..] if is_month(month) => numbers.iter().all(is_number),
        ["in", year] => year.len() == 4 && is_number(year),
        ["this" | "last", period] => PERIODS.contains(period) || is_day(period),
        [opening, "this" | "last", period] => OPENING.contains(opening) && (PERIODS.contains(period) || is_day(period)),
        _ => false,
    }
}

/// "released", "voting"; not "Winfred" and "king".
fn is_participle(word: &str) -> bool {
    let stem = word.strip_suffix("ed").or_else(|| word.strip_suffix("ing"));
    word.starts_with(char::is_lowercase) && stem.is_some_and(|stem| stem.contains(['a', 'e', 'i', 'o', 'u', 'y']))
}

#[cfg(test)]
mod tests {
    use super::border;
    use crate::quote::{Kind, Quote};
    use crate::text::{Document, Span};

    fn quote(source: Option<Span>, cue: Option<Span>) -> Quote {
        let (content, kind) = (Vec::new(), Kind::Indirect);
        Quote { content, cue, source, kind, confidence: 1.0, source_confidence: 1.0 }
    }

    /// The text has `[` and `]` around the source, and `|` before the cue.
    fn mended(drawn: &str) -> String {
        let at = |mark: char| drawn.find(mark).unwrap();
        let before = |byte: usize| drawn[..byte].chars().filter(|c| "[]|".contains(*c)).count();
        let document = Document::new(drawn.chars().filter(|c| !"[]|".contains(*c)).collect());
        let [start, end, cue] = ['[', ']', '|'].map(|mark| at(mark) - before(at(mark)));
        let mut quotes = [quote(document.span_of_bytes(start, end), document.span_of_bytes(cue, cue + 1))];
        border(&document, &mut quotes);
        document.slice(quotes[0].source.unwrap()).to_owned()
    }

    #[test]
    fn a_comma_stays_with_the_apposition_that_it_closes() {
        assert_eq!(mended("[Ada Lunt, the harbour master], |said."), "Ada Lunt, the harbour master,");
        assert_eq!(mended("[Ada Lunt, the harbour master,] |said."), "Ada Lunt, the harbour master,");
        assert_eq!(mended("[Ada Lunt, the harbour master], who |said."), "Ada Lunt, the harbour master");
        assert_eq!(mended("[Ada Lunt], |said."), "Ada Lunt");
        assert_eq!(mended("“No,” |said [Ada Lunt,] of the harbour."), "Ada Lunt");
        assert_eq!(mended("[Ada Lunt (I-Tellin),] |said."), "Ada Lunt (I-Tellin),");
        assert_eq!(mended("[Some 2,000 skippers], in Tellin, |said."), "Some 2,000 skippers");
        assert_eq!(mended("[Ada Lunt, on Tuesday] |said."), "Ada Lunt");
    }

    #[test]
    fn words_put_in_are_none_of_the_source() {
        assert_eq!(mended("[Ada Lunt, in a statement,] |said."), "Ada Lunt");
        assert_eq!(mended("[Ada Lunt, in a statement], |said."), "Ada Lunt");
        assert_eq!(mended("[Ada Lunt, the master, for her part,] |said."), "Ada Lunt, the master,");
        assert_eq!(mended("[Guards and others, meanwhile,] |said."), "Guards and others");
        assert_eq!(mended("[Ada Lunt, like the others,] |said."), "Ada Lunt, like the others,");
        assert_eq!(mended("Bo Reyl, [who together] |said."), "who");
        assert_eq!(mended("[Who else] |said so?"), "Who else");
    }

    #[test]
    fn a_source_begins_with_what_counts_it() {
        assert_eq!(mended("So not [everyone] |agreed."), "not everyone");
        assert_eq!(mended("At least [two skippers] |said no."), "At least two skippers");
        assert_eq!(mended("At least\n[12 skippers] |said no."), "At least\n12 skippers");
        assert_eq!(mended("Not [Ada Lunt], who |said no."), "Ada Lunt");
        assert_eq!(mended("The knot [one] |said no."), "one");
        assert_eq!(mended("İ not [one] |said no."), "not one");
    }

    #[test]
    fn the_time_of_the_cue_is_none_of_its_source() {
        for time in [
            "on Tuesday",
            "on Friday night",
            "in 2015",
            "in early March",
            "on May 3",
            "late last week",
            "in Sept. 2027",
        ] {
            assert_eq!(
                mended(&format!("[The harbour board {time}] |rejected the plan.")),
                "The harbour board",
                "{time}"
            );
        }
        assert_eq!(mended("[The king on Tuesday] |rejected it."), "The king");
        assert_eq!(mended("The board, [which in 2015] |rejected the plan."), "which");
        for whole in [
            "A poll last week",
            "Numbers released in March",
            "Ada Lunt, who came in 2015",
            "Voters in Tellin",
            "in 2015",
            "The march on May",
            "The voting on Tuesday",
        ] {
            assert_eq!(mended(&format!("[{whole}] |said no.")), whole);
        }
        assert_eq!(mended("“No,” |said [the board in 2015]."), "the board in 2015");
    }

    #[test]
    fn a_source_of_two_cues_has_one_border() {
        let document = Document::new("The board on Tuesday rejected it and urged calm.".to_owned());
        let span = |part: &str| document.text().find(part).and_then(|at| document.span_of_bytes(at, at + part.len()));
        let mut quotes = ["urged", "rejected"].map(|cue| quote(span("The board on Tuesday"), span(cue)));
        border(&document, &mut quotes);
        assert_eq!(quotes.map(|q| document.slice(q.source.unwrap()).to_owned()), ["The board", "The board"]);
    }
}
