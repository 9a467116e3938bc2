//! Names by their capitals and titles: for sources in which the network sees no mention, and to cut titles off.

use super::determiner::is_determiner;
use super::given;
use super::matching::folded;
use crate::quote::uncounted;
use crate::text::{possesses, without_possessive, Document, Span, DASHES, DAYS, MONTHS};

/// Words before a name that are no part of it.
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "lord", "lady", "president", "premier", "chancellor",
    "prime", "minister", "secretary", "senator", "sen", "representative", "rep", "gov", "governor", "mayor",
    "judge", "justice", "general", "gen", "colonel", "col", "captain", "capt", "lieutenant", "lt", "sergeant",
    "sgt", "sens", "reps", "govs", "drs", "king", "queen", "prince", "princess", "pope", "archbishop", "bishop", "rev", "reverend", "chairman",
    "chairwoman", "spokesman", "spokeswoman", "spokesperson", "professor", "director", "ambassador", "chief",
    "vice", "former", "deputy", "attorney", "congressman", "congresswoman", "speaker", "officer", "commissioner",
    "councillor", "councilman", "councilwoman", "councilor", "candidate", "nominee", "leader", "coach", "analyst",
    "reporter", "editor", "correspondent", "detective", "inspector", "superintendent", "sheriff", "admiral",
    "brigadier", "marshal", "father", "sister", "brother", "mother", "rabbi", "imam", "emperor",
    "duchess", "baroness", "lt", "maj", "adm", "cmdr", "mp", "msp", "mep", "premier",
    "spokesmen", "spokeswomen", "spokespeople", "prosecutor", "author", "envoy", "counsel", "solicitor", "magistrate",
    "treasurer", "ceo", "cfo", "founder", "co-founder", "the", "a", "an",
];
/// Titles that are surnames too.
const SURNAMES: &[&str] = &["king", "prince", "pope", "bishop", "judge", "dean", "coach"];
/// Lower-case words that may stand inside a name.
const PARTICLES: &[&str] = &[
    "of", "de", "del", "della", "der", "den", "van", "von", "da", "di", "du", "la", "le", "al", "bin", "ibn", "for",
    "and", "y", "on",
];
/// Words that open a sentence with a capital and are no part of a name.
#[rustfmt::skip]
const OPENERS: &[&str] = &[
    "although", "after", "all", "also", "an", "and", "another", "as", "at", "because", "before", "but", "both",
    "by", "despite", "during", "even", "for", "from", "he", "her", "here", "his", "how", "however", "i", "if", "in",
    "instead", "it", "its", "last", "later", "like", "many", "meanwhile", "moreover", "most", "my", "no", "nor",
    "not", "now", "of", "on", "once", "one", "only", "or", "other", "our", "over", "she", "since", "so", "some",
    "still", "such", "that", "their", "then", "there", "these", "they", "this", "those", "though", "through", "to",
    "today", "under", "until", "upon", "we", "what", "when", "where", "whether", "which", "while", "who", "why",
    "with", "without", "yesterday", "yet", "you", "your",
];

/// A name as it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Name {
    span: Span,
    /// Whether a title stands right before it.
    titled: bool,
}

/// Particles that always join, as they stand in persons' names.
const PERSONAL: &[&str] =
    &["de", "del", "della", "der", "den", "van", "von", "da", "di", "du", "la", "le", "al", "bin", "ibn", "y"];

/// Runs of capitalized words, without titles. "of", "for" and "and" join two runs where `joins` says so of the word.
pub(super) fn runs(document: &Document, span: Span, joins: &dyn Fn(Span) -> bool) -> Vec<Span> {
    names_in(document, span, joins).into_iter().map(|name| name.span).collect()
}

