//! Articles out of files, folders and standard input, as a stream in which a bad one does not stop the others.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::article::{Article, Cause, Failure};

/// How the bytes of an input are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// By the name's ending, and for standard input by the first byte.
    #[default]
    Auto,
    /// The whole input is the text of one article.
    Text,
    /// One JSON object a line.
    Jsonl,
}

/// What bounds the reading.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How the bytes are to be read.
    pub format: Format,
    /// A longer text, in bytes, fails as `too_long` without being held in memory whole.
    pub max_bytes: usize,
}

const TEXT_ENDINGS: [&str; 2] = ["txt", "md"];
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const JSON_ENDINGS: [&str; 3] = ["jsonl", "ndjson", "json"];
/// Room that a JSON line takes beside its text: escapes (six bytes for one at worst) and other fields.
const JSON_ROOM: usize = 8;

/// Reads articles from a list of paths: files, folders (searched for known endings, in order of name), `-`.
///
/// Yields every article or its failure, in order.
pub struct Reader {
    settings: Settings,
    waiting: VecDeque<Source>,
    lines: Option<Lines>,
}

struct Source {
    path: PathBuf,
    id: String,
}

struct Lines {
    bytes: Box<dyn BufRead>,
    name: String,
    id: String,
    number: usize,
}

impl Reader {
    /// Prepares to read; folders are listed now, files opened when their turn comes.
    pub fn new(paths: &[PathBuf], settings: Settings) -> Self {
        let mut waiting = VecDeque::new();
        for path in paths {
            if path.is_dir() {
                waiting.extend(folder(path));
            } else {
                waiting.push_back(Source { id: id_of(path.file_name().map_or(path, Path::new)), path: path.clone() });
            }
        }
        Self { settings, waiting, lines: None }
    }

    fn open(&mut self, source: Source) -> Option<Result<Article, Failure>> {
        let name = name_of(&source.path);
        let fail = |cause, message| Some(Err(Failure { id: source.id.clone(), cause, message }));
        let bytes: Box<dyn BufRead> = if is_stdin(&source.path) {
            Box::new(BufReader::new(io::stdin()))
        } else {
            match File::open(&source.path) {
                Ok(file) => Box::new(BufReader::new(file)),
                Err(e) => return fail(Cause::Unreadable, format!("{name}: cannot be opened: {e}")),
            }
        };
        let mut bytes = match inflate(bytes) {
            Ok(bytes) => bytes,
            Err(e) => return fail(Cause::Unreadable, format!("{name}: cannot be read: {e}")),
        };
        let jsonl = match self.settings.format {
            Format::Text => false,
            Format::Jsonl => true,
            Format::Auto if is_stdin(&source.path) => {
                let first = |b: &[u8]| b.strip_prefix(BYTE_ORDER_MARK).unwrap_or(b).trim_ascii_start().first().copied();
                bytes.fill_buf().is_ok_and(|b| first(b) == Some(b'{'))
            }
            Format::Auto => JSON_ENDINGS.contains(&ending(&source.path).as_str()),
        };
        if jsonl {
            self.lines = Some(Lines { bytes, name, id: source.id, number: 0 });
            return None;
        }
        let mut buffer = Vec::new();
        let limit = self.settings.max_bytes as u64;
        if let Err(e) = bytes.take(limit.saturating_add(1)).read_to_end(&mut buffer) {
            let (cause, message) = read_error(&name, &e);
            return fail(cause, message);
        }
        if buffer.len() as u64 > limit {
            return fail(Cause::TooLong, too_long(&name, self.settings.max_bytes));
        }
        Some(match text_of(buffer, &name) {
            Ok(text) => Ok(Article::new(source.id, text)),
            Err((cause, message)) => Err(Failure { id: source.id, cause, message }),
        })
    }

