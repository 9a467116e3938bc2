//! The analysis as a table for eyes.

use std::fmt::Write as _;

use comfy_table::{presets, Cell, CellAlignment, ContentArrangement};

use super::record::{Analysis, Quote, Record};
use crate::stance::SentimentLabel;

/// Draws records as tables of a given width.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Columns of the terminal.
    pub width: u16,
}

/// Stands for a speaker whom the text does not name.
const NOBODY: &str = "—";

impl Table {
    /// One article: a line that names it, then a row for each quotation.
    pub fn draw(&self, record: &Record) -> String {
        match record {
            Record::Analysis(analysis) => self.analysis(analysis),
            Record::Failed(failed) => format!("{}: failed: {}\n", line(&failed.id), line(&failed.error.message)),
        }
    }

    fn analysis(&self, analysis: &Analysis) -> String {
        let count = analysis.quotes.len();
        let mut text = match &analysis.title {
            Some(title) => format!("{} · {} · {count} quotations\n", line(&analysis.id), line(title)),
            None => format!("{} · {count} quotations\n", line(&analysis.id)),
        };
        if count == 0 {
            return text;
        }
        let mut table = comfy_table::Table::new();
        table
            .load_preset(presets::UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width)
            .set_header(["speaker", "cue", "quotation", "conf."]);
        for quote in &analysis.quotes {
            let confidence = Cell::new(format!("{:.2}", quote.confidence)).set_alignment(CellAlignment::Right);
            let cue = quote.cue.as_ref().map_or(NOBODY.to_owned(), |c| line(&c.text));
            let content = quote.content.iter().map(|p| line(&p.text)).collect::<Vec<_>>().join(" … ");
            table.add_row([Cell::new(speaker(analysis, quote)), Cell::new(cue), Cell::new(content), confidence]);
        }
        // Writing to a string does not fail.
        let _ = writeln!(text, "{table}");
        if let Some(stances) = self.stances(analysis) {
            let _ = writeln!(text, "{stances}");
        }
        text
    }

    /// Where the actors stand: to targets, and to whom they name; nothing where that was not asked for.
    fn stances(&self, analysis: &Analysis) -> Option<comfy_table::Table> {
        let mut table = comfy_table::Table::new();
        table
            .load_preset(presets::UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width)
            .set_header(["actor", "on", "stands", "score", "95 % interval", "quotations"]);
        let mut row = |actor: &str, on: &str, label: &str, score: f64, [low, high]: [f64; 2], quotes: &[String]| {
            let interval = format!("{low:+.2} … {high:+.2}");
            table.add_row([
                line(actor),
                line(on),
                label.to_owned(),
                format!("{score:+.2}"),
                interval,
                quotes.join(" "),
            ]);
        };
        for actor in &analysis.actors {
            for stance in &actor.stance {
                let label = stance.label.name();
                row(&actor.name, &stance.target, label, stance.score, stance.interval, &stance.quotes);
            }
            for sentiment in actor.sentiment.iter().filter(|s| s.label != SentimentLabel::Neutral) {
                let label = sentiment.label.name();
                row(&actor.name, &sentiment.target, label, sentiment.score, sentiment.interval, &sentiment.quotes);
            }
        }
        (table.row_count() > 0).then_some(table)
    }
}

/// The actor's name; for a pronoun, the mention.
fn speaker(analysis: &Analysis, quote: &Quote) -> String {
    let Some(speaker) = &quote.speaker else { return NOBODY.to_owned() };
    let actor = speaker.actor.as_deref().and_then(|id| analysis.actor(id));
    match (actor, &speaker.mention) {
        (Some(actor), _) => line(&actor.name),
        (None, Some(mention)) => format!("({})", line(&mention.text)),
        (None, None) => NOBODY.to_owned(),
    }
}

/// White space of any kind as one space, so that a passage stays in its cell; control characters go.
fn line(text: &str) -> String {
    let visible = text.split_whitespace().collect::<Vec<_>>().join(" ");
    visible.chars().filter(|c| !c.is_control()).collect()
}
