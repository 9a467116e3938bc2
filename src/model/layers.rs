//! The transformer layers of BERT (Devlin et al., 2019) and MPNet, in fewer passes over memory than rust-bert's.
//!
//! rust-bert pads and masks, and computes GELU in four passes; here windows of any lengths stand side by side, and only
//! attention looks at them one by one. The numbers are those of its `BertModel`, to which a test holds them.

use rust_bert::bert::BertConfig;
use tch::Tensor;

use super::attention::Attention;
use super::relative::RelativeBias;
use super::weights::Weights;
use crate::Error;

/// What rust-bert has for every layer normalization of BERT.
const EPSILON: f64 = 1e-12;

/// Passes are filled up to a multiple of so many rows: oneDNN compiles a kernel for every shape that it meets, and these
/// are few.
const ROUND: i64 = 32;

/// Rows that are missing to the next multiple.
fn filler(rows: i64) -> i64 {
    (ROUND - rows % ROUND) % ROUND
}

/// All layers of an encoder.
pub(super) struct Layers {
    layers: Vec<Layer>,
    attention: Attention,
}

struct Layer {
    attention: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    output: Linear,
    output_norm: Norm,
}

struct Linear {
    weight: Tensor,
    bias: Tensor,
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
}

impl Layers {
    pub fn new(config: &BertConfig, weights: &Weights, relative: Option<RelativeBias>) -> Result<Self, Error> {
        let layers = (0..config.num_hidden_layers).map(|i| Layer::new(i, config, weights));
        let heads = config.num_attention_heads;
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
            attention: Attention { heads, head_size: config.hidden_size / heads, relative },
        })
    }

    /// From the embeddings of windows that stand one after the other, `[word pieces, hidden]`, to the vectors of all of
    /// them or, in this order, of those at `wanted`. Each window, by its length in order, attends to itself alone, so
    /// nothing is masked.
    pub fn forward(&self, embeddings: Tensor, lengths: &[i64], wanted: Option<&[i64]>) -> Tensor {
        let rows = embeddings.size()[0];
        let added = filler(rows);
        let places = wanted.map(|wanted| Tensor::from_slice(wanted).constant_pad_nd([0, filler(wanted.len() as i64)]));
        let mut hidden = embeddings.constant_pad_nd([0, 0, 0, added]);
        let mut room = self.attention.room(lengths, rows + added, hidden.kind());
        for (number, layer) in self.layers.iter().enumerate() {
            let context = self.attention.apply(&layer.attention.apply(&hidden), &mut room);
            if let Some(places) = places.as_ref().filter(|_| number + 1 == self.layers.len()) {
                hidden = layer.transform(&context.index_select(0, places), &hidden.index_select(0, places));
            } else {
                hidden = layer.transform(context, &hidden);
            }
        }
        hidden.narrow(0, 0, wanted.map_or(rows, |wanted| wanted.len() as i64))
    }
}

impl Layer {
    fn new(number: i64, config: &BertConfig, weights: &Weights) -> Result<Self, Error> {
        let (hidden, inner) = (config.hidden_size, config.intermediate_size);
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let linear = |part: &str, rows: i64, columns: i64| {
            Ok::<_, Error>(Linear {
                weight: weights.get(&name(&format!("{part}.weight")), &[rows, columns])?,
                bias: weights.get(&name(&format!("{part}.bias")), &[rows])?,
            })
        };
        let norm = |part: &str| {
            Ok::<_, Error>(Norm {
                weight: weights.get(&name(&format!("{part}.weight")), &[hidden])?,
                bias: weights.get(&name(&format!("{part}.bias")), &[hidden])?,
            })
        };
        Ok(Self {
            attention: linear("attention.self.qkv", 3 * hidden, hidden)?,
            attention_output: linear("attention.output.dense", hidden, hidden)?,
            attention_norm: norm("attention.output.LayerNorm")?,
            intermediate: linear("intermediate.dense", inner, hidden)?,
            output: linear("output.dense", hidden, inner)?,
            output_norm: norm("output.LayerNorm")?,
        })
    }

