//! Models that the user brings: classifiers of pairs of texts, in Hugging Face layout.
//!
//! The networks are rust-bert's, except where those compute something else than what the models were trained with.
//! DeBERTa is computed here, as rust-bert takes the wrong rows of its table of distances; ELECTRA gets the mask that
//! rust-bert adds to its scores; XLNet, whose token types rust-bert reads across texts, gets one pair at a time. A test
//! holds all of them to the logits of transformers.

mod config;
mod deberta;
mod labels;
mod networks;
mod pieces;

use std::collections::HashMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use self::config::{Config, CONFIG};
use self::labels::Class;
pub(crate) use self::labels::Task;
use self::networks::Classifier;
use self::pieces::{batches, Batch, Pair, Pieces, TOKENIZER};
use super::network::{SentimentProbabilities, StanceProbabilities};
use super::target::Target;
use crate::model::{self, values};
use crate::Error;

const WEIGHTS: &str = "model.safetensors";

/// Weights of a model of the user's, shared between workers.
pub(crate) struct OwnWeights {
    folder: PathBuf,
    name: String,
    checksum: String,
    config: Config,
    pieces: Arc<Pieces>,
    tensors: HashMap<String, Tensor>,
}

impl OwnWeights {
    /// Reads a folder: `config.json`, `tokenizer.json`, `model.safetensors` whole or in shards.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let config = Config::read(folder)?;
        let pieces = Arc::new(Pieces::open(folder, &config)?);
        let files = weight_files(folder)?;
        let mut tensors = HashMap::new();
        for file in &files {
            let read = Tensor::read_safetensors(file).map_err(|e| Error::model(file, e.to_string()))?;
            tensors.extend(read.into_iter().map(|(name, tensor)| (renamed(name), tensor.to_kind(Kind::Float))));
        }
        let checksum = checksum(folder, &files)?;
        Ok(Self { folder: folder.to_owned(), name: name(folder), checksum, config, pieces, tensors })
    }

    /// The same for another thread; nothing is copied.
    pub fn share(&self) -> Self {
        let tensors = self.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone()));
        Self {
            folder: self.folder.clone(),
            name: self.name.clone(),
            checksum: self.checksum.clone(),
            config: self.config.clone(),
            pieces: Arc::clone(&self.pieces),
            tensors: tensors.collect(),
        }
    }

    /// SHA-256 over the `sha256sum` listing of the files that were read.
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// The folder's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Points every variable of a store to its weights, for inference.
    fn fill(&self, store: &VarStore) -> Result<(), Error> {
        let bad = |message: String| Error::model(&self.folder, message);
        for (name, mut variable) in store.variables() {
            let wanted = variable.size();
            let weights = self.tensors.get(&name).ok_or_else(|| {
                bad(format!("the weights {name} are missing; a model for sequence classification is needed"))
            })?;
            if weights.size() != wanted {
                return Err(bad(format!("the weights {name} have the shape {:?}, not {wanted:?}", weights.size())));
            }
            let _ = variable.set_requires_grad(false);
            variable.set_data(weights);
        }
        Ok(())
    }
}

