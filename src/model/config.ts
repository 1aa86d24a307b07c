/** Placeholder header: written by the model room. */
export type ModelConfig = { readonly architecture: "gpt-neox" };