    /// What comes after attention, row by row.
    fn transform(&self, context: &Tensor, hidden: &Tensor) -> Tensor {
        let hidden = self.attention_norm.apply(&(self.attention_output.apply(context) + hidden));
        let inner = self.intermediate.apply(&hidden).gelu("none");
        self.output_norm.apply(&(self.output.apply(&inner) + hidden))
    }
}

impl Linear {
    fn apply(&self, input: &Tensor) -> Tensor {
        input.linear(&self.weight, Some(&self.bias))
    }
}

impl Norm {
    fn apply(&self, input: &Tensor) -> Tensor {
        input.layer_norm(self.weight.size(), Some(&self.weight), Some(&self.bias), EPSILON, false)
    }
}

/// The matrices of a layer, once query, key and value are one.
const MATRICES: [&str; 4] = ["attention.self.qkv", "attention.output.dense", "intermediate.dense", "output.dense"];

/// Puts each layer's query, key and value weights into one, so that one multiplication gives all three, and lays its matrices
/// as oneDNN multiplies them soonest.
pub(super) fn prepare(weights: &mut Weights, layers: i64) -> Result<(), Error> {
    for number in 0..layers {
        for kind in ["weight", "bias"] {
            let name = |part: &str| format!("encoder.layer.{number}.attention.self.{part}.{kind}");
            let parts = ["query", "key", "value"].map(name);
            weights.join(&parts, name("qkv"))?;
        }
        for matrix in MATRICES {
            weights.lay_by_column(&format!("encoder.layer.{number}.{matrix}.weight"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_bert::bert::{BertEmbedding, BertEmbeddings, BertModel};
    use tch::nn::VarStore;
    use tch::{Device, Kind};

    /// rust-bert's model and these layers on the same random weights, over windows of different lengths.
    #[test]
    fn numbers_are_those_of_rust_bert() {
        tch::manual_seed(3);
        let config = BertConfig {
            hidden_size: 32,
            intermediate_size: 64,
            num_attention_heads: 4,
            num_hidden_layers: 2,
            vocab_size: 50,
            max_position_embeddings: 16,
            ..BertConfig::default()
        };
        let store = VarStore::new(Device::Cpu);
        let model = BertModel::<BertEmbeddings>::new_with_optional_pooler(store.root(), &config, false);
        let mut weights = Weights::of_store(&store);
        prepare(&mut weights, config.num_hidden_layers).unwrap();
        let layers = Layers::new(&config, &weights, None).unwrap();
        let other = VarStore::new(Device::Cpu);
        let embeddings = BertEmbeddings::new(other.root() / "embeddings", &config);
        weights.fill(&other).unwrap();
        let ids = Tensor::randint(50, [3, 7], (Kind::Int64, Device::Cpu));
        let mask = Tensor::from_slice(&[1i64; 21]).view([3, 7]);
        let _ = mask.get(1).narrow(0, 4, 3).fill_(0);
        tch::no_grad(|| {
            let theirs =
                model.forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false).unwrap().hidden_state;
            let lengths = [7, 4, 7];
            let embedded = embeddings.forward_t(Some(&ids), None, None, None, false).unwrap();
            let rows = |tensor: &Tensor| {
                let rows = lengths.iter().enumerate().map(|(i, n)| tensor.get(i as i64).narrow(0, 0, *n));
                Tensor::cat(&rows.collect::<Vec<_>>(), 0)
            };
            let ours = layers.forward(rows(&embedded), &lengths, None);
            let some = layers.forward(rows(&embedded), &lengths, Some(&[17, 0, 8]));
            let theirs = rows(&theirs);
            let worst = (ours - &theirs).abs().max().double_value(&[]);
            assert!(worst < 1e-5, "{worst}");
            let places = Tensor::from_slice(&[17i64, 0, 8]);
            let worst = (some - theirs.index_select(0, &places)).abs().max().double_value(&[]);
            assert!(worst < 1e-5, "{worst}");
        });
    }
}
