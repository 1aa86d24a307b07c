/**
 * Acquisition functions in closed form, for maximisation, with derivatives by the posterior's mean and deviation. Pure.
 *
 *   u = (μ − f*)/σ,  f* = bestF        h(u) = φ(u) + uΦ(u), h′ = Φ
 *   ei     σ h(u)              ∂μ = Φ(u)          ∂σ = φ(u)               P1 eq. 8; Jones et al. 1998
 *   logei  log σ + log h(u)    ∂μ = Φ/(σh)        ∂σ = φ/(σh)             Ament et al. 2023
 *   pi     Φ(u)                ∂μ = φ(u)/σ        ∂σ = −uφ(u)/σ           Kushner 1964
 *   logpi  log Φ(u)            ∂μ = φ/(σΦ)        ∂σ = −uφ/(σΦ)
 *   ucb    μ + βσ              ∂μ = 1             ∂σ = β                  P1 eq. 10; Srinivas et al. 2010
 *
 * Below u = −1 everything is computed from Mills' ratio, so that nothing underflows or cancels. β multiplies the
 * standard deviation; BoTorch's UCB takes β² in its place.
 */
import type { ModelAcquisition } from "../domain/surrogate.ts";
import {
  improvementShare,
  LOG_SQRT_2PI,
  millsRatio,
  normalCdf,
  normalLogCdf,
  normalPdf,
} from "../numerics/normal.ts";

/** An acquisition function that depends on the posterior at one point only. */
export type ClosedFormName = Exclude<ModelAcquisition, "ts" | "nei"> | "logpi";

/** Standard deviation is positive. */
export type MeanAndStd = { readonly mean: number; readonly std: number };

/** f* of the improvement functions, and β of UCB. */
export type AcquisitionParameters = { readonly bestF: number; readonly beta: number };

/** Height of an acquisition function and its derivatives by μ and σ. */
export type AcquisitionHeight = { readonly value: number; readonly byMean: number; readonly byStd: number };

/** Below this many deviations, h and Φ are carried as multiples of φ. */
const TAIL = -1;

/** The acquisition function's value and derivatives at a point's posterior. */
export function acquisitionAt(
  name: ClosedFormName,
  { mean, std }: MeanAndStd,
  { bestF, beta }: AcquisitionParameters,
): AcquisitionHeight {
  const u = (mean - bestF) / std;
  switch (name) {
    case "ei":
      return { value: std * improvement(u), byMean: normalCdf(u), byStd: normalPdf(u) };
    case "logei": {
      const { log, cdfShare, pdfShare } = logImprovement(u);
      return { value: Math.log(std) + log, byMean: cdfShare / std, byStd: pdfShare / std };
    }
    case "pi": {
      const density = normalPdf(u);
      return { value: normalCdf(u), byMean: density / std, byStd: (-u * density) / std };
    }
    case "logpi": {
      const hazard = u < TAIL ? 1 / millsRatio(-u) : normalPdf(u) / normalCdf(u);
      return { value: normalLogCdf(u), byMean: hazard / std, byStd: (-u * hazard) / std };
    }
    case "ucb":
      return { value: mean + beta * std, byMean: 1, byStd: beta };
    default:
      return name satisfies never;
  }
}

/** The function whose maximiser is the same but which has a usable slope everywhere. */
export function searchedInstead(name: Exclude<ClosedFormName, "logpi">): ClosedFormName {
  switch (name) {
    case "ei":
      return "logei";
    case "pi":
      return "logpi";
    default:
      return name;
  }
}

/** h(u) = φ(u) + uΦ(u). */
function improvement(u: number): number {
  return u < TAIL ? normalPdf(u) * improvementShare(-u) : normalPdf(u) + u * normalCdf(u);
}

/** log h(u), Φ/h and φ/h. */
function logImprovement(u: number): {
  readonly log: number;
  readonly cdfShare: number;
  readonly pdfShare: number;
} {
  if (u < TAIL) {
    const share = improvementShare(-u);
    return {
      log: -0.5 * u * u - LOG_SQRT_2PI + Math.log(share),
      cdfShare: millsRatio(-u) / share,
      pdfShare: 1 / share,
    };
  }
  const h = improvement(u);
  return { log: Math.log(h), cdfShare: normalCdf(u) / h, pdfShare: normalPdf(u) / h };
}
