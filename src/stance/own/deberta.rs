//! DeBERTa of all three versions, which differ in the projections and in what a distance's row is.
//!
//! The table of distances has a row for each, or for a range where these are far. Only the rows that a batch needs are
//! projected: of 2n − 1 distances between n word pieces.

use rust_bert::Activation;
use serde::Deserialize;
use tch::nn::{self, Init};
use tch::{Device, Kind, Tensor};

use super::networks::Classifier;
use super::pieces::Batch;
use crate::Error;

/// A list in either of the forms that are about: `["c2p", "p2c"]` and `"c2p|p2c"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    Joined(String),
    Apart(Vec<String>),
}

impl Names {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::Joined(names) => names.split('|').any(|n| n.trim().eq_ignore_ascii_case(name)),
            Self::Apart(names) => names.iter().any(|n| n.trim().eq_ignore_ascii_case(name)),
        }
    }
}

#[derive(Deserialize)]
pub struct Config {
    conv_act: Option<Activation>,
    conv_groups: Option<i64>,
    conv_kernel_size: Option<i64>,
    embedding_size: Option<i64>,
    hidden_act: Activation,
    hidden_size: i64,
    intermediate_size: i64,
    layer_norm_eps: Option<f64>,
    max_position_embeddings: i64,
    max_relative_positions: Option<i64>,
    norm_rel_ebd: Option<Names>,
    num_attention_heads: i64,
    num_hidden_layers: i64,
    pooler_hidden_act: Option<Activation>,
    pos_att_type: Option<Names>,
    position_biased_input: Option<bool>,
    position_buckets: Option<i64>,
    relative_attention: Option<bool>,
    share_att_key: Option<bool>,
    talking_head: Option<bool>,
    type_vocab_size: Option<i64>,
    vocab_size: i64,
}

impl Config {
    /// Whether this computes it.
    pub fn check(&self) -> Result<(), String> {
        if self.num_attention_heads < 1 || self.hidden_size % self.num_attention_heads != 0 {
            return Err("hidden_size must be a multiple of num_attention_heads".to_owned());
        }
        if self.talking_head == Some(true) || self.attends("p2p") {
            return Err("talking_head, and p2p in pos_att_type, are not supported".to_owned());
        }
        Ok(())
    }

    fn attends(&self, kind: &str) -> bool {
        self.pos_att_type.as_ref().is_some_and(|kinds| kinds.has(kind))
    }

    fn relative(&self) -> bool {
        self.relative_attention.unwrap_or(false)
    }

    fn norm(&self, path: nn::Path) -> nn::LayerNorm {
        let eps = self.layer_norm_eps.unwrap_or(1e-7);
        nn::layer_norm(path, vec![self.hidden_size], nn::LayerNormConfig { eps, ..Default::default() })
    }

    fn square(&self, path: nn::Path, bias: bool) -> nn::Linear {
        nn::linear(path, self.hidden_size, self.hidden_size, nn::LinearConfig { bias, ..Default::default() })
    }
}

fn activate(activation: Activation, values: &Tensor) -> Tensor {
    match activation {
        // rust-bert's own takes four passes.
        Activation::gelu => values.gelu("none"),
        other => (other.get_function().get_fn())(values),
    }
}

struct Embeddings {
    words: nn::Embedding,
    positions: Option<nn::Embedding>,
    types: Option<nn::Embedding>,
    widen: Option<nn::Linear>,
    norm: nn::LayerNorm,
}

impl Embeddings {
    fn new(path: &nn::Path, config: &Config) -> Self {
        let width = config.embedding_size.unwrap_or(config.hidden_size);
        let table = |name: &str, rows: i64| nn::embedding(path / name, rows, width, Default::default());
        let types = config.type_vocab_size.filter(|rows| *rows > 0);
        let positions = config.position_biased_input.unwrap_or(true);
        let plain = nn::LinearConfig { bias: false, ..Default::default() };
        let widen = || nn::linear(path / "embed_proj", width, config.hidden_size, plain);
        Self {
            words: table("word_embeddings", config.vocab_size),
            positions: positions.then(|| table("position_embeddings", config.max_position_embeddings)),
            types: types.map(|rows| table("token_type_embeddings", rows)),
            widen: (width != config.hidden_size).then(widen),
            norm: config.norm(path / "LayerNorm"),
        }
    }