/// All names inside a span, in order.
fn names_in(document: &Document, span: Span, joins: &dyn Fn(Span) -> bool) -> Vec<Name> {
    let mut found = Vec::new();
    let mut run: Option<Span> = None;
    let mut titled = false;
    let words = words(document, span);
    for (at, word) in words.iter().enumerate() {
        let text = document.slice(word.name);
        if word.opens {
            found.extend(run.take().map(|span| Name { span, titled }));
        }
        let inner = run.is_some() && text == "the" && joins(word.name) && is_one_word(document, &words[at + 1..]);
        let heads_office = text == "Justice" && words.get(at + 1).is_some_and(|w| is_general(document.slice(w.name)));
        let titles = is_title(text) && !inner && !heads_office && !is_surname(document, &words, at, run);
        if is_office(document, &words[..=at]) || titles {
            found.extend(run.take().map(|span| Name { span, titled }));
            titled = !matches!(text.to_lowercase().as_str(), "the" | "a" | "an");
        } else if run.is_none() && (is_opener(text) || is_party_tag(text)) {
            titled = false;
        } else if is_capitalized(text) || run.is_none() && is_number_of_name(document, &words[at..]) {
            // This takes in particles since the run began, so only where a capitalized word follows them.
            run = Some(run.map_or(word.name, |start| start.cover(word.name)));
        } else if run.is_none() || !(inner || PERSONAL.contains(&text) || PARTICLES.contains(&text) && joins(word.name))
        {
            found.extend(run.take().map(|span| Name { span, titled }));
            titled = false;
        }
        if word.ends {
            found.extend(run.take().map(|span| Name { span, titled }));
            titled = false;
        }
    }
    found.extend(run.map(|span| Name { span, titled }));
    found
}

/// Whether a name goes on for a single word: the "Levant" of "Iraq and the Levant".
fn is_one_word(document: &Document, after: &[Word]) -> bool {
    let goes_on = |word: &Word| is_capitalized(document.slice(word.name)) || document.slice(word.name) == "of";
    match after {
        [] => false,
        [word, rest @ ..] => goes_on(word) && (word.ends || !rest.first().is_some_and(goes_on)),
    }
}

/// The "State" of "Secretary of State" and the "Executive" of "Chief Executive", which belong to the title. The last of these
/// words is asked about.
fn is_office(document: &Document, words: &[Word]) -> bool {
    const CHIEF: &[&str] =
        &["Executive", "Financial", "Legal", "Marketing", "Medical", "Operating", "Scientific", "Technology"];
    if let [.., chief, office] = words {
        if document.slice(chief.name).eq_ignore_ascii_case("chief") && CHIEF.contains(&document.slice(office.name)) {
            return true;
        }
    }
    const OFFICES: &[&str] =
        &["State", "Defense", "Defence", "Energy", "Education", "Labor", "Commerce", "Agriculture", "Transportation"];
    let [.., title, of, office] = words else { return false };
    let [title, of, office] = [title, of, office].map(|word| document.slice(word.name));
    of == "of" && OFFICES.contains(&office) && ["secretary", "minister"].contains(&title.to_lowercase().as_str())
}

/// "Gale King" or "Mr. King", where "King" is no title: right after a given name or another title, at the end of the run.
fn is_surname(document: &Document, words: &[Word], at: usize, run: Option<Span>) -> bool {
    let text = document.slice(words[at].name);
    let given = match run {
        Some(run) => given::is_name(&folded(document.slice(run))),
        None => at.checked_sub(1).is_some_and(|before| {
            ["Mr", "Mrs", "Ms", "Dr", "Sen", "Rep", "Gov"].contains(&document.slice(words[before].name))
        }),
    };
    let goes_on = |next: &Word| !words[at].ends && !next.opens && is_capitalized(document.slice(next.name));
    let follows = words.get(at + 1).is_some_and(goes_on);
    SURNAMES.contains(&text.to_lowercase().as_str()) && is_capitalized(text) && given && !follows
}

/// The party and place of a member of a parliament: the "D-N.Y." of "Ada Lunt, D-N.Y.".
pub(super) fn is_party_tag(word: &str) -> bool {
    let place = ["D-", "R-", "I-", "L-"].iter().find_map(|party| word.strip_prefix(party));
    place.is_some_and(|place| place.starts_with(char::is_uppercase))
}

/// The "34th" of "34th Street Partnership". The first of these words is asked about.
fn is_number_of_name(document: &Document, words: &[Word]) -> bool {
    let [number, next, ..] = words else { return false };
    let (number, next) = (document.slice(number.name), document.slice(next.name));
    let digits = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let is_ordinal = ["st", "nd", "rd", "th"].contains(&&number[digits.len()..])
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit());
    is_ordinal && is_capitalized(next) && !is_title(next) && !is_date(next, " 1")
}

