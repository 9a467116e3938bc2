//! The arguments, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use standpoint::actor::{Registry, States};
use standpoint::model::{default_folder, Precision};
use standpoint::stance::{Target, Targets};
use standpoint::text::Format;
use standpoint::{Builder, Pipeline, DEFAULT_BATCH_TOKENS, DEFAULT_MODEL, DEFAULT_STANCE_MODEL};

/// Who said what, and where do they stand: quotations and their speakers in English news articles, as JSON.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Exit status: 0 done, 1 fatal error, 2 wrong usage, 3 finished but some articles failed,
4 a model is missing or damaged, 5 a figure is below --fail-under."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Find quotations and their speakers in articles; one JSON object an article
    Analyze(AnalyzeArguments),
    /// Measure the results against labelled samples
    Eval(EvalArguments),
    /// Propose targets: topics that recur in the quotations of articles, and actors that they name
    Targets(TargetsArguments),
    /// List the actors of a run, as a file that the next run takes with --actors
    Actors(ActorsArguments),
    /// List the models: versions, checksums, training data, measured figures
    Models(ModelsArguments),
    /// Print the JSON Schema of the output
    Schema,
    /// Print the built-in table of states, to change and give to --states
    States,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Inputs: .txt and .md files (one article each), .jsonl, .ndjson and .json files (one JSON object
a line with `text` and optionally `id`, `title`, `date`, `source`, `url`; other fields are passed
on in `meta`), gzip of either, folders of them, and - for standard input.

Output: one record a line, described by `standpoint schema`. Offsets are Unicode code points,
half-open: in Python, text[start:end] is the passage. An article that fails leaves a record with
`error` in its place.

Examples:
  standpoint analyze articles/ > results.jsonl
  standpoint analyze --format table story.txt
  zcat dump.jsonl.gz | standpoint analyze - |
    jq -c '.quotes[]? | [.speaker.mention.text, .content[].text]'")]
pub struct AnalyzeArguments {
    /// Files, folders, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Where the results go; a file appears when it is complete
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,

    /// What the results look like
    #[arg(short, long, value_enum, default_value_t = OutputFormat::Jsonl)]
    pub format: OutputFormat,

    /// How the inputs are read; auto goes by their names, and by the first byte of standard input
    #[arg(long, value_enum, default_value_t = InputFormat::Auto)]
    pub input_format: InputFormat,

    /// An article with a longer text, in bytes, fails
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub max_bytes: usize,

    /// Print articles and word pieces a second, the network's share of the time, and peak memory to standard error
    #[arg(long)]
    pub timings: bool,

    /// No progress and no summary on standard error
    #[arg(short, long)]
    pub quiet: bool,

    #[command(flatten)]
    pub model: ModelArguments,
}

/// Where the models are.
#[derive(Debug, Args)]
pub struct ModelsFolder {
    /// Folder that holds the models [default: the one that standpoint comes with]
    #[arg(long, value_name = "DIR", env = "STANDPOINT_MODELS")]
    models: Option<PathBuf>,
}

impl ModelsFolder {
    /// The folder.
    pub fn path(&self) -> PathBuf {
        self.models.clone().unwrap_or_else(default_folder)
    }
}

#[derive(Debug, Args)]
pub struct ModelArguments {
    /// Name of the model
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MODEL)]
    model: String,

    #[command(flatten)]
    models: ModelsFolder,

    /// Model of stance: a name (`stance` is quicker and less often right), or a folder in Hugging Face layout with a sequence
    /// classifier that rust-bert can run (three-way or inference; BERT, RoBERTa, DeBERTa, DistilBERT, ALBERT, ELECTRA,
    /// XLNet); `none` leaves it out
    #[arg(long, value_name = "NAME|DIR", default_value = DEFAULT_STANCE_MODEL)]
    stance_model: String,

    /// Model of sentiment, likewise
    #[arg(long, value_name = "NAME|DIR", default_value = DEFAULT_STANCE_MODEL)]
    sentiment_model: String,

    /// Ask for the speakers' stance to this: a noun phrase or a claim (repeatable)
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,

    /// Ask for the speakers' stance to the targets of this file: [[target]] tables in TOML with `name` and
    /// optionally `id`, `aliases`, `claims = { favor = "…", against = "…" }`
    #[arg(long = "targets", value_name = "FILE")]
    target_file: Option<PathBuf>,

    /// Pin names and references of actors: [[actor]] tables in TOML, or CSV, with `name` and optionally `aliases`,
    /// `kind`, `ref`, `articles` (`standpoint actors` writes such a file)
    #[arg(long, value_name = "FILE")]
    actors: Option<PathBuf>,

    /// Capitals and other words for states, in the place of the built-in table (`standpoint states` prints it)
    #[arg(long, value_name = "FILE")]
    states: Option<PathBuf>,

    /// Number format of the network; auto is bf16 where the processor is made for it, else f32
    #[arg(long, value_enum, default_value_t = PrecisionName::Auto)]
    precision: PrecisionName,

    /// Threads that analyze articles side by side [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,

    /// Word pieces that go through the network at once, in each worker: more takes more memory
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BATCH_TOKENS)]
    batch_tokens: usize,

    /// Leave out quotations with less confidence, 0 to 1; 0 keeps all [default: what the model's manifest says]
    #[arg(long, value_name = "P", value_parser = probability)]
    min_confidence: Option<f64>,
}

