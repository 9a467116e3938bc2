//! Which parts of a text stand inside quotation marks.
//!
//! Double marks, straight or curly, and guillemets open and close inside a paragraph; a quotation that runs over
//! several paragraphs opens anew in each, and one left open ends with its paragraph. Single marks count apart, as the
//! closing one is also the apostrophe.

use super::document::Span;

/// Regions between quotation marks, the marks themselves included.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    double: Vec<Span>,
    single: Vec<Span>,
    unclosed: usize,
}

const OPENING: &str = "“„«";
const CLOSING: &str = "”»";
const BEFORE_OPENING: &str = "([{—–-/‘'“";

impl Marks {
    pub(super) fn new(text: &str, paragraphs: &[Span]) -> Self {
        let mut marks = Self::default();
        for paragraph in paragraphs {
            marks.double_in(text, *paragraph);
            marks.single_in(text, *paragraph);
        }
        marks
    }

    fn double_in(&mut self, text: &str, paragraph: Span) {
        let body = &text[paragraph.start()..paragraph.end()];
        let mut open: Option<usize> = None;
        let mut before = ' ';
        let mut chars = body.char_indices().peekable();
        while let Some((i, mark)) = chars.next() {
            let at = paragraph.start() + i;
            let end = at + mark.len_utf8();
            let after = chars.peek().map_or(' ', |(_, c)| *c);
            if OPENING.contains(mark) {
                // An opening mark inside an open region nests; the region goes on.
                open = open.or(Some(at));
            } else if CLOSING.contains(mark) {
                if let Some(start) = open.take() {
                    self.double.push(Span::new(start, end));
                }
            } else if mark == '"' {
                let opens = !after.is_whitespace() && (before.is_whitespace() || BEFORE_OPENING.contains(before));
                let closes = !before.is_whitespace() && (after.is_whitespace() || !after.is_alphanumeric());
                match open {
                    Some(start) if !opens || closes => {
                        self.double.push(Span::new(start, end));
                        open = None;
                    }
                    None if opens || !closes => open = Some(at),
                    _ => {}
                }
            }
            before = mark;
        }
        if let Some(start) = open {
            self.unclosed += 1;
            self.double.push(Span::new(start, paragraph.end()));
        }
    }

    /// Single marks: an opening one before a word, up to the last closing one after a word before the next opening.
    fn single_in(&mut self, text: &str, paragraph: Span) {
        let body = &text[paragraph.start()..paragraph.end()];
        let mut open: Option<usize> = None;
        let mut close: Option<usize> = None;
        let mut before = ' ';
        let mut chars = body.char_indices().peekable();
        while let Some((i, mark)) = chars.next() {
            let at = paragraph.start() + i;
            let after = chars.peek().map_or(' ', |(_, c)| *c);
            let starts_word = !before.is_alphanumeric() && after.is_alphabetic();
            let ends_word = !before.is_whitespace() && !after.is_alphanumeric();
            if (mark == '‘' || mark == '\'') && starts_word && (before.is_whitespace() || "([{—–-“\"".contains(before))
            {
                if let (Some(start), Some(end)) = (open, close) {
                    self.single.push(Span::new(start, end));
                    open = None;
                }
                open = open.or(Some(at));
                close = None;
            } else if (mark == '’' || mark == '\'') && ends_word && open.is_some() {
                close = Some(at + mark.len_utf8());
            }
            before = mark;
        }
        if let (Some(start), Some(end)) = (open, close) {
            self.single.push(Span::new(start, end));
        }
    }

    /// Regions between double marks, in order.
    pub fn double(&self) -> &[Span] {
        &self.double
    }

    /// Regions between single marks, in order. An apostrophe can look like one.
    pub fn single(&self) -> &[Span] {
        &self.single
    }

    /// How many double marks were opened and not closed in their paragraph.
    pub fn unclosed(&self) -> usize {
        self.unclosed
    }

    /// Whether a byte stands inside double marks.
    pub fn is_inside(&self, byte: usize) -> bool {
        region_at(&self.double, byte).is_some()
    }

    /// Whether a byte stands inside the marks that the text quotes with: double ones, and single ones too where it
    /// has more of those, as British papers do.
    pub fn is_quoted(&self, byte: usize) -> bool {
        self.is_inside(byte) || self.is_british() && region_at(&self.single, byte).is_some()
    }

    /// The region between the marks that the text quotes with, as above, that ends here.
    pub fn quoted_until(&self, byte: usize) -> Option<Span> {
        let single: &[Span] = if self.is_british() { &self.single } else { &[] };
        self.double.iter().chain(single).copied().find(|region| region.end() == byte)
    }

    fn is_british(&self) -> bool {
        self.single.len() > self.double.len()
    }
}

fn region_at(regions: &[Span], byte: usize) -> Option<Span> {
    let next = regions.partition_point(|r| r.start() <= byte);
    let region = *regions.get(next.checked_sub(1)?)?;
    (byte < region.end()).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::Marks;
    use crate::text::Document;

    fn double(text: &str) -> Vec<String> {
        let document = Document::new(text.to_owned());
        document.marks().double().iter().map(|s| document.slice(*s).to_owned()).collect()
    }

    fn single(text: &str) -> Vec<String> {
        let document = Document::new(text.to_owned());
        document.marks().single().iter().map(|s| document.slice(*s).to_owned()).collect()
    }

    #[test]
    fn straight_and_curly_marks_pair() {
        assert_eq!(double("\"No,\" she said. \"Not now.\""), ["\"No,\"", "\"Not now.\""]);
        assert_eq!(double("He (“the boss”) left—\"at once\"—by car."), ["“the boss”", "\"at once\""]);
    }

    #[test]
    fn an_unclosed_mark_ends_with_its_paragraph() {
        let text = "“First part.\n\n“Second part,” he said. Then silence.";
        assert_eq!(double(text), ["“First part.", "“Second part,”"]);
        assert_eq!(Document::new(text.to_owned()).marks().unclosed(), 1);
    }

    #[test]
    fn apostrophes_are_not_single_marks() {
        assert_eq!(single("It's the teachers' view, isn't it?"), Vec::<String>::new());
        assert_eq!(single("‘We can’t wait,’ he said. ‘Not now.’"), ["‘We can’t wait,’", "‘Not now.’"]);
    }

    #[test]
    fn words_are_said_between_the_marks_that_the_text_quotes_with() {
        let ends = |text: &str, said: &str| {
            let document = Document::new(text.to_owned());
            let region = document.marks().quoted_until(said.len());
            region.map(|region| document.slice(region).to_owned())
        };
        assert_eq!(ends("‘We can’t,’ he said.", "‘We can’t,’").as_deref(), Some("‘We can’t,’"));
        assert_eq!(ends("‘We’ “can”, he said.", "‘We’"), None);
        assert_eq!(ends("“We can,” he said.", "“We can,”").as_deref(), Some("“We can,”"));
    }

    #[test]
    fn ten_thousand_open_marks_are_one_region() {
        let document = Document::new("“a ".repeat(10_000));
        assert_eq!(document.marks().double().len(), 1);
        assert!(document.marks().is_inside(17));
        assert!(!Marks::default().is_inside(0));
    }
}