    fn forward(&self, batch: &Batch) -> Tensor {
        let mut vectors = batch.ids.apply(&self.words);
        if let Some(positions) = &self.positions {
            let places = Tensor::arange(vectors.size()[1], (Kind::Int64, Device::Cpu));
            vectors += places.apply(positions);
        }
        if let Some(types) = &self.types {
            vectors += batch.types.apply(types);
        }
        if let Some(widen) = &self.widen {
            vectors = vectors.apply(widen);
        }
        vectors.apply(&self.norm) * batch.mask.unsqueeze(-1).to_kind(Kind::Float)
    }
}

/// The table of distances.
struct Distances {
    table: nn::Embedding,
    norm: Option<nn::LayerNorm>,
    rows: Rows,
}

impl Distances {
    fn new(path: &nn::Path, config: &Config) -> Self {
        let rows = Rows::new(config);
        let normed = config.norm_rel_ebd.as_ref().is_some_and(|kinds| kinds.has("layer_norm"));
        Self {
            table: nn::embedding(path / "rel_embeddings", 2 * rows.span, config.hidden_size, Default::default()),
            norm: normed.then(|| config.norm(path / "LayerNorm")),
            rows,
        }
    }

    fn between(&self, length: i64) -> Between {
        let rows: Vec<i64> = (1 - length..length).map(|distance| self.rows.of(distance)).collect();
        let vectors = self.table.ws.index_select(0, &Tensor::from_slice(&rows)).unsqueeze(0);
        let vectors = self.norm.as_ref().map_or_else(|| vectors.shallow_clone(), |norm| vectors.apply(norm));
        let all = Tensor::arange(length, (Kind::Int64, Device::Cpu));
        Between { vectors, places: all.unsqueeze(1) - all.unsqueeze(0) + (length - 1) }
    }
}

/// The distances between the word pieces of a batch.
struct Between {
    /// From 1 − length to length − 1: `[1, distances, hidden]`.
    vectors: Tensor,
    /// The number of that between each two: `[word pieces, word pieces]`.
    places: Tensor,
}

impl Between {
    /// How word pieces and distances attend to each other, for vectors `[pairs, heads, word pieces, …]`.
    fn scores(&self, contents: &Tensor, projection: &nn::Linear, places: &Tensor) -> Tensor {
        let size = contents.size();
        let distances = split(&self.vectors.apply(projection), size[1]);
        let places = places.expand([size[0], size[1], size[2], size[2]], true);
        contents.matmul(&distances.transpose(-1, -2)).gather(-1, &places, false)
    }
}

/// Which row of the table a distance has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    /// Rows on each side of the middle.
    span: i64,
    /// Up to this distance each has its own; none where that holds for all.
    near: Option<i64>,
    farthest: i64,
}

impl Rows {
    fn new(config: &Config) -> Self {
        let farthest = config.max_relative_positions.filter(|n| *n > 0).unwrap_or(config.max_position_embeddings);
        Self::with(farthest, config.position_buckets.filter(|n| *n > 0))
    }

    pub(super) fn with(farthest: i64, buckets: Option<i64>) -> Self {
        Self { span: buckets.unwrap_or(farthest), near: buckets.map(|n| n / 2), farthest }
    }

    pub(super) fn of(self, distance: i64) -> i64 {
        let bucket = match self.near {
            Some(near) if distance.abs() > near => distance.signum() * self.range(distance.abs(), near),
            _ => distance,
        };
        (bucket + self.span).clamp(0, 2 * self.span - 1)
    }

    /// Ranges of far distances grow with them; in f32, as the models were trained.
    fn range(self, distance: i64, near: i64) -> i64 {
        let times = |n: i64| (n as f32 / near as f32).ln();
        near + (times(distance) / times(self.farthest - 1) * (near - 1) as f32).ceil() as i64
    }
}

enum Projections {
    /// The first version: queries, keys and values of a head side by side.
    Joined {
        all: nn::Linear,
        query_bias: Tensor,
        value_bias: Tensor,
    },
    Apart {
        query: nn::Linear,
        key: nn::Linear,
        value: nn::Linear,
    },
}

