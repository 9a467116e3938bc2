//! Labelled quotations: JSON Lines of `{id, text, attributions: [{source, cue, content, annotator?}]}`, each role a
//! list of `[start, end]` in code points.

use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::Deserialize;

use crate::stance::{Passage, Role};
use crate::text::inflate;
use crate::Error;

/// Whose labels are the measure, where an article has those of several annotators.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Annotator {
    /// The first of the article's `annotators`, or of its attributions.
    #[default]
    First,
    /// All of them together.
    All,
    /// The one of this name.
    Named(String),
}

impl std::str::FromStr for Annotator {
    type Err = std::convert::Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "first" => Self::First,
            "all" => Self::All,
            name => Self::Named(name.to_owned()),
        })
    }
}

/// Pieces of one role: half-open code-point ranges.
pub type Pieces = Vec<(usize, usize)>;

/// One attribution of a labelled sample.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct GoldAttribution {
    /// Who said it; empty where the text names nobody.
    #[serde(default)]
    pub source: Pieces,
    /// The words that attribute it.
    #[serde(default)]
    pub cue: Pieces,
    /// What was said.
    #[serde(default)]
    pub content: Pieces,
    /// Who labelled it.
    #[serde(default)]
    pub annotator: Option<String>,
}

impl GoldAttribution {
    fn roles(&self) -> [(&'static str, Role, &Pieces); 3] {
        [
            ("source", Role::Source, &self.source),
            ("cue", Role::Cue, &self.cue),
            ("content", Role::Content, &self.content),
        ]
    }
}

/// The first piece that is no range of a text of so many code points.
fn out_of_range(pieces: &[(usize, usize)], length: usize) -> Option<(usize, usize)> {
    pieces.iter().copied().find(|(start, end)| start >= end || *end > length)
}

/// The bytes of a range of code points; what is past the end of the text ends with it.
fn bytes(text: &str, (start, end): (usize, usize)) -> Range<usize> {
    let byte = |point| text.char_indices().nth(point).map_or(text.len(), |(byte, _)| byte);
    byte(start)..byte(end)
}

/// A labelled article.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldArticle {
    /// Its id.
    pub id: String,
    /// Its text, to which the offsets belong.
    pub text: String,
    /// The labels of the annotator that was chosen.
    pub attributions: Vec<GoldAttribution>,
    #[serde(default)]
    annotators: Vec<String>,
}

impl GoldArticle {
    /// A labelled article with the labels of one annotator.
    pub fn new(id: impl Into<String>, text: impl Into<String>, attributions: Vec<GoldAttribution>) -> Self {
        Self { id: id.into(), text: text.into(), attributions, annotators: Vec::new() }
    }

    fn keep(&mut self, annotator: &Annotator) {
        let name = match annotator {
            Annotator::All => return,
            Annotator::Named(name) => Some(name.clone()),
            Annotator::First => {
                self.annotators.first().cloned().or_else(|| self.attributions.iter().find_map(|a| a.annotator.clone()))
            }
        };
        if name.is_some() {
            self.attributions.retain(|a| a.annotator == name);
        }
    }

