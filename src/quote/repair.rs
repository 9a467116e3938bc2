//! Mends what the marks and paragraphs of the text show to be wrong with a span.

use crate::text::{Document, Span};

/// Parts a source from a quotation that the tagger took for its end: “Lunt, the harbour master, “and we knew it.””.
///
/// Marks inside a source are a nickname or a title, and hardly ever does a comma stand before those: of 23,037 sources in
/// PolNeAR one ends in marks after a comma. Gives the source alone, and the quotation where there is one.
pub(super) fn part(document: &Document, source: Span) -> (Span, Option<Span>) {
    let inside = document.marks().double().iter().find(|r| source.start() < r.start() && r.end() == source.end());
    let parted = inside.and_then(|region| {
        let rest = document.trim(document.span_of_bytes(source.start(), region.start())?)?;
        document.slice(rest).ends_with(',').then_some((rest, Some(*region)))
    });
    parted.unwrap_or((source, None))
}

/// Ends content with the line that it begins in where that is a headline or the like: a line that does not end a
/// sentence, with a paragraph of its own after it.
pub(super) fn within_headline(document: &Document, content: Span) -> Span {
    let paragraph = document.paragraphs()[document.paragraph_at(content.start())];
    let crosses = paragraph.start() <= content.start() && paragraph.end() < content.end();
    if !crosses || document.slice(paragraph).ends_with(|c: char| !c.is_alphanumeric()) {
        return content;
    }
    document.span_of_bytes(content.start(), paragraph.end()).unwrap_or(content)
}

#[cfg(test)]
mod tests {
    use super::{part, within_headline};
    use crate::text::Document;

    fn parted(text: &str, source: &str) -> (String, Option<String>) {
        let document = Document::new(text.to_owned());
        let start = text.find(source).unwrap();
        let span = document.span_of_bytes(start, start + source.len()).unwrap();
        let (source, quotation) = part(&document, span);
        (document.slice(source).to_owned(), quotation.map(|q| document.slice(q).to_owned()))
    }

    #[test]
    fn a_quotation_is_no_part_of_its_source() {
        let text = "“It is old,” said Ada Lunt, the harbour master, “and we knew it.”";
        let expected = ("Ada Lunt, the harbour master,".to_owned(), Some("“and we knew it.”".to_owned()));
        assert_eq!(parted(text, "Ada Lunt, the harbour master, “and we knew it.”"), expected);
    }

    #[test]
    fn titles_and_nicknames_stay() {
        let source = "The play, called “The Glass Admiral,”";
        assert_eq!(parted("The play, called “The Glass Admiral,” says so.", source), (source.to_owned(), None));
        assert_eq!(parted("Bo “Tractor” Reyl said so.", "Bo “Tractor” Reyl"), ("Bo “Tractor” Reyl".to_owned(), None));
    }

    #[test]
    fn content_does_not_run_out_of_a_headline() {
        let cut = |text: &str, from: &str| {
            let document = Document::new(text.to_owned());
            let content = document.span_of_bytes(text.find(from).unwrap(), text.len()).unwrap();
            document.slice(within_headline(&document, content)).to_owned()
        };
        assert_eq!(cut("Mayor Says Bridge Will Close\n\nTELLIN FALLS", "Bridge"), "Bridge Will Close");
        assert_eq!(cut("He said: “One.\n\n“Two.”", "“One"), "“One.\n\n“Two.”");
    }
}