/// Whether a word is letters with dots between: "U.S", "U.N.".
pub(super) fn is_dotted(word: &str) -> bool {
    let letters = word.strip_suffix('.').unwrap_or(word);
    letters.contains('.') && letters.split('.').all(|part| part.chars().count() == 1)
}

/// What stands behind a name, without a last dot of its own: " officials" of "U.S. officials".
pub(super) fn behind<'a>(name: &str, after: &'a str) -> &'a str {
    after.strip_prefix('.').filter(|_| is_dotted(name)).unwrap_or(after)
}

/// Whether a source is nobody: "no official", "not everyone", "none of them"; "No 10" is somebody.
pub(super) fn is_nobody(source: &str) -> bool {
    let mut words = source.split_whitespace().map(str::to_lowercase);
    let is_none = words.next().is_some_and(|word| ["no", "nobody", "none", "not"].contains(&word.as_str()));
    is_none && !words.next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a source is several who speak for others, and none of these: "Spokesmen for the mayor, Ada Lunt,".
pub(super) fn is_of_speakers(source: &str) -> bool {
    let mut words = source.split_whitespace().map(str::to_lowercase);
    let first = words.find(|word| word != "the");
    first.is_some_and(|word| ["spokesmen", "spokespeople", "spokeswomen", "spokespersons"].contains(&word.as_str()))
        && words.next().is_some_and(|word| begins_dependent(&word))
}

/// Whether a name of several words ends in a title, and so describes: "Norvia Governor", "Reyl Aide".
pub(super) fn is_description(name: &str) -> bool {
    const TRADES: &[&str] =
        &["aide", "agent", "official", "adviser", "advisor", "lawyer", "officials", "aides", "agents"];
    let Some((_, last)) = name.rsplit_once(' ') else { return false };
    let last = last.to_lowercase();
    TRADES.contains(&last.as_str())
        || is_title(&last) && !SURNAMES.contains(&last.as_str()) && !["justice", "general"].contains(&last.as_str())
}

/// The name that a source is about: not one that only possesses the head ("Lunt’s lawyer") or stands in a phrase after
/// it ("a spokesman for the Bank"), nor a single word that opens a sentence.
pub(crate) fn head_name(document: &Document, source: Span) -> Option<Span> {
    let names = names_in(document, source, &|_| true);
    let text = document.text();
    let heads = names.iter().copied().filter(|name| {
        let after = &text[name.span.end()..source.end()];
        let mut before = &text[source.start()..name.span.start()];
        if name.titled {
            // The "of" of "Secretary of State" is the title's.
            let office = |(_, office): &(&str, &str)| !office.contains(',') && office.split_whitespace().count() == 1;
            before = before.rsplit_once(" of ").filter(office).map_or(before, |(rest, _)| rest);
        }
        let possesses = possesses(after);
        let depends = before.split_whitespace().skip(1).any(begins_dependent);
        // A capitalized modifier of a common noun ("Democratic lawmakers") is no name of the whole.
        let next = behind(document.slice(name.span), after).strip_prefix(char::is_whitespace).unwrap_or("");
        let modifies = next.starts_with(char::is_lowercase)
            && !["of ", "who", "and ", "or ", "himself", "herself", "after ", "before ", "during "]
                .iter()
                .any(|word| next.starts_with(word));
        !possesses && !depends && !modifies && !is_date(document.slice(name.span), after)
    });
    // "Former Norvia Gov. Ada Lunt, a friend of Mayor Reyl": the last title of what stands before the comma.
    let apposed = source.start() + document.slice(source).find([',', '(']).unwrap_or(source.len());
    let titled = heads.clone().rfind(|n| n.titled && n.span.start() < apposed);
    let head = titled.or_else(|| heads.clone().find(|n| n.titled)).or_else(|| heads.clone().next())?;
    let opens = document.opens_sentence(head.span.start());
    let single = !document.slice(head.span).contains(char::is_whitespace);
    (head.titled || !opens || !single).then_some(head.span)
}

/// "Tuesday", or "March" before a number.
fn is_date(name: &str, after: &str) -> bool {
    let is_month = MONTHS.iter().any(|month| month.trim_end_matches('.') == name);
    let number = after.strip_prefix('.').unwrap_or(after).trim_start();
    DAYS.contains(&name) || is_month && number.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a word has a capital first, after a particle that a hyphen joins to it ("al-Rashid"), or second ("iGen").
fn is_capitalized(word: &str) -> bool {
    let mut letters = word.chars();
    let second = letters.next().is_some_and(char::is_lowercase) && letters.next().is_some_and(char::is_uppercase);
    if second && letters.next().is_some_and(char::is_lowercase) {
        return true;
    }
    let after = word.split_once('-').filter(|(particle, _)| PERSONAL.contains(particle) || *particle == "el");
    word.starts_with(char::is_uppercase) || after.is_some_and(|(_, rest)| rest.starts_with(char::is_uppercase))
}

/// Whether a word begins what depends on the noun before it.
pub(super) fn begins_dependent(word: &str) -> bool {
    const DEPENDENT: &[&str] = &[
        "of", "for", "at", "from", "in", "with", "to", "by", "on", "against", "near", "about", "who", "whose", "which",
        "that",
    ];
    DEPENDENT.contains(&word.to_lowercase().as_str())
}

/// Whether words before a name, with the first of the name, are an office: "chief of harbour staff", "Director of Operations", "Secretary for Trade". What
/// is of somebody ("an aide of Mayor *Lunt*") is none.
pub(super) fn is_office_before(words: &str, name: &str) -> bool {
    let taken = &name[..name.len() - without_office(name).len()];
    let words: Vec<&str> = words.split_whitespace().chain(taken.split_whitespace()).collect();
    let Some(link) = words.iter().rposition(|w| begins_dependent(w)) else { return false };
    let title = link.checked_sub(1).map_or("", |at| words[at]);
    let office = &words[link + 1..];
    let named = |word: &&str| is_title(word) || is_determiner(&word.to_lowercase());
    let links =
        words[link] == "of" && is_title(title) || words[link] == "for" && title.eq_ignore_ascii_case("secretary");
    links && !office.is_empty() && !office.iter().any(named)
}

/// "Chief of Harbour Staff Ada Lunt", "Conservative Bo Reyl": the two words or more after the last that is no name's.
pub(super) fn without_office(name: &str) -> &str {
    #[rustfmt::skip]
    const OFFICES: &[&str] = &[
        "adviser", "advisor", "affairs", "communications", "conservative", "democrat", "intelligence", "investigations", "labour", "operations",
        "policy", "relations", "republican", "security", "services", "staff",
    ];
    let mut end = 0;
    let mut cut = 0;
    for word in name.split_inclusive(' ') {
        end += word.len();
        let after = &name[end..];
        if OFFICES.contains(&word.trim_end().to_lowercase().as_str())
            && after.split(' ').count() > 1
            && after.starts_with(char::is_uppercase)
        {
            cut = end;
        }
    }
    &name[cut..]
}

/// The words of a source before what depends on its head or is put in after it: "A spokesman" of "A spokesman for the Bank".
pub(super) fn before_dependents(document: &Document, source: Span) -> Span {
    let text = document.slice(source);
    let mut end = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        if end > 0 && begins_dependent(word.trim_end()) {
            break;
        }
        end += word.len();
        if word.trim_end().ends_with([',', ';', ':', '—', '–']) {
            break;
        }
    }
    document.span_of_bytes(source.start(), source.start() + text[..end].trim_end().len()).unwrap_or(source)
}

/// What stands before a name back to a white space, marks and dots included.
pub(super) fn word_before(document: &Document, name: Span) -> &str {
    document.text()[..name.start()].trim_end().rsplit(char::is_whitespace).next().unwrap_or("")
}

/// Whether a title stands right before a name: "Norvia’s President *Lunt*".
pub(super) fn is_titled(document: &Document, name: Span) -> bool {
    let word = word_before(document, name).trim_end_matches('.');
    is_title(word) && !matches!(word.to_lowercase().as_str(), "the" | "a" | "an" | "former")
}

/// Whether a word is a trade by its ending: "geologist", "goalkeeper".
pub(super) fn is_trade(word: &str) -> bool {
    #[rustfmt::skip]
    const ENDINGS: &[&str] = &[
        "ist", "keeper", "neer", "iser", "izer", "maker", "worker", "player", "teacher", "farmer", "driver",
        "manager", "lawyer", "owner", "writer", "singer", "dancer", "banker", "trader", "ranger", "ician", "woman",
        "critic", "blogger", "developer",
    ];
    ENDINGS.iter().any(|ending| word.to_lowercase().ends_with(ending))
}

/// Whether a mention is nothing but titles: "Rep.", "Prime Minister".
pub(super) fn is_only_title(name: &str) -> bool {
    name.split_whitespace().all(|word| is_title(word.trim_end_matches('.')))
}

/// A name without the article, titles and possessive ending that stand around it.
pub(super) fn bare(name: &str) -> &str {
    let mut rest = without_possessive(name);
    while let Some((word, after)) = rest.split_once(' ') {
        // The "Justice" of "Justice Department" is none.
        if !is_title(word.trim_end_matches('.')) || word.starts_with(char::is_uppercase) && is_general(after) {
            break;
        }
        rest = after;
    }
    rest
}

/// Whether a word opens a sentence with a capital and is no part of a name.
pub(super) fn is_opener(word: &str) -> bool {
    OPENERS.contains(&word.to_lowercase().as_str())
}

/// Whether a name is a word that many organizations are called by: "Police", "Department".
pub(super) fn is_general(name: &str) -> bool {
    #[rustfmt::skip]
    const GENERAL: &[&str] = &[
        "foreign", "defense", "defence", "interior", "justice", "finance", "health", "education", "ministry",
        "department", "office", "supreme", "high", "court", "parliament", "senate", "congress", "cabinet", "government",
        "army", "navy", "air", "force", "police", "central", "bank", "national", "assembly", "council", "party", "state",
        "federal", "agency",
    ];
    GENERAL.contains(&name.to_lowercase().as_str())
}

/// Whether a source is a pronoun or stands like one for someone whom it doesn't describe.
pub(super) fn is_pronoun(text: &str) -> bool {
    #[rustfmt::skip]
    const OTHERS: &[&str] = &[
        "this", "that", "these", "those", "one", "others", "some", "many", "both", "everyone", "everybody", "someone",
        "anyone", "all", "another", "the",
    ];
    super::mention::pronoun(text).is_some() || OTHERS.contains(&uncounted(&text.to_lowercase()))
}

struct Word {
    /// The word without punctuation around it and without a possessive ending.
    name: Span,
    /// Whether a mark before it begins something new.
    opens: bool,
    /// Whether punctuation after it ends a name.
    ends: bool,
}

/// Both words where the space after a full stop is lost: "Hill.While".
fn unglued(word: &str) -> impl Iterator<Item = &str> {
    let small = |c: Option<char>| c.is_some_and(char::is_lowercase);
    let glued = word.char_indices().find(|(at, c)| {
        let mut after = word[at + c.len_utf8()..].chars();
        *c == '.'
            && small(word[..*at].chars().next_back())
            && after.next().is_some_and(char::is_uppercase)
            && small(after.next())
    });
    let (first, second) = word.split_at(glued.map_or(word.len(), |(at, _)| at + 1));
    [first, second].into_iter().filter(|part| !part.is_empty())
}

/// Many that own a part of a name: "Workers’ Compensation Board", "People’s Bank".
#[rustfmt::skip]
const OWNERS: &[&str] = &[
    "Children", "Citizens", "Consumers", "Doctors", "Drivers", "Farmers", "Governors", "Lawyers", "Men", "Miners", "Nurses",
    "People", "Physicians", "Pilots", "Players", "Teachers", "Veterans", "Women", "Workers", "Writers",
];

/// White space that is wider parts what stands beside: "Photo: Ada Lunt   Opened: the pier".
const WIDEST_SPACE: usize = 2;

fn words(document: &Document, span: Span) -> Vec<Word> {
    let text = document.slice(span);
    let mut found: Vec<Word> = Vec::new();
    let mut at = 0;
    for raw in text.split_whitespace().flat_map(unglued) {
        // These are slices of the text in order.
        let start = at + text[at..].find(raw).unwrap_or(0);
        let is_apart = start - at > WIDEST_SPACE;
        at = start + raw.len();
        let bare = raw.trim_start_matches(|c: char| !c.is_alphanumeric());
        let left = start + raw.len() - bare.len();
        let bare = bare.trim_end_matches(|c: char| !c.is_alphanumeric());
        // "VALMORA — Ada Lunt" are two names; "Bramwell & Hart" is one.
        if let Some(last) = found.last_mut().filter(|_| bare.is_empty() && raw.starts_with(DASHES)) {
            last.ends = true;
        }
        let possessive = without_possessive(bare);
        // "St. Anders" goes on after its dot, as "J. Lunt" and "Gov. Lunt" do.
        let initial =
            possessive.chars().count() == 1 || is_title(possessive) || ["Ft", "Mt", "St"].contains(&possessive);
        let after = &text[left + possessive.len()..at];
        if let Some(name) = document.span_of_bytes(span.start() + left, span.start() + left + possessive.len()) {
            if !name.is_empty() {
                let opens = is_apart || raw.starts_with(|c: char| !c.is_alphanumeric());
                let owns = OWNERS.contains(&possessive) && ["’", "'", "’s", "'s"].contains(&after);
                found.push(Word { name, opens, ends: !(after.is_empty() || owns || initial && after == ".") });
            }
        }
    }
    found
}

/// Whether a name is of several people by its last word: "Republican Senators", "Norvian Democrats".
pub(super) fn is_of_several(name: &str) -> bool {
    const MEMBERS: &[&str] = &["american", "conservative", "democrat", "liberal", "republican"];
    let last = name.rsplit(' ').next().unwrap_or(name).to_lowercase();
    last.strip_suffix('s').is_some_and(|one| is_title(one) || is_trade(one) || MEMBERS.contains(&one))
}

/// Also of several that hyphens join: "Secretary-General", "Editor-in-Chief".
pub(super) fn is_title(word: &str) -> bool {
    let word = word.to_lowercase();
    let is_part = |part: &str| TITLES.contains(&part) || part == "in";
    TITLES.contains(&word.as_str()) || word.contains('-') && word.split('-').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::{
        bare, head_name, is_nobody, is_of_several, is_of_speakers, is_office_before, names_in, without_office,
    };
    use crate::text::Document;

    #[test]
    fn plural_titles_are_several() {
        assert!(["Norvian Senators", "Democrats", "Journalists"].into_iter().all(is_of_several));
        assert!(!["Ada Lunt", "Bo Reyls", "Senator"].into_iter().any(is_of_several));
    }

    fn names(text: &str) -> Vec<String> {
        let document = Document::new(text.to_owned());
        let all = document.span_of_bytes(0, text.len()).unwrap();
        names_in(&document, all, &|_| true).iter().map(|n| document.slice(n.span).to_owned()).collect()
    }

    #[test]
    fn titles_and_possessives_are_left_out() {
        assert_eq!(names("President Ada Lunt"), ["Ada Lunt"]);
        assert_eq!(names("Ruritania’s President Lunt"), ["Ruritania", "Lunt"]);
        assert_eq!(names("Dr. J. van der Meer, the mayor’s aide"), ["J. van der Meer"]);
    }

    #[test]
    fn titles_of_two_words_and_numbers_of_names() {
        assert_eq!(names("Chief Executive Ada Lunt of Reyl"), ["Ada Lunt of Reyl"]);
        assert_eq!(names("St. Anders County Prosecutor Bo Reyl"), ["St. Anders County", "Bo Reyl"]);
        assert_eq!(names("the 34th Street Guild"), ["34th Street Guild"]);
        assert_eq!(names("the 34th President"), Vec::<String>::new());
        assert_eq!(names("the State Workers’ Aid Board"), ["State Workers’ Aid Board"]);
        assert_eq!(names("the website uPier"), ["uPier"]);
        assert_eq!(names("Photo: Bo Reyl   Opened: the pier"), ["Photo", "Bo Reyl", "Opened"]);
        assert_eq!(names("Rep. Adam Bishop (D., N.Y.)"), ["Adam Bishop", "D", "N.Y"]);
    }

    #[test]
    fn nobody_and_those_who_speak_for_others() {
        assert!(["no guards", "Not everyone", "none of them", "No one"].into_iter().all(is_nobody));
        assert!(!["No 10", "Nora Lunt", "", "Neither side"].into_iter().any(is_nobody));
        assert!(is_of_speakers("Spokesmen for the mayor, Ada Lunt,"));
        assert!(!["Spokesmen", "A spokesman for the mayor"].into_iter().any(is_of_speakers));
    }

    #[test]
    fn particles_join_only_capitalized_words() {
        assert_eq!(names("the Bank of Ruritania"), ["Bank of Ruritania"]);
        assert_eq!(names("Lunt of all people"), ["Lunt"]);
        assert!(names("officials who knew").is_empty());
    }

    #[test]
    fn titles_may_be_surnames() {
        assert_eq!(names("co-anchor Sarah King said that Mr. King left"), ["Sarah King", "King"]);
        assert_eq!(names("King Olav Lunt"), ["Olav Lunt"]);
        assert_eq!(names("UN Secretary-General Ada Lunt"), ["UN", "Ada Lunt"]);
        assert_eq!(names("Tellin Secretary of State Ada Lunt"), ["Tellin", "Ada Lunt"]);
    }

    #[test]
    fn parties_and_lost_spaces_end_a_name() {
        assert_eq!(names("Ada Lunt, D-N.Y., and Bo Reyl, R-Ark."), ["Ada Lunt", "Bo Reyl"]);
        assert_eq!(names("near Tellin Hill.While Ada Lunt spoke"), ["Tellin Hill", "Ada Lunt"]);
        assert_eq!(names("the Free State of Norvia and the Isles"), ["Free State of Norvia and the Isles"]);
    }

    #[test]
    fn a_dash_parts_names() {
        assert_eq!(names("VALMORA — Ada Lunt"), ["VALMORA", "Ada Lunt"]);
        assert_eq!(names("Bramwell & Hart"), ["Bramwell & Hart"]);
    }

    #[test]
    fn the_name_after_the_title_is_the_head() {
        let head = |text: &str| {
            let document = Document::new(format!("It rained, as {text} said."));
            let start = document.text().find(text).unwrap();
            let source = document.span_of_bytes(start, start + text.len()).unwrap();
            head_name(&document, source).map(|s| document.slice(s).to_owned())
        };
        assert_eq!(head("Foreign Ministry spokesperson, Bo Reyl").as_deref(), Some("Bo Reyl"));
        assert_eq!(head("a spokesman for Lunt"), None);
        assert_eq!(head("Democratic lawmakers"), None);
        assert_eq!(head("Ruritania’s envoy"), None);
        assert_eq!(head("Norvia’s").as_deref(), Some("Norvia"));
        assert_eq!(head("Former Norvia Gov. Ada Lunt, a friend of Mayor Reyl").as_deref(), Some("Ada Lunt"));
        assert_eq!(head("Bo Reyl, a former Lunt administration official").as_deref(), Some("Bo Reyl"));
    }

    #[test]
    fn offices_stand_before_names() {
        assert!(is_office_before("the chief of harbour staff", "Ada Lunt"));
        assert!(is_office_before("Tellin Port Director of", "Operations Ada Lunt"));
        assert!(!is_office_before("a spokesman for President", "Ada Lunt"));
        assert!(!is_office_before("the wife of", "Ada Lunt"));
        assert!(!is_office_before("the director of the", "Ada Lunt"));
        let cut =
            ["Republican Ada Lunt", "Harbour Security Bo Reyl", "Republican Lunt", "Staff of Reyl"].map(without_office);
        assert_eq!(cut, ["Ada Lunt", "Bo Reyl", "Republican Lunt", "Staff of Reyl"]);
    }

    #[test]
    fn titles_are_cut_off() {
        assert_eq!(
            ["President Ada Lunt", "the Dr. Reyl", "Prime Minister", "Norvia’s", "Justice Department"].map(bare),
            ["Ada Lunt", "Reyl", "Minister", "Norvia", "Justice Department"]
        );
    }

    #[test]
    fn openers_of_a_sentence_are_no_names() {
        assert_eq!(names("Although Norvia agreed, But Lunt of"), ["Norvia", "Lunt"]);
    }
}