    fn next_line(&mut self) -> Option<Result<Article, Failure>> {
        let lines = self.lines.as_mut()?;
        loop {
            lines.number += 1;
            let place = format!("{}, line {}", lines.name, lines.number);
            let id = format!("{}:{}", lines.id, lines.number);
            let mut buffer = Vec::new();
            let limit = self.settings.max_bytes.saturating_mul(JSON_ROOM) as u64;
            match (&mut lines.bytes).take(limit).read_until(b'\n', &mut buffer) {
                Ok(0) => {
                    self.lines = None;
                    return None;
                }
                Ok(_) => {}
                Err(e) => {
                    let (cause, message) = read_error(&place, &e);
                    self.lines = None;
                    return Some(Err(Failure { id, cause, message }));
                }
            }
            if buffer.len() as u64 == limit && buffer.last() != Some(&b'\n') {
                let rest = skip_line(&mut lines.bytes);
                let message = too_long(&place, self.settings.max_bytes);
                if rest.is_err() {
                    self.lines = None;
                }
                return Some(Err(Failure { id, cause: Cause::TooLong, message }));
            }
            if buffer.trim_ascii().is_empty() {
                continue;
            }
            return Some(self.article(buffer, &place, id));
        }
    }

    fn article(&self, line: Vec<u8>, place: &str, id: String) -> Result<Article, Failure> {
        let fail = |id: &str, cause, message: String| Failure { id: id.to_owned(), cause, message };
        let line = text_of(line, place).map_err(|(cause, message)| fail(&id, cause, message))?;
        // A byte order mark may stand before the first object.
        let line = line.trim_start_matches('\u{feff}');
        let article = Article::from_json(line, &id)
            .map_err(|(cause, message)| fail(&id, cause, format!("{place}: {message}")))?;
        if article.text.len() > self.settings.max_bytes {
            return Err(fail(&article.id, Cause::TooLong, too_long(place, self.settings.max_bytes)));
        }
        if article.text.trim().is_empty() {
            return Err(fail(&article.id, Cause::Empty, format!("{place}: \"text\" is empty")));
        }
        Ok(article)
    }
}

impl Iterator for Reader {
    type Item = Result<Article, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.next_line() {
                return Some(item);
            }
            let source = self.waiting.pop_front()?;
            if let Some(item) = self.open(source) {
                return Some(item);
            }
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn name_of(path: &Path) -> String {
    if is_stdin(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// The name without the endings that the reader knows.
fn id_of(path: &Path) -> String {
    if is_stdin(path) {
        return "stdin".to_owned();
    }
    let name = path.to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let known = TEXT_ENDINGS.iter().chain(&JSON_ENDINGS);
    let stem = known.filter_map(|e| name.strip_suffix(e)?.strip_suffix('.')).next();
    stem.unwrap_or(name).to_owned()
}

/// The ending in lower case, that of the packed file where it is gzip.
fn ending(path: &Path) -> String {
    let lower = |p: &Path| p.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match lower(path).as_str() {
        "gz" => lower(Path::new(path.file_stem().unwrap_or_default())),
        other => other.to_owned(),
    }
}

/// Files of a folder that the reader knows by their endings, in order of name; each is named by its path inside it.
fn folder(root: &Path) -> Vec<Source> {
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_map(|entry| match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let known = ending(entry.path());
                let known = TEXT_ENDINGS.contains(&known.as_str()) || JSON_ENDINGS.contains(&known.as_str());
                let inside = entry.path().strip_prefix(root).unwrap_or(entry.path());
                known.then(|| Source { id: id_of(inside), path: entry.path().to_owned() })
            }
            Ok(_) => None,
            // Opening it will fail and say why.
            Err(e) => e.path().map(|p| Source { id: id_of(p), path: p.to_owned() }),
        })
        .collect()
}

/// Unpacks gzip, told by its first two bytes whatever the name.
pub(crate) fn inflate(mut bytes: Box<dyn BufRead>) -> io::Result<Box<dyn BufRead>> {
    if bytes.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(bytes))));
    }
    Ok(bytes)
}

fn skip_line(bytes: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = bytes.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|b| *b == b'\n') {
            Some(at) => {
                bytes.consume(at + 1);
                return Ok(());
            }
            None => {
                let all = buffer.len();
                bytes.consume(all);
            }
        }
    }
}

fn read_error(place: &str, error: &io::Error) -> (Cause, String) {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            (Cause::BadGzip, format!("{place}: the gzip stream is damaged or cut short: {error}; pack it again"))
        }
        _ => (Cause::Unreadable, format!("{place}: cannot be read: {error}")),
    }
}