impl ModelArguments {
    /// The settings of a pipeline.
    pub fn builder(&self) -> anyhow::Result<Builder> {
        let mut targets: Vec<Target> = self.targets.iter().map(Target::new).collect();
        if let Some(file) = &self.target_file {
            targets.extend(Targets::read(file)?);
        }
        let targets = Targets::new(targets).map_err(|e| anyhow::anyhow!("the targets cannot be used: {e}"))?;
        let named = |name: &String| (name != "none").then(|| name.clone());
        let stance_model = named(&self.stance_model);
        if stance_model.is_none() && !targets.is_empty() {
            anyhow::bail!("a target needs a model of stance, and --stance-model is none");
        }
        let mut builder = Pipeline::builder()
            .models(self.models.path())
            .model(&self.model)
            .stance_model(stance_model)
            .sentiment_model(named(&self.sentiment_model))
            .targets(targets)
            .precision(self.precision.into())
            .batch_tokens(self.batch_tokens);
        if let Some(bound) = self.min_confidence {
            builder = builder.min_confidence(bound);
        }
        if let Some(workers) = self.workers {
            builder = builder.workers(workers.into());
        }
        if let Some(file) = &self.states {
            builder = builder.states(States::open(file)?);
        }
        if let Some(file) = &self.actors {
            builder = builder.registry(Registry::open(file)?);
        }
        Ok(builder)
    }
}

#[derive(Debug, Args)]
pub struct EvalArguments {
    #[command(subcommand)]
    pub task: EvalTask,
}

#[derive(Debug, Subcommand)]
pub enum EvalTask {
    /// Quotations: spans, attributions, speakers
    Quotes(EvalQuotesArguments),
    /// Speakers by name, and the stances of actors
    Actors(EvalActorsArguments),
    /// Whom pronouns, descriptions and names stand for
    Coreference(EvalCoreferenceArguments),
    /// Stance of texts to targets
    Stance(EvalPairsArguments),
    /// Sentiment of texts to mentions
    Sentiment(EvalPairsArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
GOLD is JSON Lines, plain or gzip: {id, text, quotes: [{speaker: [accepted names], content_spans,
required}], stances: [{actor: [accepted names], target, label}]}. The targets of all stances are
asked for in every article.

Figures, in percent:
  found          required quotations that a prediction covers (intersection over union at least .5)
  named          of all required quotations, those found whose actor has an accepted name
  stances        labelled stances that the actor has
  false_stances  pairs of a labelled actor with another target of its article that come out as
                 favor or against")]
pub struct EvalActorsArguments {
    /// The labelled sample
    #[arg(value_name = "GOLD")]
    pub gold: PathBuf,

    /// Say what went wrong, on standard error
    #[arg(long)]
    pub misses: bool,

    #[command(flatten)]
    pub report: ReportArguments,

    #[command(flatten)]
    pub model: ModelArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
GOLD is JSON Lines, plain or gzip, of GAP's shape ({text, pronoun: [start, end], a, b, a_coref,
b_coref}) or of GUM's ({text, genre, entities: [{start, end, group, kind}], attributions}).

Figures, in percent:
  given              GAP: F1 where the network chooses among the two names and what else it sees
  chains             GAP: F1 by the actors that `analyze` makes, which abstain where unsure
  conll              mean of MUC, B3 and CEAF-e over names and pronouns
  pronoun_to_name    he, she, it and they that open an attribution, have a name somewhere, and end
                     at an actor of that name
  answered           the share of them that end at a name at all")]
pub struct EvalCoreferenceArguments {
    /// The labelled sample
    #[arg(value_name = "GOLD")]
    pub gold: PathBuf,

    /// Of texts with a genre only these (repeatable) [default: all]
    #[arg(long, value_name = "GENRE")]
    pub genre: Vec<String>,

    /// Name of the model
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MODEL)]
    pub model: String,

    #[command(flatten)]
    pub models: ModelsFolder,

    #[command(flatten)]
    pub report: ReportArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
GOLD is JSON Lines, plain or gzip: {text, target, label} for stance (favor, against, neutral,
unrelated; none means neutral), {text, targets: [{start, end, label}]} for sentiment (negative,
neutral, positive). The text of a stance is all the speaker's words, unless content, and where there
are some source and cue, say which are: lists of [start, end] in code points.

Figures, in percent: macro_f1 (mean over the labels of the sample), accuracy, f1 by label, and for
stance semeval, the mean F1 of favor and against. Unrelated counts as neutral; a sample with that
label also gets relevance, precision (p), recall (r) and F1 (f) of the texts that speak of their target,
and sides, the same of favor and against by the model's bounds. Each pair is asked of the model alone:
analyze first looks at words and asks the smaller model, where there is one.")]
pub struct EvalPairsArguments {
    /// The labelled samples, taken together
    #[arg(value_name = "GOLD", required = true)]
    pub gold: Vec<PathBuf>,