/// Old models call the two tensors of a layer's normalization otherwise.
fn renamed(name: String) -> String {
    let ends = [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")];
    let new = ends.iter().find_map(|(old, new)| name.strip_suffix(old).map(|stem| format!("{stem}{new}")));
    new.unwrap_or(name)
}

fn name(path: &Path) -> String {
    // "." has no name, but where it leads to has.
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().or(whole.file_name());
    name.map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

fn weight_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let whole = folder.join(WEIGHTS);
    if whole.is_file() {
        return Ok(vec![whole]);
    }
    let entries = std::fs::read_dir(folder).map_err(|e| Error::model(folder, format!("cannot be listed: {e}")))?;
    let mut shards: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
        .collect();
    shards.sort();
    if shards.is_empty() {
        let pickled = folder.join("pytorch_model.bin").is_file();
        let found = if pickled { "only pytorch_model.bin" } else { "no weights" };
        let mend = "AutoModelForSequenceClassification.from_pretrained(folder).save_pretrained(folder)";
        let message = format!("has {found}; {WEIGHTS} is needed: in Python, transformers writes it with {mend}");
        return Err(Error::model(folder, message));
    }
    Ok(shards)
}

fn checksum(folder: &Path, weights: &[PathBuf]) -> Result<String, Error> {
    let mut all = Sha256::new();
    for file in [folder.join(CONFIG), folder.join(TOKENIZER)].iter().chain(weights) {
        let one = model::checksum(file).map_err(|e| Error::model(file, format!("cannot be read: {e}")))?;
        all.update(format!("{one}  {}\n", name(file)));
    }
    Ok(model::hex(&all.finalize()))
}

/// A loaded model of the user's.
pub(crate) struct OwnModel {
    config: Config,
    pieces: Arc<Pieces>,
    network: Box<dyn Classifier>,
    budget: usize,
    // Holds the tensors that the network points to.
    _store: VarStore,
}

impl OwnModel {
    /// A model on these weights. `budget` bounds the word pieces of one pass.
    pub fn new(weights: &OwnWeights, budget: usize) -> Result<Self, Error> {
        let store = VarStore::new(Device::Cpu);
        // rust-bert and libtorch panic on sizes that do not fit each other.
        let network = catch_unwind(AssertUnwindSafe(|| weights.config.build(&store.root())));
        let network = network.unwrap_or_else(|_| Err(weights.config.bad("describes no network; see above")))?;
        weights.fill(&store)?;
        let (config, pieces) = (weights.config.clone(), Arc::clone(&weights.pieces));
        Ok(Self { config, pieces, network, budget, _store: store })
    }

    /// What its classes tell.
    pub fn task(&self) -> Task {
        self.config.labels.task
    }

    /// The stance of texts to targets, by a model of stance or inference.
    pub fn stances(&self, pairs: &[(&Target, &str)]) -> Result<Vec<StanceProbabilities>, Error> {
        if self.task() == Task::Inference {
            let asked = pairs.iter().map(|(target, text)| (*text, sides(target))).collect::<Vec<_>>();
            let of =
                |[favor, against, neutral]: [f64; 3]| StanceProbabilities { favor, against, neutral, unrelated: 0.0 };
            return Ok(self.inferred(&asked)?.into_iter().map(of).collect());
        }
        let texts: Vec<(&str, &str)> = pairs.iter().map(|(target, text)| (*text, target.name.as_str())).collect();
        Ok(self.probabilities(&texts)?.iter().map(|row| self.config.labels.stance(row)).collect())
    }

    /// The sentiment of texts to whom they mention, by a model of sentiment or inference: pairs of a mention and a text.
    pub fn sentiments(&self, pairs: &[(&str, &str)]) -> Result<Vec<SentimentProbabilities>, Error> {
        if self.task() == Task::Inference {
            let asked = pairs.iter().map(|(mention, text)| (*text, tones(mention))).collect::<Vec<_>>();
            let of = |[positive, negative, neutral]: [f64; 3]| SentimentProbabilities { negative, neutral, positive };
            return Ok(self.inferred(&asked)?.into_iter().map(of).collect());
        }
        let texts: Vec<(&str, &str)> = pairs.iter().map(|(mention, text)| (*text, *mention)).collect();
        Ok(self.probabilities(&texts)?.iter().map(|row| self.config.labels.sentiment(row)).collect())
    }

    /// For each text with two opposite hypotheses, the shares of the first, the second, and neither.
    fn inferred(&self, asked: &[(&str, [String; 2])]) -> Result<Vec<[f64; 3]>, Error> {
        let texts: Vec<(&str, &str)> =
            asked.iter().flat_map(|(text, sides)| sides.iter().map(move |side| (*text, side.as_str()))).collect();
        let rows = self.probabilities(&texts)?;
        let entailed: Vec<f64> = rows.iter().map(|row| self.config.labels.share(row, &[Class::Entailment])).collect();
        Ok(entailed.chunks_exact(2).map(|two| weighed(two[0], two[1])).collect())
    }

    /// The probability of each class, for each pair of texts.
    fn probabilities(&self, texts: &[(&str, &str)]) -> Result<Vec<Vec<f64>>, Error> {
        let pairs: Result<Vec<Pair>, Error> =
            texts.iter().map(|(first, second)| self.pieces.pair(first, second)).collect();
        let pairs = pairs?;
        let lengths: Vec<usize> = pairs.iter().map(|pair| pair.ids.len()).collect();
        let mut found = vec![Vec::new(); pairs.len()];
        for batch in batches(&lengths, self.budget, self.network.alone()) {
            let together: Vec<&Pair> = batch.iter().map(|i| &pairs[*i]).collect();
            for (i, row) in batch.iter().zip(self.run(&together)?) {
                found[*i] = row;
            }
        }
        Ok(found)
    }

    fn run(&self, pairs: &[&Pair]) -> Result<Vec<Vec<f64>>, Error> {
        let shares = tch::no_grad(|| {
            let logits = self.network.logits(&Batch::new(pairs, self.pieces.pad))?;
            Ok::<Tensor, Error>(logits.softmax(-1, Kind::Float))
        })?;
        let values = values(&shares);
        let width = self.config.labels.classes.len();
        Ok(values.chunks_exact(width).map(|row| row.to_vec()).collect())
    }
}

/// What follows from the words of a supporter, and of an opponent.
fn sides(target: &Target) -> [String; 2] {
    match &target.claims {
        Some(claims) => [claims.favor.clone(), claims.against.clone()],
        None => ["supports", "opposes"].map(|verb| format!("The speaker {verb} {}.", target.name)),
    }
}

/// What follows from good words, and from bad ones.
fn tones(mention: &str) -> [String; 2] {
    ["well", "badly"].map(|how| format!("The speaker speaks {how} of {mention}."))
}

/// The shares of two opposites and of neither: one side counts as far as the other does not follow too.
fn weighed(favor: f64, against: f64) -> [f64; 3] {
    let (favor, against) = (favor * (1.0 - against), against * (1.0 - favor));
    [favor, against, (1.0 - favor - against).clamp(0.0, 1.0)]
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use serde_json::{json, Map, Value};
    use tch::nn::VarStore;
    use tch::{Device, Tensor};

    use super::config::Config;
    use super::deberta::Rows;
    use super::labels::{Class, Labels, Task};
    use super::networks::Classifier;
    use super::pieces::{batches, Batch, Pair};
    use super::{renamed, sides, weighed, weight_files, OwnWeights};
    use crate::stance::target::{Claims, Target};

    #[test]
    fn classes_are_known_by_their_names() {
        let stance = Labels::new(&["AGAINST", "FAVOR", "NONE"]).unwrap();
        assert_eq!(
            (stance.task, stance.classes.as_slice()),
            (Task::Stance, &[Class::Against, Class::Favor, Class::Neutral][..])
        );
        let probs = stance.stance(&[0.1, 0.7, 0.2]);
        assert_eq!((probs.favor, probs.against, probs.neutral, probs.unrelated), (0.7, 0.1, 0.2, 0.0));
        assert_eq!(Labels::new(&["pro", "con"]).unwrap().task, Task::Stance);
        assert_eq!(Labels::new(&["agree", "disagree", "comment", "unrelated"]).unwrap().task, Task::Stance);
        let sentiment = Labels::new(&["Negative", "Neutral", "Positive"]).unwrap();
        assert_eq!(sentiment.task, Task::Sentiment);
        assert_eq!(sentiment.sentiment(&[0.5, 0.25, 0.25]).negative, 0.5);
        assert_eq!(Labels::new(&["entailment", "neutral", "contradiction"]).unwrap().task, Task::Inference);
        assert_eq!(Labels::new(&["entailment", "not-entailment"]).unwrap().task, Task::Inference);
    }

    #[test]
    fn classes_without_meaning_are_refused() {
        for names in [&["LABEL_0", "LABEL_1", "LABEL_2"][..], &["0", "1"]] {
            let message = Labels::new(names).unwrap_err();
            assert!(message.contains("id2label must name them") && message.contains("not_entailment"), "{message}");
        }
        assert!(Labels::new(&["joy", "anger"]).unwrap_err().contains("\"joy\""));
        for names in [
            &["positive", "against"][..],
            &["favor", "neutral"],
            &["neutral"],
            &["entailment"],
            &["favor", "against", "positive"],
        ] {
            assert!(Labels::new(names).unwrap_err().contains("no set for stance"), "{names:?}");
        }
    }

    #[test]
    fn a_configuration_says_what_is_wrong_with_it() {
        let message = |text: &str| Config::parse(PathBuf::from("own/config.json"), text).unwrap_err().to_string();
        let unknown = message(r#"{"model_type": "gpt2"}"#);
        assert!(unknown.contains("config.json") && unknown.contains("\"gpt2\""), "{unknown}");
        assert!(unknown.contains("albert, bert, deberta, deberta-v2") && unknown.contains("xlnet"), "{unknown}");
        assert!(message(r#"{"model_type": "bert"}"#).contains("id2label"));
        assert!(message(r#"{"model_type": "bert", "id2label": {"0": "favor", "2": "against"}}"#).contains("from 0 on"));
        assert!(
            message(r#"{"model_type": "roberta", "id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#).contains("must name")
        );
        assert!(message("[]").contains("is not a configuration"));
        let config = tiny("bert", json!({"hidden_act": "silu"}));
        let store = VarStore::new(Device::Cpu);
        assert!(config.build(&store.root()).err().unwrap().to_string().contains("silu"));
    }

    #[test]
    fn a_folder_says_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let message = || OwnWeights::read(folder.path()).err().unwrap().to_string();
        assert!(message().contains("config.json: cannot be read"), "{}", message());
        let config = tiny("bert", json!({}));
        std::fs::write(folder.path().join("config.json"), Value::Object(config.values).to_string()).unwrap();
        assert!(message().contains("tokenizer.json: is missing"), "{}", message());
        let files = || weight_files(folder.path()).unwrap_err().to_string();
        assert!(files().contains("has no weights"));
        std::fs::write(folder.path().join("pytorch_model.bin"), "").unwrap();
        assert!(files().contains("has only pytorch_model.bin") && files().contains("save_pretrained"));
        for shard in ["model-00002-of-00002.safetensors", "model-00001-of-00002.safetensors"] {
            std::fs::write(folder.path().join(shard), "").unwrap();
        }
        assert!(weight_files(folder.path()).unwrap()[0].ends_with("model-00001-of-00002.safetensors"));
    }

    #[test]
    fn two_hypotheses_become_three_shares() {
        let close =
            |found: [f64; 3], expected: [f64; 3]| found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12);
        assert!(close(weighed(0.8, 0.1), [0.72, 0.02, 0.26]));
        assert!(close(weighed(1.0, 1.0), [0.0, 0.0, 1.0]));
        assert!(close(weighed(1.0, 0.0), [1.0, 0.0, 0.0]));
        assert!(close(weighed(0.0, 0.0), [0.0, 0.0, 1.0]));
        let mut target = Target::new("peace talks");
        assert_eq!(sides(&target), ["The speaker supports peace talks.", "The speaker opposes peace talks."]);
        target.claims = Some(Claims { favor: "Talk.".to_owned(), against: "Fight.".to_owned() });
        assert_eq!(sides(&target), ["Talk.", "Fight."]);
    }

    #[test]
    fn batches_hold_pairs_of_like_length() {
        assert_eq!(batches(&[5, 2, 9, 2, 5], 10, false), [vec![1, 3], vec![0, 4], vec![2]]);
        assert_eq!(batches(&[5, 2, 9], 1, false).len(), 3);
        assert_eq!(batches(&[5, 2], 100, true), [[1], [0]]);
        assert!(batches(&[], 10, false).is_empty());
    }

    #[test]
    fn far_distances_share_rows() {
        let rows = Rows::with(512, Some(256));
        let of: Vec<i64> = [-511, -129, -128, 0, 128, 129, 200, 511].map(|d| rows.of(d)).to_vec();
        assert_eq!(of, [1, 127, 128, 256, 384, 385, 425, 511]);
        assert_eq!(Rows::with(512, None).of(-300), 212);
    }

    #[test]
    fn old_names_of_weights() {
        assert_eq!(renamed("a.LayerNorm.gamma".to_owned()), "a.LayerNorm.weight");
        assert_eq!(renamed("a.LayerNorm.beta".to_owned()), "a.LayerNorm.bias");
        assert_eq!(renamed("a.dense.bias".to_owned()), "a.dense.bias");
    }

    fn tiny(kind: &str, more: Value) -> Config {
        let values = json!({
            "model_type": kind, "id2label": {"0": "against", "1": "favor", "2": "none"},
            "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
            "vocab_size": 40, "max_position_embeddings": 40, "type_vocab_size": 2, "hidden_act": "gelu",
            "layer_norm_eps": 1e-12,
        });
        let mut values: Map<String, Value> = serde_json::from_value(values).unwrap();
        values.extend(serde_json::from_value::<Map<String, Value>>(more).unwrap());
        Config::parse(Path::new("config.json").to_owned(), &Value::Object(values).to_string()).unwrap()
    }

    fn deberta(kind: &str, more: Value) -> Config {
        let mut values: Map<String, Value> = serde_json::from_value(json!({
            "relative_attention": true, "max_relative_positions": -1, "position_biased_input": false,
            "type_vocab_size": 0, "pos_att_type": ["c2p", "p2c"], "pooler_hidden_act": "gelu", "layer_norm_eps": 1e-7,
        }))
        .unwrap();
        values.extend(serde_json::from_value::<Map<String, Value>>(more).unwrap());
        tiny(kind, Value::Object(values))
    }

    /// Weights that any program can make again from their names.
    fn weights(name: &str, shape: &[i64]) -> Tensor {
        let offset = f64::from(name.bytes().map(u32::from).sum::<u32>() % 97);
        let (scale, middle) = match shape.len() {
            1 if name.ends_with("weight") => (0.2, 1.0),
            1 => (0.2, 0.0),
            _ => (1.0, 0.0),
        };
        let value = |k: i64| {
            let value = (12.9898 * k as f64 + offset).sin() * 43758.5453;
            (scale * (value - value.floor() - 0.5) + middle) as f32
        };
        let count: i64 = shape.iter().product();
        let values: Vec<f32> = (0..count).map(value).collect();
        Tensor::from_slice(&values).view(shape)
    }

    fn sequence(length: i64) -> Pair {
        let ids = (0..length).map(|i| (3 * i * i + 5 * i + 7) % 37 + 3).collect();
        Pair { ids, types: (0..length).map(|i| i64::from(i >= length / 2)).collect() }
    }

    /// Tiny networks, with the logits of sequences of 20 and 13 word pieces that transformers 4.46.3 has for them.
    fn networks() -> Vec<(Config, [[f64; 3]; 2])> {
        let xlnet = json!({
            "d_model": 16, "n_layer": 2, "n_head": 2, "d_head": 8, "d_inner": 32, "ff_activation": "gelu",
            "summary_type": "last", "summary_use_proj": true, "summary_activation": "tanh",
        });
        let distilbert = json!({"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32, "activation": "gelu"});
        let third = json!({"position_buckets": 8, "share_att_key": true, "norm_rel_ebd": "layer_norm"});
        let second =
            json!({"position_biased_input": true, "type_vocab_size": 2, "conv_kernel_size": 3, "conv_act": "gelu"});
        vec![
            (tiny("bert", json!({})), [[-2.56807, -0.38498, 1.61593], [-2.50214, -0.09422, 1.2732]]),
            (
                tiny("roberta", json!({"max_position_embeddings": 42})),
                [[-0.04581, -0.26685, 0.58024], [-0.08568, -0.25098, 0.57421]],
            ),
            (tiny("distilbert", distilbert), [[-0.70115, -0.56385, -0.42798], [-0.58341, -1.02433, -0.38922]]),
            (
                tiny("albert", json!({"embedding_size": 8, "hidden_act": "gelu_new"})),
                [[-0.16853, -0.1902, -0.39874], [1.42803, 1.05427, 0.12382]],
            ),
            (
                tiny("electra", json!({"embedding_size": 8})),
                [[-0.52698, 0.12403, -0.62937], [0.75126, 1.4865, -1.80982]],
            ),
            (tiny("xlnet", xlnet), [[-0.36999, 0.01049, -0.36073], [-0.49305, 0.11292, -0.49328]]),
            (deberta("deberta", json!({})), [[1.54364, -0.00821, -0.47108], [1.00151, 0.69219, -0.47142]]),
            (deberta("deberta-v2", third), [[0.45011, -1.38378, -1.22877], [-0.05297, -1.28706, -0.98696]]),
            (deberta("deberta-v2", second), [[0.67673, -0.63977, 0.12121], [0.54996, -0.62657, 0.54157]]),
        ]
    }

    fn logits(network: &dyn Classifier, pairs: &[&Pair]) -> Vec<Vec<f64>> {
        let logits = tch::no_grad(|| network.logits(&Batch::new(pairs, 1))).unwrap();
        let row = |i: i64| (0..3).map(|class| logits.double_value(&[i, class])).collect::<Vec<f64>>();
        (0..pairs.len() as i64).map(row).collect()
    }

    fn off(found: &[f64], wanted: &[f64]) -> f64 {
        found.iter().zip(wanted).map(|(f, w)| (f - w).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn networks_compute_what_transformers_does() {
        for (config, expected) in networks() {
            let store = VarStore::new(Device::Cpu);
            let network = config.build(&store.root()).unwrap();
            for (name, mut variable) in store.variables() {
                let _ = variable.set_requires_grad(false);
                variable.set_data(&weights(&name, &variable.size()));
            }
            let pairs = [sequence(20), sequence(13)];
            let apart = [logits(&*network, &[&pairs[0]]).remove(0), logits(&*network, &[&pairs[1]]).remove(0)];
            for (found, wanted) in apart.iter().zip(&expected) {
                assert!(off(found, wanted) < 2e-4, "{:?}: {found:?}, not {wanted:?}", config.architecture);
            }
            if !network.alone() {
                let together = logits(&*network, &[&pairs[0], &pairs[1]]);
                for (found, wanted) in together.iter().zip(&apart) {
                    assert!(off(found, wanted) < 1e-5, "{:?}: {found:?}, not {wanted:?}", config.architecture);
                }
            }
        }
    }
}
