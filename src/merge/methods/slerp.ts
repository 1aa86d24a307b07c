/** Spherical interpolation of two checkpoints, tensor by tensor, as mergekit 0.1.4 computes it. */
import type { TensorMethod } from "../method.ts";
import { numberOption } from "./options.ts";

/** Above this |cos| the two directions count as one, and the line between them is taken (mergekit's threshold). */
const COLLINEAR = 0.9995;
/** Shorter vectors have no direction. */
const SHORTEST = 1e-8;

/** sin((1−t)ω)/sin ω · Θ_older + sin(tω)/sin ω · Θ_newer, ω the angle between the two whole tensors. */
export const slerp: TensorMethod = {
  kind: "tensors",
  name: "slerp",
  title: "SLERP",
  summary:
    "Goes from one checkpoint to the other along the arc between them, tensor by tensor; where their directions differ by less than two degrees, along the straight line.",
  formula: "Θ = [sin((1−t)ω) Θ₁ + sin(tω) Θ₂] / sin ω",
  paper: "Shoemake 1985, Animating rotation with quaternion curves",
  options: [
    {
      name: "t",
      title: "t",
      kind: "number",
      least: 0,
      most: 1,
      usual: 0.5,
      summary: "How far along the arc; 1 is the newer checkpoint.",
    },
  ],
  needs: [],
  parents: [2, 2],
  mergeTensor({ parents }, options) {
    const t = numberOption(options, "t");
    const [older, newer] = parents as readonly [Float32Array, Float32Array];
    const cosine = cosineOf(older, newer);
    const [a, b] = Math.abs(cosine) > COLLINEAR ? [1 - t, t] : arcWeights(cosine, t);
    const [first, second] = [Math.fround(a), Math.fround(b)];
    return Float32Array.from(
      older,
      (value, i) => Math.fround(first * value) + Math.fround(second * newer[i]!),
    );
  },
};

function arcWeights(cosine: number, t: number): readonly [number, number] {
  const angle = Math.acos(cosine);
  return [Math.sin(angle * (1 - t)) / Math.sin(angle), Math.sin(angle * t) / Math.sin(angle)];
}

/** In double precision; 0 where a vector is too short to have a direction. */
function cosineOf(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  const [lengthA, lengthB] = [Math.sqrt(aa), Math.sqrt(bb)];
  const unit = (length: number) => (length > SHORTEST ? length : 1);
  return ab / (unit(lengthA) * unit(lengthB));
}
