/**
 * P2 §3.1 and appendix B: what a quadratic approximation says of the line between two checkpoints, against what is measured.
 *
 * With f(λ) the measure at λΘ_t + (1−λ)Θ_{t−1}, slopes f′ and curvatures f″ along the line:
 *   around Θ_t      f(1) − (1−λ) f′(1) + ½(1−λ)² f″(1)                                    (P2 eq. 11)
 *   around Θ_{t−1}  f(0) + λ f′(0) + ½λ² f″(0)                                            (P2 eq. 12)
 *   λ·(11) + (1−λ)·(12) = λf(1) + (1−λ)f(0) + λ(1−λ)[f′(0) − f′(1)]
 *                         + ½[λ(1−λ)² f″(1) + (1−λ)λ² f″(0)]                               corrected
 * P2 eq. 13 prints ½[(1−λ)² f″(1) + λ² f″(0)] for the last bracket, which does not vanish at the ends.
 * Bound (P2 eq. 19): ±(λ(1−λ) K + ½[λ² + (1−λ)²] λmax)‖Θ_t − Θ_{t−1}‖².
 */
import { createProgress } from "../../base/job.ts";
import { soleRecipe } from "../../domain/recipe.ts";
import type { Cell, PlotPoint, StudyFigure } from "../../domain/studyResult.ts";
import type { PaperStudy, StudyBench } from "./bench.ts";
import { metricOf, shortNames } from "./differences.ts";
import { lineRecipe } from "./lambda.ts";

/** Points beside each end that slopes and curvatures are fitted to. */
const FITTED = 5;
const GRID = Array.from({ length: 21 }, (_, i) => i / 20);

/** Values, slopes and curvatures of a measure at both ends of a line. */
export type Ends = {
  readonly value: readonly [number, number];
  readonly slope: readonly [number, number];
  readonly curvature: readonly [number, number];
};

/** The corrected prediction. */
export function quadraticPrediction({ value, slope, curvature }: Ends, x: number): number {
  const bracket = x * (1 - x) ** 2 * curvature[1] + (1 - x) * x ** 2 * curvature[0];
  return line(value, x) + x * (1 - x) * (slope[0] - slope[1]) + 0.5 * bracket;
}

/** As P2 eq. 13 prints it. */
export function printedPrediction({ value, slope, curvature }: Ends, x: number): number {
  const bracket = (1 - x) ** 2 * curvature[1] + x ** 2 * curvature[0];
  return line(value, x) + x * (1 - x) * (slope[0] - slope[1]) + 0.5 * bracket;
}

/** Half-width of P2's bound with the least K and λmax that the line itself asks for. */
export function printedBound({ slope, curvature }: Ends, x: number): number {
  const k = Math.abs(slope[1] - slope[0]);
  const most = Math.max(0, Math.abs(curvature[0]), Math.abs(curvature[1]));
  return x * (1 - x) * k + 0.5 * (x ** 2 + (1 - x) ** 2) * most;
}

/**
 * Slopes and curvatures at both ends by least squares: a parabola through the end itself, fitted to the next few points, so
 * that a staircase does not give the slope of its first stair.
 * @param values at evenly spaced λ from 0 to 1
 */
export function endsOf(values: readonly number[]): Ends {
  const step = 1 / (values.length - 1);
  const older = parabola(values, step);
  const newer = parabola(values.toReversed(), step);
  return {
    value: [values[0]!, values.at(-1)!],
    slope: [older.slope, -newer.slope],
    curvature: [older.curvature, newer.curvature],
  };
}

/** y − y₀ ≈ s x + ½ c x² over the first points. */
function parabola(
  values: readonly number[],
  step: number,
): { readonly slope: number; readonly curvature: number } {
  let [xx, xq, qq, xy, qy] = [0, 0, 0, 0, 0];
  for (let i = 1; i <= FITTED; i++) {
    const x = i * step;
    const [q, y] = [0.5 * x * x, values[i]! - values[0]!];
    xx += x * x;
    xq += x * q;
    qq += q * q;
    xy += x * y;
    qy += q * y;
  }
  const determinant = xx * qq - xq * xq;
  return { slope: (xy * qq - qy * xq) / determinant, curvature: (qy * xx - xy * xq) / determinant };
}

function line([older, newer]: readonly [number, number], x: number): number {
  return x * newer + (1 - x) * older;
}

type Curve = {
  readonly title: string;
  readonly label: string;
  readonly unit: "plain" | "percent";
  readonly values: readonly number[];
  readonly ends: Ends;
};

