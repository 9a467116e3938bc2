//! Model folders on disk: where they are, and whether their bytes are those of the manifest.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest::Manifest;
use crate::Error;

/// A model folder whose every file has the checksum that its manifest gives.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    path: PathBuf,
    manifest: Manifest,
    checksum: String,
}

const MANIFEST: &str = "manifest.toml";
const MEND: &str = "take the folder from the release again";

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Quotations and actors.
    Quotations,
    /// Stance and sentiment.
    Pairs,
}

impl ModelFolder {
    /// Reads the manifest and checks every file against it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let manifest = read_manifest(path)?;
        for (name, expected) in &manifest.files {
            let file = path.join(name);
            let found = checksum(&file).map_err(|e| Error::model(&file, format!("cannot be read: {e}; {MEND}")))?;
            if &found != expected {
                let message =
                    format!("the file is damaged: its SHA-256 is {found}, the manifest says {expected}; {MEND}");
                return Err(Error::model(file, message));
            }
        }
        let mut all = Sha256::new();
        for (name, sum) in &manifest.files {
            all.update(format!("{sum}  {name}\n"));
        }
        Ok(Self { path: path.to_owned(), checksum: hex(&all.finalize()), manifest })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 over its `sha256sum` listing: one value for all its files.
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// The path of a file that the manifest lists.
    pub(crate) fn file(&self, name: &str) -> Result<PathBuf, Error> {
        if self.manifest.files.contains_key(name) {
            return Ok(self.path.join(name));
        }
        Err(Error::model(self.path.join(MANIFEST), format!("lists no file {name}; {MEND}")))
    }

    /// Weight files whose name begins so, in order of their entry: those of other models (`../NAME/FILE`) come first, so
    /// that the model's own weights take their place.
    pub(crate) fn weights(&self, prefix: &str) -> Vec<PathBuf> {
        let is_part = |entry: &&String| {
            let name = entry.rsplit('/').next().unwrap_or(entry);
            name.starts_with(prefix) && name.ends_with(".safetensors")
        };
        self.manifest.files.keys().filter(is_part).map(|entry| self.path.join(entry)).collect()
    }
}

fn read_manifest(path: &Path) -> Result<Manifest, Error> {
    let file = path.join(MANIFEST);
    let text =
        std::fs::read_to_string(&file).map_err(|e| Error::model(&file, format!("cannot be read: {e}; {MEND}")))?;
    toml::from_str(&text).map_err(|e| Error::model(&file, format!("is not a manifest: {e}")))
}

/// SHA-256 of a file.
pub(crate) fn checksum(path: &Path) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hex(&hasher.finalize()))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The folder that holds the models: `STANDPOINT_MODELS`, else `models` beside the program or above it, else the one
/// of the source tree that the program was built from.
pub fn default_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("STANDPOINT_MODELS") {
        return folder.into();
    }
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|p| p.ancestors().skip(1)).map(|p| p.join("models"));
    above.into_iter().find(|p| p.is_dir()).unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("models"))
}

/// The folder of the model of this name among those of a folder, unchecked; the error for a name that none has gives those
/// of this sort.
pub fn path_of(models: &Path, name: &str, sort: Sort) -> Result<PathBuf, Error> {
    let path = models.join(name);
    if path.is_dir() {
        return Ok(path);
    }
    let is_of_sort = |manifest: &Manifest| manifest.pairs.is_some() == (sort == Sort::Pairs);
    let known = available(models)?.into_iter().map(|(_, manifest)| manifest).filter(is_of_sort);
    let known: Vec<String> = known.map(|manifest| manifest.name).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Error::model(path, format!("there is no such model; in this folder there is: {known}")))
}

/// Manifests of all models in a folder, in order of name, unchecked.
pub fn available(models: &Path) -> Result<Vec<(PathBuf, Manifest)>, Error> {
    let entries = std::fs::read_dir(models)
        .map_err(|e| Error::model(models, format!("cannot be listed: {e}; name the models' folder with --models")))?;
    let mut folders: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|e| e.path()).filter(|p| p.join(MANIFEST).is_file()).collect();
    folders.sort();
    folders.into_iter().map(|path| Ok((path.clone(), read_manifest(&path)?))).collect()
}