    /// Name of the model
    #[arg(long, value_name = "NAME", default_value = DEFAULT_STANCE_MODEL)]
    pub stance_model: String,

    #[command(flatten)]
    pub models: ModelsFolder,

    #[command(flatten)]
    pub report: ReportArguments,
}

/// How figures are told.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Print JSON in place of a table
    #[arg(long)]
    pub json: bool,

    /// Exit with 5 where a figure is lower, for example exact.content.f=62 (repeatable)
    #[arg(long, value_name = "FIGURE=BOUND", value_parser = bound)]
    pub fail_under: Vec<(String, f64)>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
GOLD is JSON Lines, plain or gzip: {id, text, attributions: [{source, cue, content, annotator?}]},
each role a list of [start, end] in code points.

Figures, in percent:
  exact        pieces of a role with equal start and end
  begin        starts of such pieces
  char         code points that a role covers
  triple       attributions whose source, cue and content are all equal
  linked       attributions matched by content (intersection over union at least .5) whose
               sources overlap, or who both have none
  speaker      the share of content-matched attributions of which that holds
  direct       gold attributions wholly inside quotation marks of which one prediction covers .8
               of the content, with the same source
  recall@.3    gold quotations of which one prediction covers .3, and recall@.8 likewise
  sources      of right attributions, sources that hold a name and end at an actor of that name;
               he, she, it and they that end at a name
  calibration  mean distance of confidence and being right by `linked`, in ten bins; 0 to 1")]
pub struct EvalQuotesArguments {
    /// The labelled sample
    #[arg(value_name = "GOLD")]
    pub gold: PathBuf,

    /// Whose labels: first, all, or a name
    #[arg(long, value_name = "WHO", default_value = "first")]
    pub annotator: String,

    /// Score these results of `analyze` (matched by id) in place of running the model
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<PathBuf>,

    #[command(flatten)]
    pub report: ReportArguments,

    #[command(flatten)]
    pub model: ModelArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The topics are phrases of the quotations' content, by their C-value (Frantzi et al., 2000): how many
quotations hold a phrase, less those that hold it inside a longer one, weighed by its length.
The list can be edited and given to `standpoint analyze --targets`.

Example:
  standpoint targets articles/ > targets.toml      # edit it
  standpoint analyze --targets targets.toml articles/ > results.jsonl")]
pub struct TargetsArguments {
    /// Files, folders, or - for standard input, as for analyze
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Propose at most so many topics
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub topics: usize,

    /// Propose at most so many actors
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub named: usize,

    /// An article with a longer text, in bytes, is left out
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub max_bytes: usize,

    #[command(flatten)]
    pub model: ModelArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The list can be edited and given to `standpoint analyze --actors`:
  merge two actors   move the name of one to the `aliases` of the other, and delete its table
  split a name       make a table for each, with the ids of its `articles`
  pin a reference    add `ref = \"Q42\"`

Actors without a name of their own (officials, a witness) and surnames that no article gives in
full are left out, as nothing joins them across articles; --all lists them too.

Example:
  standpoint analyze articles/ > run.jsonl
  standpoint actors run.jsonl > actors.toml      # edit it
  standpoint analyze --actors actors.toml articles/ > run2.jsonl")]
pub struct ActorsArguments {
    /// Results of `standpoint analyze`, or - for standard input
    #[arg(value_name = "RESULTS")]
    pub results: PathBuf,

    /// What the list looks like
    #[arg(short, long, value_enum, default_value_t = ActorsFormat::Toml)]
    pub format: ActorsFormat,

    /// List also those that nothing joins across articles
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActorsFormat {
    /// [[actor]] tables, with counts in comments
    Toml,
    /// name, aliases, kind, ref, articles
    Csv,
    /// A table for eyes, with counts
    Table,
}

#[derive(Debug, Args)]
pub struct ModelsArguments {
    #[command(flatten)]
    pub models: ModelsFolder,

    /// Print JSON in place of text
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// One JSON record a line
    Jsonl,
    /// A table for eyes
    Table,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum InputFormat {
    Auto,
    Text,
    Jsonl,
}

impl From<InputFormat> for Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Auto => Self::Auto,
            InputFormat::Text => Self::Text,
            InputFormat::Jsonl => Self::Jsonl,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PrecisionName {
    Auto,
    Bf16,
    F32,
}

impl From<PrecisionName> for Precision {
    fn from(name: PrecisionName) -> Self {
        match name {
            PrecisionName::Auto => Self::Auto,
            PrecisionName::Bf16 => Self::Bf16,
            PrecisionName::F32 => Self::F32,
        }
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 to 1 is needed".to_owned()),
    }
}

fn bound(text: &str) -> Result<(String, f64), String> {
    let wanted = || "FIGURE=BOUND is needed, for example exact.content.f=62".to_owned();
    let (figure, bound) = text.split_once('=').ok_or_else(wanted)?;
    let bound = bound.parse::<f64>().ok().filter(|bound| bound.is_finite());
    Ok((figure.to_owned(), bound.ok_or_else(wanted)?))
}