fn too_long(place: &str, limit: usize) -> String {
    format!("{place}: the text is longer than {limit} bytes; split it into articles, or raise --max-bytes")
}

/// The bytes as text; `place` names them in the message.
fn text_of(bytes: Vec<u8>, place: &str) -> Result<String, (Cause, String)> {
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err((Cause::Binary, format!("{place}: byte {at} is NUL, so this is no text file")));
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let byte = e.as_bytes().get(at).copied().unwrap_or_default();
        (
            Cause::NotUtf8,
            format!(
                "{place}: byte {at} (0x{byte:02X}) is not UTF-8; convert the file, for example with iconv -t UTF-8"
            ),
        )
    })?;
    if text.trim().trim_start_matches('\u{feff}').is_empty() {
        return Err((Cause::Empty, format!("{place}: there is no text in it")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(files: &[(&str, &[u8])]) -> Vec<Result<Article, Failure>> {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let settings = Settings { format: Format::Auto, max_bytes: 1000 };
        Reader::new(&[folder.path().to_owned()], settings).collect()
    }

    fn causes(items: &[Result<Article, Failure>]) -> Vec<Option<Cause>> {
        items.iter().map(|i| i.as_ref().err().map(|f| f.cause)).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn folders_are_read_in_order_of_name() {
        let items = read(&[("b.txt", b"B."), ("a/c.md", b"C."), ("a/x.pdf", b"no"), ("d.txt.gz", &gzip(b"D."))]);
        let ids: Vec<_> = items.into_iter().map(|i| i.unwrap().id).collect();
        assert_eq!(ids, ["a/c", "b", "d"]);
    }

    #[test]
    fn a_bad_line_does_not_stop_the_file() {
        let long = format!("{{\"id\": \"long\", \"text\": \"{}\"}}", "x".repeat(1001));
        let over = format!("{{\"text\": \"{}\"}}", "x".repeat(9000));
        let lines: [&[u8]; 7] = [
            b"\xef\xbb\xbf{\"text\": \"First.\", \"k\": 1}",
            b"",
            b"{\"text\": \"\\u00e9\xff\"}",
            b"{\"id\": \"n\"}",
            long.as_bytes(),
            over.as_bytes(),
            b"{\"text\": \"Last.\"}",
        ];
        let items = read(&[("in.jsonl", &lines.join(&b'\n'))]);
        let expected =
            [None, Some(Cause::NotUtf8), Some(Cause::MissingText), Some(Cause::TooLong), Some(Cause::TooLong), None];
        assert_eq!(causes(&items), expected);
        assert_eq!(items[0].as_ref().unwrap().id, "in:1");
        assert!(items[1].as_ref().unwrap_err().message.contains("line 3: byte 16 (0xFF)"), "{items:?}");
        assert_eq!(items[3].as_ref().unwrap_err().id, "long");
        assert_eq!(items[5].as_ref().unwrap().text, "Last.");
    }

    #[test]
    fn bad_files_say_what_is_wrong() {
        let mut cut = gzip("A text that is long enough to be cut.".repeat(20).as_bytes());
        cut.truncate(20);
        let files: [(&str, &[u8]); 6] = [
            ("a.txt", b" \r\n"),
            ("b.txt", b"PK\x03\x04\0\0"),
            ("c.txt", b"caf\xe9"),
            ("d.txt.gz", &cut),
            ("e.txt", &[b'x'; 1001]),
            ("f.txt", b"Fine."),
        ];
        let expected =
            [Cause::Empty, Cause::Binary, Cause::NotUtf8, Cause::BadGzip, Cause::TooLong].map(Some).into_iter();
        assert_eq!(causes(&read(&files)), expected.chain([None]).collect::<Vec<_>>());
    }

    #[test]
    fn a_missing_file_is_a_failure_in_its_place() {
        let settings = Settings { format: Format::Auto, max_bytes: 1000 };
        let items: Vec<_> = Reader::new(&["no/such.txt".into()], settings).collect();
        assert_eq!(causes(&items), [Some(Cause::Unreadable)]);
        assert_eq!(items[0].as_ref().unwrap_err().id, "such");
    }
}