/** The study. */
export const theory: PaperStudy = {
  name: "theory",
  title: "Theory and measurement",
  source: "P2 §3.1, eq. 5–7, appendix B",
  claim:
    "Near a straight line between neighbours the score is the mix of the ends' scores plus a bounded quadratic term.",
  needs: { checkpoints: 2, tasks: 1 },
  async run(bench) {
    const { checkpoints } = bench.settings;
    const near = checkpoints.slice(-2) as unknown as readonly [string, string];
    const far = [checkpoints[0]!, checkpoints.at(-1)!] as const;
    const pairs = checkpoints.length > 2 ? [near, far] : [near];
    const curves: { readonly pair: readonly [string, string]; readonly curve: Curve }[] = [];
    for (const pair of pairs)
      for (const curve of await measureCurves(bench, pair)) curves.push({ pair, curve });
    const rows = curves.map(({ pair, curve }) => ({ pair, curve, ...errorsOf(curve) }));
    const better = rows.filter(({ corrected, printed }) => corrected < printed).length;
    const smooth = rows.filter(({ curve }) => curve.unit === "plain");
    const nearLoss = smooth[0];
    return {
      shows: `The corrected quadratic is nearer to what is measured than the printed one on ${better} of ${rows.length} curves${nearLoss === undefined ? "" : `; on the loss between neighbours it is off by ${nearLoss.corrected.toFixed(4)} where the line bends by ${Math.abs(nearLoss.jensen).toFixed(4)}`}. Measured curves leave the printed bound at ${rows.reduce((sum, { outside }) => sum + outside, 0)} of ${rows.length * GRID.length} λ.`,
      not: `that the theory explains accuracy: accuracy is a staircase, whose slopes at the ends are those of a few items${smooth.length === 0 ? "; choose a task of running text for a smooth measure" : ""}. Between distant checkpoints the ends' curvatures say nothing of the middle.`,
      tables: [
        {
          title: "The line between two checkpoints",
          columns: [
            { title: "pair", unit: "words" },
            { title: "measure", unit: "words" },
            { title: "slope at older", unit: "plain" },
            { title: "slope at newer", unit: "plain" },
            { title: "curvature at older", unit: "plain" },
            { title: "curvature at newer", unit: "plain" },
            { title: "Jensen gap at ½", unit: "plain" },
            { title: "barrier", unit: "plain" },
            { title: "error, corrected", unit: "plain" },
            { title: "error, printed", unit: "plain" },
          ],
          rows: rows.map(({ pair, curve, jensen, barrier, corrected, printed }): readonly Cell[] => [
            shortNames(pair).join("–"),
            curve.title,
            ...[...curve.ends.slope, ...curve.ends.curvature, jensen, barrier, corrected, printed].map(
              (value): Cell => ({ value }),
            ),
          ]),
          note: `Test half. Slopes and curvatures by a parabola through each end, fitted to the next ${FITTED} of 21 λ. Jensen gap: the mean of the ends minus the middle; for a loss, positive is a gain. Barrier: how far the worst λ is behind the straight line. Errors: root mean square over 21 λ.`,
        },
      ],
      figures: curves.map(({ pair, curve }) => figureOf(pair, curve)),
      notes: [
        "Derivation of the corrected formula: docs/methods.md. The printed one is drawn dashed; it misses the parents' own scores at both ends.",
        "K‖ΔΘ‖² and λmax‖ΔΘ‖² of the bound are the least that the measured slopes and curvatures allow, so the true bound is wider.",
      ],
    };
  },
};

/** Each task's own measure, and for losses the perplexity too. */
async function measureCurves(bench: StudyBench, pair: readonly [string, string]): Promise<readonly Curve[]> {
  const tasks = [...(bench.text === null ? [] : [bench.text]), bench.tasks[0]!];
  const progress = createProgress(
    bench.clock,
    `measuring the line ${shortNames(pair).join("–")}`,
    tasks.length * GRID.length,
    "merges",
  );
  const curves: Curve[] = [];
  for (const [t, task] of tasks.entries()) {
    const values: number[] = [];
    for (const x of GRID) {
      bench.job.onProgress(progress(t * GRID.length + values.length));
      const evaluation = await bench.evaluate(
        x === 0 ? soleRecipe(pair[0]) : lineRecipe(pair, x),
        task,
        "test",
      );
      values.push(metricOf(evaluation, task.measure).value);
    }
    const { percent, label } = task.measure;
    curves.push(curveOf(`${task.info.name}: ${label}`, label, percent ? "percent" : "plain", values));
    if (!percent)
      curves.push(curveOf(`${task.info.name}: perplexity`, "perplexity", "plain", values.map(Math.exp)));
  }
  return curves;
}

function curveOf(title: string, label: string, unit: "plain" | "percent", values: readonly number[]): Curve {
  return { title, label, unit, values, ends: endsOf(values) };
}

function errorsOf({ values, ends, unit, label }: Curve) {
  const rms = (predict: (x: number) => number) =>
    Math.sqrt(GRID.reduce((sum, x, i) => sum + (predict(x) - values[i]!) ** 2, 0) / GRID.length);
  // A loss is worse above the line, an accuracy below it.
  const worse = unit === "percent" || label === "accuracy" ? -1 : 1;
  const over = GRID.map((x, i) => worse * (values[i]! - line(ends.value, x)));
  return {
    jensen: (ends.value[0] + ends.value[1]) / 2 - values[(GRID.length - 1) / 2]!,
    barrier: Math.max(...over),
    corrected: rms((x) => quadraticPrediction(ends, x)),
    printed: rms((x) => printedPrediction(ends, x)),
    outside: GRID.filter((x, i) => Math.abs(values[i]! - line(ends.value, x)) > printedBound(ends, x) + 1e-12)
      .length,
  };
}

function figureOf(pair: readonly [string, string], { title, label, unit, values, ends }: Curve): StudyFigure {
  const points = (of: (x: number, i: number) => number): readonly PlotPoint[] =>
    GRID.map((x, i) => ({ x, y: of(x, i) }));
  const [older, newer] = shortNames(pair);
  return {
    kind: "lines",
    title: `${title}, ${older}–${newer}`,
    caption:
      "Dots: measured, test half. Line: corrected quadratic prediction; dashed: as printed (P2 eq. 13).",
    x: { label: "λ, weight of the newer", unit: "lambda" },
    y: { label, unit },
    series: [
      { name: "measured", style: "dots", points: points((_, i) => values[i]!) },
      { name: "corrected", style: "line", points: points((x) => quadraticPrediction(ends, x)) },
      { name: "as printed", style: "dashed", points: points((x) => printedPrediction(ends, x)) },
    ],
    rules: [],
  };
}
