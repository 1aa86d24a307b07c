/**
 * Minimisation of a smooth function in a box: L-BFGS directions over the coordinates that are free to move, and a
 * backtracking search along the projected path (Bertsekas, "Projected Newton methods", 1982; two-loop recursion:
 * Nocedal & Wright, "Numerical Optimization", alg. 7.4). For a handful of parameters. Pure and deterministic.
 */

/** Value at x; writes the gradient into `gradient`. May return a value that is not finite: such points are avoided. */
export type DifferentiableFunction = (x: Float64Array, gradient: Float64Array) => number;

/** A closed interval a coordinate; equal ends hold the coordinate fixed. */
export type Bounds = { readonly lower: ArrayLike<number>; readonly upper: ArrayLike<number> };

/** When to stop: projected gradient's largest entry, relative decrease of the value, number of iterations. */
export type StoppingRule = {
  readonly gradientTolerance: number;
  readonly valueTolerance: number;
  readonly maxIterations: number;
};

/** The best point found. `converged` is false when the iterations ran out. */
export type Minimum = {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
};

const MEMORY = 8;
const SUFFICIENT_DECREASE = 1e-4;
const MAX_BACKTRACKS = 30;
/** The first step, before any curvature is known, is at most this long in each coordinate. */
const FIRST_STEP = 0.5;

type Pair = { readonly s: Float64Array; readonly y: Float64Array; readonly sy: number };

/**
 * Minimises `f` in a box from `start` (which is first moved into the box).
 * @throws RangeError when the value at the start is not finite.
 */
export function minimizeInBox(
  f: DifferentiableFunction,
  start: ArrayLike<number>,
  bounds: Bounds,
  rule: StoppingRule,
): Minimum {
  const n = start.length;
  let x = clamp(Float64Array.from(start), bounds);
  let gradient = new Float64Array(n);
  let value = f(x, gradient);
  let evaluations = 1;
  if (!Number.isFinite(value)) throw new RangeError("the function has no finite value at the start");
  let memory: readonly Pair[] = [];
  for (let iterations = 0; iterations < rule.maxIterations; iterations++) {
    const free = freeCoordinates(x, gradient, bounds);
    if (largestEntry(gradient, free) <= rule.gradientTolerance)
      return { x, value, iterations, evaluations, converged: true };
    const direction = descentDirection(gradient, free, memory);
    const step = searchAlong(f, { x, value, gradient, direction }, bounds);
    evaluations += step.evaluations;
    if (step.kind === "stuck") {
      // Curvature that misleads is dropped once; steepest descent that fails has reached rounding error.
      if (memory.length === 0) return { x, value, iterations, evaluations, converged: true };
      memory = [];
      continue;
    }
    memory = remember(memory, x, step.x, gradient, step.gradient);
    const decrease = value - step.value;
    ({ x, value, gradient } = step);
    if (decrease <= rule.valueTolerance * Math.max(1, Math.abs(value)))
      return { x, value, iterations: iterations + 1, evaluations, converged: true };
  }
  return { x, value, iterations: rule.maxIterations, evaluations, converged: false };
}

/** Whether each coordinate may move: not fixed, and not at a bound with the gradient pressing against it. */
function freeCoordinates(
  x: Float64Array,
  gradient: Float64Array,
  { lower, upper }: Bounds,
): readonly boolean[] {
  return Array.from(x, (xi, i) => {
    if (lower[i] === upper[i]) return false;
    return !((xi <= lower[i]! && gradient[i]! > 0) || (xi >= upper[i]! && gradient[i]! < 0));
  });
}

function largestEntry(gradient: Float64Array, free: readonly boolean[]): number {
  return gradient.reduce((most, g, i) => (free[i] ? Math.max(most, Math.abs(g)) : most), 0);
}

/** −H∇f on the free coordinates, H from the remembered pairs restricted to them. */
function descentDirection(
  gradient: Float64Array,
  free: readonly boolean[],
  memory: readonly Pair[],
): Float64Array {
  const q = gradient.map((g, i) => (free[i] ? -g : 0));
  const inner = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, ai, i) => (free[i] ? sum + ai * b[i]! : sum), 0);
  const usable = memory.flatMap((pair) => {
    const sy = inner(pair.s, pair.y);
    return sy > 1e-12 * Math.sqrt(inner(pair.s, pair.s) * inner(pair.y, pair.y)) ? [{ ...pair, sy }] : [];
  });
  const last = usable.at(-1);
  if (last === undefined) {
    const scale = Math.min(1, FIRST_STEP / Math.max(...q.map(Math.abs)));
    return q.map((qi) => qi * scale);
  }
  const weights = new Float64Array(usable.length);
  for (let m = usable.length - 1; m >= 0; m--) {
    const { s, y, sy } = usable[m]!;
    weights[m] = inner(s, q) / sy;
    for (let i = 0; i < q.length; i++) if (free[i]) q[i]! -= weights[m]! * y[i]!;
  }
  const scale = last.sy / inner(last.y, last.y);
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  usable.forEach(({ s, y, sy }, m) => {
    const correction = weights[m]! - inner(y, q) / sy;
    for (let i = 0; i < q.length; i++) if (free[i]) q[i]! += correction * s[i]!;
  });
  return q;
}

type Position = {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
};
type Step =
  | { readonly kind: "stuck"; readonly evaluations: number }
  | ({ readonly kind: "moved"; readonly evaluations: number } & Position);

/** Armijo's rule along the projection of x + t·direction, t halved or taken from the parabola through the values. */
function searchAlong(
  f: DifferentiableFunction,
  from: Position & { readonly direction: Float64Array },
  bounds: Bounds,
): Step {
  const n = from.x.length;
  const gradient = new Float64Array(n);
  let t = 1;
  for (let evaluations = 1; evaluations <= MAX_BACKTRACKS; evaluations++) {
    const x = clamp(
      from.x.map((xi, i) => xi + t * from.direction[i]!),
      bounds,
    );
    let slope = 0;
    for (let i = 0; i < n; i++) slope += from.gradient[i]! * (x[i]! - from.x[i]!);
    if (!(slope < 0)) return { kind: "stuck", evaluations: evaluations - 1 };
    const value = f(x, gradient);
    if (value <= from.value + SUFFICIENT_DECREASE * slope)
      return { kind: "moved", evaluations, x, value, gradient };
    const curvature = 2 * (value - from.value - slope);
    const parabola = Number.isFinite(curvature) && curvature > 0 ? (-slope / curvature) * t : 0.5 * t;
    t = Math.min(0.5 * t, Math.max(0.1 * t, parabola));
  }
  return { kind: "stuck", evaluations: MAX_BACKTRACKS };
}

function remember(
  memory: readonly Pair[],
  x: Float64Array,
  nextX: Float64Array,
  gradient: Float64Array,
  nextGradient: Float64Array,
): readonly Pair[] {
  const s = nextX.map((xi, i) => xi - x[i]!);
  const y = nextGradient.map((gi, i) => gi - gradient[i]!);
  return [...memory.slice(-(MEMORY - 1)), { s, y, sy: 0 }];
}

function clamp(x: Float64Array, { lower, upper }: Bounds): Float64Array {
  return x.map((xi, i) => Math.min(upper[i]!, Math.max(lower[i]!, xi)));
}