impl Projections {
    fn new(path: &nn::Path, config: &Config, first: bool) -> Self {
        let hidden = config.hidden_size;
        if !first {
            let square = |name: &str| config.square(path / name, true);
            return Self::Apart { query: square("query_proj"), key: square("key_proj"), value: square("value_proj") };
        }
        let plain = nn::LinearConfig { bias: false, ..Default::default() };
        Self::Joined {
            all: nn::linear(path / "in_proj", hidden, 3 * hidden, plain),
            query_bias: path.var("q_bias", &[hidden], Init::Const(0.0)),
            value_bias: path.var("v_bias", &[hidden], Init::Const(0.0)),
        }
    }

    /// Queries, keys and values, each `[pairs, heads, word pieces, …]`.
    fn forward(&self, vectors: &Tensor, heads: i64) -> [Tensor; 3] {
        match self {
            Self::Joined { all, query_bias, value_bias } => {
                let all = split(&vectors.apply(all), heads);
                let width = all.size()[3] / 3;
                let part = |i: i64| all.narrow(3, i * width, width);
                let bias = |bias: &Tensor| split(&bias.view([1, 1, -1]), heads);
                [part(0) + bias(query_bias), part(1), part(2) + bias(value_bias)]
            }
            Self::Apart { query, key, value } => {
                [query, key, value].map(|projection| split(&vectors.apply(projection), heads))
            }
        }
    }
}

/// `[a, b, heads × c]` as `[a, heads, b, c]`.
fn split(vectors: &Tensor, heads: i64) -> Tensor {
    let size = vectors.size();
    vectors.view([size[0], size[1], heads, -1]).transpose(1, 2)
}

struct Attention {
    heads: i64,
    projections: Projections,
    /// Of distances that word pieces look to.
    to_distances: DistanceProjection,
    /// Of distances that look to word pieces.
    from_distances: DistanceProjection,
    /// Kinds of scores that are added up.
    kinds: i64,
}

/// What projects the vectors of distances.
enum DistanceProjection {
    Nothing,
    /// The projection of contents.
    Shared,
    Own(nn::Linear),
}

impl Attention {
    fn new(path: &nn::Path, config: &Config, first: bool) -> Self {
        let shared = !first && config.share_att_key.unwrap_or(false);
        let projection = |kind: &str, name: &str, bias: bool| match (config.relative() && config.attends(kind), shared)
        {
            (false, _) => DistanceProjection::Nothing,
            (true, true) => DistanceProjection::Shared,
            (true, false) => DistanceProjection::Own(config.square(path / name, bias)),
        };
        let (key, query) = if first { ("pos_proj", "pos_q_proj") } else { ("pos_key_proj", "pos_query_proj") };
        Self {
            heads: config.num_attention_heads,
            projections: Projections::new(path, config, first),
            to_distances: projection("c2p", key, !first),
            from_distances: projection("p2c", query, true),
            kinds: 1 + i64::from(config.attends("c2p")) + i64::from(config.attends("p2c")),
        }
    }

    fn of_distances(&self) -> (Option<&nn::Linear>, Option<&nn::Linear>) {
        let (key, query) = match &self.projections {
            Projections::Apart { key, query, .. } => (Some(key), Some(query)),
            Projections::Joined { .. } => (None, None),
        };
        (self.to_distances.or(key), self.from_distances.or(query))
    }

    fn forward(&self, vectors: &Tensor, bias: &Tensor, between: Option<&Between>) -> Tensor {
        let [queries, keys, values] = self.projections.forward(vectors, self.heads);
        let mut scores = queries.matmul(&keys.transpose(-1, -2));
        if let Some(between) = between {
            let (to, from) = self.of_distances();
            if let Some(projection) = to {
                scores += between.scores(&queries, projection, &between.places);
            }
            if let Some(projection) = from {
                let turned = between.scores(&keys, projection, &between.places.transpose(0, 1));
                scores += turned.transpose(-1, -2);
            }
        }
        let scale = ((queries.size()[3] * self.kinds) as f64).sqrt();
        let shares = (scores / scale + bias).softmax(-1, Kind::Float);
        let size = vectors.size();
        shares.matmul(&values).transpose(1, 2).contiguous().view([size[0], size[1], -1])
    }
}

impl DistanceProjection {
    fn or<'a>(&'a self, shared: Option<&'a nn::Linear>) -> Option<&'a nn::Linear> {
        match self {
            Self::Nothing => None,
            Self::Shared => shared,
            Self::Own(projection) => Some(projection),
        }
    }
}

struct Layer {
    attention: Attention,
    attention_out: nn::Linear,
    attention_norm: nn::LayerNorm,
    up: nn::Linear,
    down: nn::Linear,
    norm: nn::LayerNorm,
    activation: Activation,
}