    fn check(&self) -> Result<(), String> {
        let length = self.text.chars().count();
        for (i, attribution) in self.attributions.iter().enumerate() {
            for (role, _, pieces) in attribution.roles() {
                if let Some((start, end)) = out_of_range(pieces, length) {
                    return Err(format!(
                        "article {:?}, attribution {i}: {role} [{start}, {end}] is no range of its {length} code points",
                        self.id
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Reads labelled quotations from a file, plain or gzip.
pub fn read_quotations(path: &Path, annotator: &Annotator) -> Result<Vec<GoldArticle>, Error> {
    let mut articles: Vec<GoldArticle> =
        read_lines(path, "a labelled article with id, text and attributions", GoldArticle::check)?;
    articles.iter_mut().for_each(|a| a.keep(annotator));
    Ok(articles)
}

/// Reads JSON Lines, plain or gzip, and checks each; `wanted` says what a line should be.
pub(super) fn read_lines<T: DeserializeOwned>(
    path: &Path,
    wanted: &str,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<Vec<T>, Error> {
    let sample = |line: Option<usize>, message: String| Error::Sample {
        place: line.map_or(path.display().to_string(), |n| format!("{}, line {n}", path.display())),
        message,
    };
    let file = std::fs::File::open(path).map_err(|e| sample(None, format!("cannot be opened: {e}")))?;
    let bytes = inflate(Box::new(BufReader::new(file))).map_err(|e| sample(None, format!("cannot be read: {e}")))?;
    let mut items = Vec::new();
    for (i, line) in bytes.lines().enumerate() {
        let at = Some(i + 1);
        let line = line.map_err(|e| sample(at, format!("cannot be read: {e}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let item: T = serde_json::from_str(&line).map_err(|e| sample(at, format!("is not {wanted}: {e}")))?;
        check(&item).map_err(|e| sample(at, e))?;
        items.push(item);
    }
    if items.is_empty() {
        return Err(sample(None, "there are no labelled articles in it".to_owned()));
    }
    Ok(items)
}

/// A text with its label towards a target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldStance {
    /// The text; all of it is the speaker's words where no `content` is given.
    pub text: String,
    /// What the label is about.
    pub target: String,
    /// `favor`, `against`, `neutral`, `none`, which means neutral, or `unrelated`.
    pub label: String,
    /// Of a quotation, who says what.
    #[serde(flatten)]
    pub quotation: GoldAttribution,
}

impl GoldStance {
    /// What the network reads.
    pub fn passage(&self) -> Passage {
        if self.quotation.content.is_empty() {
            return Passage::plain(&self.text);
        }
        let [source, cue, content] = self.quotation.roles();
        let of = |(_, role, pieces): (&str, Role, &Pieces)| -> Vec<_> {
            pieces.iter().map(|piece| (bytes(&self.text, *piece), role)).collect()
        };
        Passage::of_parts(&self.text, [content, source, cue].into_iter().flat_map(of).collect())
    }

    fn check(&self) -> Result<(), String> {
        let length = self.text.chars().count();
        let wrong = self.quotation.roles().into_iter().find_map(|(_, _, pieces)| out_of_range(pieces, length));
        if let Some((start, end)) = wrong {
            return Err(format!("[{start}, {end}] is no range of the text's {length} code points"));
        }
        match self.label.as_str() {
            "favor" | "against" | "neutral" | "none" | "unrelated" => Ok(()),
            other => Err(format!("the label {other:?} is none of favor, against, neutral, none, unrelated")),
        }
    }
}

/// A text with labels towards mentions in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldSentiment {
    /// The text.
    pub text: String,
    /// The mentions.
    pub targets: Vec<GoldMention>,
}

impl GoldSentiment {
    /// The bytes of one of its mentions.
    pub fn bytes(&self, mention: &GoldMention) -> Range<usize> {
        bytes(&self.text, (mention.start, mention.end))
    }
}

/// A mention with its label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldMention {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// `negative`, `neutral` or `positive`.
    pub label: String,
}

/// Reads labelled pairs of a text and a target.
pub fn read_stances(path: &Path) -> Result<Vec<GoldStance>, Error> {
    read_lines(path, "a labelled pair with text, target and label", GoldStance::check)
}

/// Reads texts with labelled mentions.
pub fn read_sentiments(path: &Path) -> Result<Vec<GoldSentiment>, Error> {
    read_lines(path, "a labelled text with targets: [{start, end, label}]", |item: &GoldSentiment| {
        let length = item.text.chars().count();
        for GoldMention { start, end, label } in &item.targets {
            if out_of_range(&[(*start, *end)], length).is_some() {
                return Err(format!("[{start}, {end}] is no range of the text's {length} code points"));
            }
            if !["negative", "neutral", "positive"].contains(&label.as_str()) {
                return Err(format!("the label {label:?} is none of negative, neutral, positive"));
            }
        }
        Ok(())
    })
}

/// An article whose quotations and stances are labelled by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldActors {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its quotations.
    pub quotes: Vec<GoldQuote>,
    /// Where its actors stand.
    #[serde(default)]
    pub stances: Vec<GoldActorStance>,
}

/// A quotation whose speaker is labelled by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldQuote {
    /// Names that are right.
    pub speaker: Vec<String>,
    /// Code points of the content.
    pub content_spans: Pieces,
    /// Whether it counts; one that does not is neither hit nor miss.
    #[serde(default = "yes")]
    pub required: bool,
}

/// Where an actor stands in an article.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldActorStance {
    /// Names that are right.
    pub actor: Vec<String>,
    /// The target.
    pub target: String,
    /// `favor`, `against` or `neutral`.
    pub label: String,
}

impl GoldActors {
    fn check(&self) -> Result<(), String> {
        let length = self.text.chars().count();
        if let Some((start, end)) = self.quotes.iter().find_map(|q| out_of_range(&q.content_spans, length)) {
            return Err(format!("[{start}, {end}] is no range of the text's {length} code points"));
        }
        let mut names = self.quotes.iter().map(|q| &q.speaker).chain(self.stances.iter().map(|s| &s.actor));
        if names.any(Vec::is_empty) {
            return Err("a speaker or an actor has no name; each needs one at least".to_owned());
        }
        match self.stances.iter().find(|s| !["favor", "against", "neutral"].contains(&s.label.as_str())) {
            Some(stance) => Err(format!("the label {:?} is none of favor, against, neutral", stance.label)),
            None => Ok(()),
        }
    }
}

fn yes() -> bool {
    true
}

/// Reads articles whose quotations and stances are labelled by name.
pub fn read_actors(path: &Path) -> Result<Vec<GoldActors>, Error> {
    read_lines(path, "a labelled article with id, text, quotes and stances", GoldActors::check)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str, annotator: &Annotator) -> Result<Vec<GoldArticle>, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines).unwrap();
        read_quotations(file.path(), annotator)
    }

    #[test]
    fn labels_by_name_are_checked() {
        let read = |speaker: &str, end: usize, label: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            let quote = format!(r#"{{"speaker": [{speaker}], "content_spans": [[0, {end}]]}}"#);
            let stance = format!(r#"{{"actor": ["Lunt"], "target": "the bridge", "label": "{label}"}}"#);
            let line = format!(r#"{{"id": "a", "text": "Oui", "quotes": [{quote}], "stances": [{stance}]}}"#);
            std::fs::write(file.path(), line).unwrap();
            read_actors(file.path()).map_err(|e| e.to_string())
        };
        assert_eq!(read("\"Lunt\"", 3, "favor").unwrap().len(), 1);
        assert!(read("", 3, "favor").unwrap_err().contains("line 1: a speaker or an actor has no name"));
        assert!(read("\"Lunt\"", 4, "favor").unwrap_err().contains("[0, 4] is no range"));
        assert!(read("\"Lunt\"", 3, "Favour").unwrap_err().contains("\"Favour\" is none of"));
    }

    #[test]
    fn the_first_annotator_is_chosen() {
        let line = r#"{"id": "a", "text": "He said so.", "annotators": ["y", "x"], "attributions": [
            {"source": [[0, 2]], "cue": [[3, 7]], "content": [[8, 10]], "annotator": "x"},
            {"source": [], "cue": [], "content": [[8, 10]], "annotator": "y"}]}"#
            .replace('\n', " ");
        assert_eq!(read(&line, &Annotator::First).unwrap()[0].attributions[0].source, []);
        assert_eq!(read(&line, &Annotator::Named("x".into())).unwrap()[0].attributions[0].source, [(0, 2)]);
        assert_eq!(read(&line, &Annotator::All).unwrap()[0].attributions.len(), 2);
    }

    #[test]
    fn a_quotation_has_roles_by_code_points() {
        let pair = |line: &str| serde_json::from_str::<GoldStance>(line).unwrap();
        let plain = pair(r#"{"text": "Oui", "target": "talks", "label": "favor"}"#);
        assert_eq!(plain.passage(), Passage::plain("Oui"));
        let quotation = r#"{"text": "É said “yes”", "target": "talks", "label": "favor", "source": [[0, 1]],
            "cue": [[2, 6]], "content": [[7, 12]]}"#;
        let roles = vec![(8..17, Role::Content), (0..2, Role::Source), (3..7, Role::Cue)];
        assert_eq!(pair(quotation).passage(), Passage::of_parts("É said “yes”", roles));
        assert!(pair(&quotation.replace("12", "13")).check().is_err());
    }

    #[test]
    fn a_bad_range_names_its_line() {
        let line = "\n{\"id\": \"a\", \"text\": \"é\", \"attributions\": [{\"content\": [[0, 2]]}]}";
        let message = read(line, &Annotator::First).unwrap_err().to_string();
        assert!(message.contains("line 2: article \"a\", attribution 0: content [0, 2]"), "{message}");
        assert!(read("", &Annotator::First).unwrap_err().to_string().contains("no labelled articles"));
    }
}
