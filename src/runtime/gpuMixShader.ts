/**
 * The WGSL of one merge pass: out = [out +] Σ coefficient · parent, four numbers an invocation. 16-bit parents are
 * read as words and widened in the shader, which needs no `shader-f16`. Pure text; knows no device.
 */
import type { WeightDtype } from "./weights.ts";

/** Parents that one pass reads: a pipeline has four bind groups, and one is the output's. */
export const PARENTS_PER_PASS = 3;
/** Invocations of a workgroup. */
export const WORKGROUP_SIZE = 64;
/** Workgroups along x; more go along y. */
export const WORKGROUPS_ACROSS = 32_768;
/** Numbers that one invocation merges; buffers are padded to a multiple of it. */
export const NUMBERS_PER_INVOCATION = 4;

const ELEMENT: Readonly<Record<WeightDtype, string>> = {
  float32: "vec4<f32>",
  float16: "vec2<u32>",
  bfloat16: "vec2<u32>",
};

/**
 * The shader for parents in these formats. Group 0 holds the output and the coefficients, group 1 + i parent i.
 * @param accumulate whether the pass adds to what the output holds.
 */
export function mixShader(dtypes: readonly WeightDtype[], accumulate: boolean): string {
  const parents = dtypes.map(
    (dtype, i) => `@group(${i + 1}) @binding(0) var<storage, read> parent${i}: array<${ELEMENT[dtype]}>;`,
  );
  const terms = dtypes.map((dtype, i) => `  sum += coefficients[${i}] * ${widen(dtype, `parent${i}[i]`)};`);
  return `
@group(0) @binding(0) var<storage, read_write> merged: array<vec4<f32>>;
@group(0) @binding(1) var<uniform> coefficients: vec4<f32>;
${parents.join("\n")}

@compute @workgroup_size(${WORKGROUP_SIZE})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.y * ${WORKGROUPS_ACROSS * WORKGROUP_SIZE}u + id.x;
  if (i >= arrayLength(&merged)) { return; }
  var sum = ${accumulate ? "merged[i]" : "vec4<f32>()"};
${terms.join("\n")}
  merged[i] = sum;
}
`;
}

function widen(dtype: WeightDtype, words: string): string {
  switch (dtype) {
    case "float32":
      return words;
    case "float16":
      return `vec4<f32>(unpack2x16float(${words}.x), unpack2x16float(${words}.y))`;
    case "bfloat16":
      return `bitcast<vec4<f32>>((${words}.xxyy << vec4<u32>(16u, 0u, 16u, 0u)) & vec4<u32>(0xffff0000u))`;
    default:
      return dtype satisfies never;
  }
}