impl Layer {
    fn new(path: &nn::Path, config: &Config, first: bool) -> Self {
        let (hidden, inner) = (config.hidden_size, config.intermediate_size);
        let attention = path / "attention";
        let attention_out = &attention / "output";
        let out = path / "output";
        Self {
            attention: Attention::new(&(&attention / "self"), config, first),
            attention_norm: config.norm(&attention_out / "LayerNorm"),
            attention_out: config.square(&attention_out / "dense", true),
            up: nn::linear(path / "intermediate" / "dense", hidden, inner, Default::default()),
            down: nn::linear(&out / "dense", inner, hidden, Default::default()),
            norm: config.norm(&out / "LayerNorm"),
            activation: config.hidden_act,
        }
    }

    fn forward(&self, vectors: &Tensor, bias: &Tensor, between: Option<&Between>) -> Tensor {
        let attended = self.attention.forward(vectors, bias, between).apply(&self.attention_out);
        let attended = (attended + vectors).apply(&self.attention_norm);
        let inner = activate(self.activation, &attended.apply(&self.up)).apply(&self.down);
        (inner + attended).apply(&self.norm)
    }
}

/// What the largest networks add to the first layer: each word piece with its neighbours.
struct Neighbours {
    conv: nn::Conv1D,
    norm: nn::LayerNorm,
    activation: Activation,
}

impl Neighbours {
    fn new(path: &nn::Path, config: &Config, kernel: i64) -> Self {
        let groups = config.conv_groups.unwrap_or(1);
        let shape = nn::ConvConfig { padding: (kernel - 1) / 2, groups, ..Default::default() };
        Self {
            conv: nn::conv1d(path / "conv", config.hidden_size, config.hidden_size, kernel, shape),
            norm: config.norm(path / "LayerNorm"),
            activation: config.conv_act.unwrap_or(Activation::tanh),
        }
    }

    fn forward(&self, embedded: &Tensor, first: &Tensor, mask: &Tensor) -> Tensor {
        let mask = mask.unsqueeze(-1).to_kind(Kind::Float);
        let near = embedded.transpose(1, 2).contiguous().apply(&self.conv).transpose(1, 2) * &mask;
        (activate(self.activation, &near) + first).apply(&self.norm) * &mask
    }
}

pub struct Deberta {
    embeddings: Embeddings,
    distances: Option<Distances>,
    neighbours: Option<Neighbours>,
    layers: Vec<Layer>,
    pooler: nn::Linear,
    activation: Activation,
    out: nn::Linear,
}

impl Deberta {
    /// `first` is the version before v2.
    pub fn new(root: &nn::Path, config: &Config, first: bool, labels: i64) -> Self {
        let base = root / "deberta";
        let encoder = &base / "encoder";
        let layers = &encoder / "layer";
        let kernel = config.conv_kernel_size.filter(|size| *size > 0 && !first);
        Self {
            embeddings: Embeddings::new(&(&base / "embeddings"), config),
            distances: config.relative().then(|| Distances::new(&encoder, config)),
            neighbours: kernel.map(|size| Neighbours::new(&(&encoder / "conv"), config, size)),
            layers: (0..config.num_hidden_layers).map(|i| Layer::new(&(&layers / i), config, first)).collect(),
            pooler: config.square(root / "pooler" / "dense", true),
            activation: config.pooler_hidden_act.unwrap_or(Activation::gelu),
            out: nn::linear(root / "classifier", config.hidden_size, labels, Default::default()),
        }
    }
}

impl Classifier for Deberta {
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
        let embedded = self.embeddings.forward(batch);
        let bias = batch.bias().unsqueeze(1).unsqueeze(1);
        let between = self.distances.as_ref().map(|distances| distances.between(embedded.size()[1]));
        let mut vectors = embedded.shallow_clone();
        for (i, layer) in self.layers.iter().enumerate() {
            vectors = layer.forward(&vectors, &bias, between.as_ref());
            if let Some(neighbours) = self.neighbours.as_ref().filter(|_| i == 0) {
                vectors = neighbours.forward(&embedded, &vectors, &batch.mask);
            }
        }
        let pooled = activate(self.activation, &vectors.select(1, 0).apply(&self.pooler));
        Ok(pooled.apply(&self.out))
    }
}
