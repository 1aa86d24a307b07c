/**
 * Rotary embeddings: their frequencies from a configuration, and their tables of cosines and sines. Follows
 * transformers' `modeling_rope_utils.py` rounding step by step, in fp32 as it computes. Runs everywhere; knows no model.
 *
 * r rotated dimensions of a head, θ base, f factor of the scaling, L positions of the original training,
 * ω_i = θ^(−2i/r) inverse frequencies, λ_i = 2π/ω_i wavelengths.
 */
import * as v from "valibot";
import { badField, fraction, parseFields, positionCount, positive, unsupported } from "./configFields.ts";
import type { Rotary } from "./decoder.ts";

const f32 = Math.fround;

/** The nested object: `rope_parameters` since transformers 5, `rope_scaling` before. */
const ropeSchema = v.looseObject({
  rope_type: v.optional(v.string()),
  type: v.optional(v.string()),
  rope_theta: v.optional(positive),
  partial_rotary_factor: v.optional(fraction),
});
type Rope = v.InferOutput<typeof ropeSchema>;

/** The fields of a configuration that say how it rotates, as every architecture may spell them. */
export const rotaryFields = {
  rope_parameters: v.nullish(ropeSchema),
  rope_scaling: v.nullish(ropeSchema),
  rope_theta: v.nullish(positive),
  partial_rotary_factor: v.nullish(fraction),
  original_max_position_embeddings: v.nullish(positionCount),
};
/** Those fields as they were read. */
export type RotaryFields = v.InferOutput<v.LooseObjectSchema<typeof rotaryFields, undefined>>;

/** What an architecture adds to its rotary fields. */
type Setting = {
  readonly headSize: number;
  /** `max_position_embeddings` */
  readonly maxPositions: number;
  /** Base and rotated share of each head where the nested object names none. */
  readonly base: number;
  readonly share: number;
};

/** A rotary embedding and the positions it is good for. */
type Scaled = { readonly rotary: Rotary; readonly maxPositions: number };

/**
 * The rotary embedding that the fields ask for, and the positions it is good for: `longrope` has other frequencies for
 * texts longer than the original training's, so it ends there; `dynamic` is unscaled up to `max_position_embeddings`.
 * @throws AppError `bad-format` and `unsupported` naming the field.
 */
export function parseRotary(fields: RotaryFields, setting: Setting): Scaled {
  const { rope_scaling: old } = fields;
  const rope = old != null && Object.keys(old).length > 0 ? old : (fields.rope_parameters ?? {});
  for (const layerType of ["full_attention", "sliding_attention"])
    if (layerType in rope) throw unsupported("rope_parameters", layerType, "All layers must rotate alike.");
  const dimensions = Math.trunc(setting.headSize * (rope.partial_rotary_factor ?? setting.share));
  if (dimensions < 2 || dimensions % 2 !== 0)
    throw badField(
      "rotary_pct",
      `it rotates ${dimensions} of ${setting.headSize} dimensions, not an even number`,
    );
  const base = rope.rope_theta ?? setting.base;
  const { maxPositions } = setting;
  const kind = rope.rope_type ?? rope.type ?? "default";
  const scaling = SCALINGS.get(kind);
  if (scaling === undefined)
    throw unsupported("rope_type", kind, `Known are ${[...SCALINGS.keys()].join(", ")}.`);
  const { original_max_position_embeddings: outer } = fields;
  const scaled = scaling({
    rope: outer == null ? rope : { ...rope, original_max_position_embeddings: outer },
    dimensions,
    base,
    maxPositions,
  });
  if ([...scaled.rotary.inverseFrequencies, scaled.rotary.magnitude].every(Number.isFinite)) return scaled;
  throw badField("rope_parameters", "its numbers give no finite frequencies");
}

/** Frequencies without any scaling: ω_i for `dimensions` rotated dimensions. */
export function plainRotary(dimensions: number, base: number): Rotary {
  return { inverseFrequencies: wavenumbers(dimensions, base).map((power) => f32(1 / power)), magnitude: 1 };
}

/** θ^(2i/r), the inverse of ω_i. */
function wavenumbers(dimensions: number, base: number): readonly number[] {
  return Array.from({ length: dimensions / 2 }, (_, i) => f32(f32(base) ** f32((2 * i) / dimensions)));
}

type Request = {
  readonly rope: Rope;
  readonly dimensions: number;
  readonly base: number;
  readonly maxPositions: number;
};

const SCALINGS: ReadonlyMap<string, (request: Request) => Scaled> = new Map([
  ["default", unscaled],
  ["dynamic", unscaled],
  ["linear", scaleLinearly],
  ["llama3", scaleLikeLlama3],
  ["yarn", scaleLikeYarn],
  ["longrope", scaleLikeLongRope],
]);

function unscaled({ dimensions, base, maxPositions }: Request): Scaled {
  return { rotary: plainRotary(dimensions, base), maxPositions };
}

/** Positions divided by f (Chen et al. 2023): ω_i / f. */
function scaleLinearly({ rope, dimensions, base, maxPositions }: Request): Scaled {
  const { factor } = parseFields(v.looseObject({ factor: positive }), rope);
  const { inverseFrequencies, magnitude } = plainRotary(dimensions, base);
  return {
    rotary: { inverseFrequencies: inverseFrequencies.map((omega) => f32(omega / f32(factor))), magnitude },
    maxPositions,
  };
}

const original = { original_max_position_embeddings: v.nullish(positionCount) };

