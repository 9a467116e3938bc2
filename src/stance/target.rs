//! Targets: what the user asks the speakers' stance to.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Something that one can be for or against.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Names the target in the output; without it, the name.
    #[serde(default)]
    pub id: String,
    /// What the network reads: a short noun phrase ("peace talks") or a claim.
    pub name: String,
    /// Other words for it in the texts.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Whether standpoint has proposed it, and nobody looked at it since.
    #[serde(default)]
    pub proposed: bool,
    /// What a supporter and an opponent would say; models of inference take them as hypotheses.
    #[serde(default)]
    pub claims: Option<Claims>,
}

/// What the two sides would say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// A supporter.
    pub favor: String,
    /// An opponent.
    pub against: String,
}

/// All targets of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets(Vec<Target>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    target: Vec<Target>,
}

impl Target {
    /// A target by its name alone.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { id: name.clone(), name, aliases: Vec::new(), proposed: false, claims: None }
    }

    /// The name and the aliases.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

impl Targets {
    /// Targets, of which no two may have one id, and none an empty name.
    pub fn new(targets: Vec<Target>) -> Result<Self, String> {
        let mut seen = HashSet::new();
        let mut checked = Vec::with_capacity(targets.len());
        for mut target in targets {
            target.name = target.name.trim().to_owned();
            if target.name.is_empty() {
                return Err("a target has no name".to_owned());
            }
            if target.id.trim().is_empty() {
                target.id.clone_from(&target.name);
            }
            if !seen.insert(target.id.clone()) {
                return Err(format!("two targets have the id {:?}", target.id));
            }
            checked.push(target);
        }
        Ok(Self(checked))
    }

    /// Reads `[[target]]` tables with `id`, `name`, `aliases` and `claims = { favor = …, against = … }`.
    pub fn parse(text: &str) -> Result<Vec<Target>, String> {
        toml::from_str::<File>(text).map(|file| file.target).map_err(|e| e.to_string())
    }

    /// Reads the targets of a file.
    pub fn read(path: &Path) -> Result<Vec<Target>, Error> {
        let bad = |message: String| Error::Table { path: path.to_owned(), message };
        let text = std::fs::read_to_string(path).map_err(|e| bad(format!("cannot be read: {e}")))?;
        Self::parse(&text)
            .map_err(|e| bad(format!("{e}\nwanted: [[target]] with name, and optionally id, aliases, claims")))
    }

    /// In the order given.
    pub fn iter(&self) -> std::slice::Iter<'_, Target> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Targets;

    #[test]
    fn a_file_of_targets() {
        let text = "[[target]]\nname = \"peace talks\"\naliases = [\"negotiations\"]\n\n[[target]]\nid = \"nato\"\nname = \"NATO\"\nclaims = { favor = \"a\", against = \"b\" }\n";
        let targets = Targets::new(Targets::parse(text).unwrap()).unwrap();
        let ids: Vec<&str> = targets.iter().map(|t| t.id.as_str()).collect();
        assert_eq!(ids, ["peace talks", "nato"]);
        let twice = Targets::parse("[[target]]\nname = \"x\"\n[[target]]\nname = \"x\"\n").unwrap();
        assert!(Targets::new(twice).unwrap_err().contains("two targets have the id"));
        assert!(Targets::parse("[[target]]\ntitle = \"x\"\n").unwrap_err().contains("title"));
    }
}
