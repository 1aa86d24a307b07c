/**
 * What every model here is: a stack of transformer decoder layers, described by its sizes and switches. Architectures
 * differ only in how they set them and in what their files call the weights. A plain record; knows no file.
 */

/** Whose names and switches the model has; see `parameterNames.ts`. */
export type Architecture =
  | "gpt-neox"
  | "llama"
  | "mistral"
  | "qwen2"
  | "olmo"
  | "olmo2"
  | "baichuan"
  | "baichuan2";

/** Non-linearity of the MLP: erf GELU, its tanh approximation (Hendrycks & Gimpel 2016, section 2), SiLU x·σ(x), or ReLU. */
export type Activation = "gelu" | "gelu-tanh" | "silu" | "relu";

/**
 * LayerNorm (Ba et al. 2016) with gain and bias; the same without either; RMSNorm (Zhang & Sennrich 2019), which has a
 * gain only and does not centre.
 */
export type Norm = "layer-norm" | "bare-layer-norm" | "rms-norm";

/** Rotary embedding (Su et al. 2021) of the first 2·length dimensions of each query and key head. */
export type Rotary = {
  /** Radians a position by which dimensions i and i + length turn, rounded to fp32 as transformers does. */
  readonly inverseFrequencies: readonly number[];
  /** Factor on cosine and sine; 1 unless a scaling for long contexts says otherwise. */
  readonly magnitude: number;
};

/** A decoder-only language model. E is `hiddenSize`, H `heads`, K `keyValueHeads`, D `headSize`. */
export type ModelConfig = {
  readonly architecture: Architecture;
  /** V, rows of the embedding; the tokenizer may know fewer. */
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Each is shared by H / K query heads in a row (grouped-query attention, Ainslie et al. 2023). */
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Positions are 0 … maxPositions − 1. */
  readonly maxPositions: number;
  readonly rotary: Rotary;
  /** In these layers a place sees only the last `size` positions, itself among them; `null` where nothing is hidden. */
  readonly slidingWindow: { readonly size: number; readonly layers: readonly number[] } | null;
  readonly norm: Norm;
  readonly normEps: number;
  /**
   * `parallel`: x + attention(norm(x)) + mlp(norm′(x)). `pre-norm`: one after the other. `post-norm`: one after the
   * other, the results normalised rather than the inputs.
   */
  readonly residual: "parallel" | "pre-norm" | "post-norm";
  /** Rows of the attention's input weights: one matrix [H, 3, D]; one matrix [3, H, D]; or three, [H, D], [K, D], [K, D]. */
  readonly projections: "by-head" | "stacked" | "separate";
  /** Whether whole queries [H·D] and keys [K·D] are normalised before they are rotated. */
  readonly queryKeyNorm: boolean;
  /** Queries, keys and values are clamped to ± this. */
  readonly clip: number | null;
  readonly queryKeyValueBias: boolean;
  readonly attentionOutputBias: boolean;
  readonly mlpBias: boolean;
  readonly activation: Activation;
  /** Whether the MLP is down(activation(gate(x)) · up(x)) (Shazeer 2020) rather than down(activation(up(x))). */
  readonly gated: boolean;
  /** Whether the output head is the embedding matrix itself. */
  readonly tiedHead: boolean;
  /** Whether the head's rows count at unit length. */
  readonly normalisedHead: boolean;
  readonly bosToken: number | null;
  readonly eosTokens: readonly number[];
};
