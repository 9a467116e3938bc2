//! Where results go: standard output, or a file that appears when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

/// A place for results.
pub enum Sink {
    /// Standard output.
    Standard(BufWriter<io::Stdout>),
    /// A file, written beside its place and renamed at the end.
    File(BufWriter<NamedTempFile>, PathBuf),
    /// What is there and no file: a device or a pipe.
    Device(BufWriter<File>),
}

impl Sink {
    /// Opens `-` or a file.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Standard(BufWriter::new(io::stdout())));
        }
        // What a link points to is written, and the link stays.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let said = || format!("{}: cannot be written", path.display());
        if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let device = File::options().write(true).open(path).with_context(said)?;
            return Ok(Self::Device(BufWriter::new(device)));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = tempfile::Builder::new().prefix(".standpoint-").permissions_like_a_file().tempfile_in(folder);
        let beside = beside.with_context(said)?;
        Ok(Self::File(BufWriter::new(beside), path.to_owned()))
    }

    /// Puts the results in place.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Standard(mut out) => Ok(out.flush()?),
            Self::Device(mut out) => Ok(out.flush()?),
            Self::File(out, path) => {
                let said = || format!("{}: cannot be written", path.display());
                let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(said)?;
                file.as_file().sync_all().with_context(said)?;
                file.persist(&path).map_err(|e| e.error).with_context(said)?;
                Ok(())
            }
        }
    }
}

impl Sink {
    fn out(&mut self) -> &mut dyn Write {
        match self {
            Self::Standard(out) => out,
            Self::File(out, _) => out,
            Self::Device(out) => out,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out().flush()
    }
}

/// A temporary file is private by default; results are an ordinary file.
trait LikeAFile {
    fn permissions_like_a_file(&mut self) -> &mut Self;
}

impl LikeAFile for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_like_a_file(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt as _;
        // The process's umask is taken off, as for any new file.
        self.permissions(std::fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_like_a_file(&mut self) -> &mut Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::Sink;

    #[test]
    fn what_is_not_finished_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        std::fs::write(&path, "before").unwrap();
        let mut sink = Sink::open(&path).unwrap();
        sink.write_all(b"half").unwrap();
        sink.flush().unwrap();
        drop(sink);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let [path, link, device] = ["out.jsonl", "link", "device"].map(|name| folder.path().join(name));
        std::fs::write(&path, "before").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        std::os::unix::fs::symlink("/dev/null", &device).unwrap();
        for place in [&link, &device] {
            let mut sink = Sink::open(place).unwrap();
            sink.write_all(b"after").unwrap();
            sink.finish().unwrap();
            assert!(place.is_symlink());
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "after");
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    }
}
