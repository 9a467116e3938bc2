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
}

impl Sink {
    /// Opens `-` or a file.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Standard(BufWriter::new(io::stdout())));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = tempfile::Builder::new().prefix(".standpoint-").permissions_like_a_file().tempfile_in(folder);
        let beside = beside.with_context(|| format!("{}: cannot be written", path.display()))?;
        Ok(Self::File(BufWriter::new(beside), path.to_owned()))
    }

    /// Puts the results in place.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Standard(mut out) => Ok(out.flush()?),
            Self::File(out, path) => {
                let said = || format!("{}: cannot be written", path.display());
                let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(said)?;
                let file: File = file.persist(&path).map_err(|e| e.error).with_context(said)?;
                file.sync_all().with_context(said)
            }
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File(out, _) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File(out, _) => out.flush(),
        }
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