/** Llama 3.1: waves longer than L/low are slowed by f, shorter than L/high are left, between them it is blended. */
function scaleLikeLlama3({ rope, dimensions, base, maxPositions }: Request): Scaled {
  const raw = parseFields(
    v.looseObject({ factor: positive, low_freq_factor: positive, high_freq_factor: positive, ...original }),
    rope,
  );
  const { factor, low_freq_factor: low, high_freq_factor: high } = raw;
  if (high <= low) throw badField("rope_parameters.high_freq_factor", "it is not above low_freq_factor");
  const length = raw.original_max_position_embeddings ?? maxPositions;
  const { inverseFrequencies, magnitude } = plainRotary(dimensions, base);
  const scaled = inverseFrequencies.map((omega) => {
    const wavelength = f32(f32(1 / omega) * f32(2 * Math.PI));
    if (wavelength < f32(length / high)) return omega;
    if (wavelength > f32(length / low)) return f32(omega / f32(factor));
    const turns = f32(f32(1 / wavelength) * length);
    const smooth = f32(f32(turns - f32(low)) / f32(high - low));
    const slowed = f32(f32(f32(1 - smooth) * omega) / f32(factor));
    return f32(slowed + f32(smooth * omega));
  });
  return { rotary: { inverseFrequencies: scaled, magnitude }, maxPositions };
}

const optionalNumber = v.nullish(v.pipe(v.number(), v.finite(), v.minValue(0)));

/** YaRN (Peng et al. 2023, section 3.2): a ramp over the dimensions from ω_i to ω_i / f, and a magnitude. */
function scaleLikeYarn({ rope, dimensions, base, maxPositions }: Request): Scaled {
  const raw = parseFields(
    v.looseObject({
      factor: v.nullish(positive),
      attention_factor: optionalNumber,
      mscale: optionalNumber,
      mscale_all_dim: optionalNumber,
      beta_fast: optionalNumber,
      beta_slow: optionalNumber,
      truncate: v.optional(v.boolean(), true),
      ...original,
    }),
    rope,
  );
  const length = raw.original_max_position_embeddings ?? maxPositions;
  const factor = raw.factor ?? maxPositions / length;
  const turnsAt = (turns: number) =>
    (dimensions * Math.log(length / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const round = raw.truncate ? { down: Math.floor, up: Math.ceil } : { down: Number, up: Number };
  const start = Math.max(round.down(turnsAt(raw.beta_fast || 32)), 0);
  const end = Math.min(round.up(turnsAt(raw.beta_slow || 1)), dimensions - 1);
  const span = start === end ? 0.001 : end - start;
  const inverseFrequencies = wavenumbers(dimensions, base).map((power, i) => {
    const ramp = Math.min(1, Math.max(0, f32(f32(i - f32(start)) / f32(span))));
    const kept = f32(1 - ramp);
    const slowed = f32(f32(1 / f32(f32(factor) * power)) * f32(1 - kept));
    return f32(slowed + f32(f32(1 / power) * kept));
  });
  const mscale = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const derived =
    raw.mscale && raw.mscale_all_dim ? mscale(raw.mscale) / mscale(raw.mscale_all_dim) : mscale(1);
  return { rotary: { inverseFrequencies, magnitude: raw.attention_factor ?? derived }, maxPositions };
}

/** LongRoPE (Ding et al. 2024): ω_i divided by a factor of its own; the short ones hold up to L positions. */
function scaleLikeLongRope({ rope, dimensions, base, maxPositions }: Request): Scaled {
  const raw = parseFields(
    v.looseObject({
      short_factor: v.pipe(v.array(positive), v.length(dimensions / 2)),
      factor: v.nullish(positive),
      attention_factor: optionalNumber,
      ...original,
    }),
    rope,
  );
  const length = raw.original_max_position_embeddings ?? maxPositions;
  const factor = raw.factor ?? maxPositions / length;
  const derived = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(length));
  const inverseFrequencies = wavenumbers(dimensions, base).map((power, i) =>
    f32(1 / f32(f32(raw.short_factor[i]!) * power)),
  );
  return {
    rotary: { inverseFrequencies, magnitude: raw.attention_factor ?? derived },
    maxPositions: Math.min(maxPositions, length),
  };
}

/** cos and sin of position · ω_i times the magnitude, each [rows, r/2] for positions 0 … rows − 1. */
export type RotaryTables = {
  readonly rows: number;
  readonly cos: Float32Array<ArrayBuffer>;
  readonly sin: Float32Array<ArrayBuffer>;
};

/** Makes tables of at least so many rows, and keeps the longest, so that a model pays for the lengths it meets. */
export function createRotaryTables(rotary: Rotary): (rows: number) => RotaryTables {
  let longest: RotaryTables = { rows: 0, cos: new Float32Array(0), sin: new Float32Array(0) };
  return (rows) => {
    if (rows > longest.rows) longest = computeTables(rotary, 2 ** Math.ceil(Math.log2(rows)));
    return longest;
  };
}

function computeTables({ inverseFrequencies, magnitude }: Rotary, rows: number): RotaryTables {
  const half = inverseFrequencies.length;
  const cos = new Float32Array(rows * half);
  const sin = new Float32Array(rows * half);
  for (let position = 0; position < rows; position++) {
    for (const [i, omega] of inverseFrequencies.entries()) {
      const angle = f32(position * omega);
      cos[position * half + i] = f32(Math.cos(angle)) * f32(magnitude);
      sin[position * half + i] = f32(Math.sin(angle)) * f32(magnitude);
    }
  }
  return { rows, cos, sin };
}
